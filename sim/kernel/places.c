// Which place a task has in a line that is ranked: how many came before it and
// are still there. In the order in which they came each has a bit, and for each
// word of bits it is known how many there are.
//
// Who has gone leaves a gap. At the end of the room, or at its beginning, those
// who are there move to its middle: it is large enough for that to be seldom.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

enum { WORDS_LEAST = 4, ROOM_FOR_EACH = 4 };

static inline struct places_word *word_of(const struct kernel *kernel,
                                          uint32_t came)
{
    return ARRAY_AT(&kernel->ranking.places.words, struct places_word,
                    came / 64);
}

static inline uint32_t *came_of(const struct kernel *kernel, uint32_t number)
{
    return &ARRAY_AT(&kernel->ranking.tasks, struct ranked, number)->came;
}

void trio_sim_come_(struct kernel *kernel, uint32_t number, uint32_t came)
{
    struct places_word *word = word_of(kernel, came);

    word->bits |= UINT64_C(1) << came % 64;
    word->count++;
    *came_of(kernel, number) = came;
}

void trio_sim_go_(struct kernel *kernel, uint32_t number)
{
    uint32_t came = *came_of(kernel, number);
    struct places_word *word = word_of(kernel, came);

    word->bits &= ~(UINT64_C(1) << came % 64);
    word->count--;
    *came_of(kernel, number) = 0;
}

size_t trio_sim_place_(const struct kernel *kernel, uint32_t number)
{
    uint32_t came = *came_of(kernel, number);
    const struct places_word *end = word_of(kernel, came);
    uint64_t before = (UINT64_C(1) << came % 64) - 1;
    size_t place = (size_t)__builtin_popcountll(end->bits & before);
    const struct places_word *word =
        word_of(kernel, kernel->ranking.places.first);

    for (; word < end; word++)
        place += word->count;
    return place;
}

static void move_to_the_middle(struct kernel *kernel,
                               struct trio_task *const *tasks, size_t count)
{
    struct places *places = &kernel->ranking.places;
    size_t size = places->words.count * sizeof(struct places_word);

    __builtin_memset(places->words.items, 0, size);
    places->first = (uint32_t)(places->words.count * 64 - count) / 2;
    places->end = places->first;
    for (size_t i = 0; i < count; i++)
        trio_sim_come_(kernel, (uint32_t)trio_task_number(tasks[i]),
                       places->end++);
}

void trio_sim_make_places_(struct kernel *kernel,
                           struct trio_task *const *tasks, size_t count,
                           size_t wanted)
{
    struct places *places = &kernel->ranking.places;
    size_t words = wanted * ROOM_FOR_EACH / 64 + WORDS_LEAST;

    if (count > 0 && places->first > 1 &&
        places->end + (wanted - count) <= places->words.count * 64)
        return;
    while (places->words.count < words)
        trio_sim_append_(kernel, &places->words);
    move_to_the_middle(kernel, tasks, count);
}

// Coverage of a concurrent program is who comes after whom: one counter for
// each pair of a task that used an object last, and one that uses it now. A
// line that runs in another order is then something new. Of a run that has more
// events than the kernel keeps it is the last of them.
//
// An object goes by what each of its tasks knows it as: the first, second, ...
// that this task has used. The kernel numbers objects by first use by anybody:
// in another order all would have other numbers, and every hand-off would look
// new.
//
// A property that should hold sometimes has a counter, too: a run in which it
// does is worth keeping.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/main/coverage.h"

#include <string.h>

#include "sim/kernel/state.h"

enum {
    COUNTERS = 1 << 14,
    OBJECTS = 1 << 12,
    TASKS = 1 << 12,
    USES = 2 * RECENT_EVENTS // Of which half are never taken.
};

// The engine looks at each byte after each run, and zeroes it before; here they
// are only written, which a compiler might leave out.
__attribute__((used, section("__libfuzzer_extra_counters"))) //
static uint8_t counters[COUNTERS];

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static void count(uint64_t hash)
{
    uint8_t *counter = &counters[hash % COUNTERS];

    if (*counter < UINT8_MAX)
        ++*counter;
}

// ---- Hand-offs ----

// One object as one task knows it. Zero: none.
struct use {
    uint32_t task;
    uint16_t object;
    uint16_t nth; // Of the objects that the task has used, from 1 on.
};

static struct use uses[USES];
static uint16_t used[TASKS]; // How many objects each task has.

// Returns which it is, of the objects that the task has used so far.
static uint16_t number_of(uint32_t task, uint16_t object)
{
    size_t i = mix(task, object) % USES;

    while (uses[i].nth != 0 &&
           (uses[i].task != task || uses[i].object != object))
        i = (i + 1) % USES;
    if (uses[i].nth == 0)
        uses[i] = (struct use){task, object, ++used[task % TASKS]};
    return uses[i].nth;
}

static void note_hand_offs(const struct kernel *kernel)
{
    static uint64_t last[OBJECTS]; // Who used it, as what; 0: nobody.
    size_t events = trio_sim_event_count_(kernel);

    memset(last, 0, sizeof(last));
    memset(uses, 0, sizeof(uses));
    memset(used, 0, sizeof(used));
    for (size_t i = 0; i < events; i++) {
        const struct event *event = trio_sim_event_(kernel, i);
        if ((event->kind != TRIO_NOTE_PARK && event->kind != TRIO_NOTE_TOUCH) ||
            event->object == 0)
            continue;
        uint64_t path = trio_sim_actor_at_(kernel, event->task)->path;
        uint64_t user = mix(path, number_of(event->task, event->object));
        uint64_t *previous = &last[event->object % OBJECTS];
        if (*previous != user)
            count(mix(*previous, user));
        *previous = user;
    }
}

static void note_properties(const struct kernel *kernel)
{
    size_t properties;
    const struct property *each = trio_sim_properties_(kernel, &properties);

    for (size_t i = 0; i < properties; i++, each++) {
        uint64_t hash = each->kind;
        if (!each->held)
            continue;
        for (const char *at = each->name; *at != '\0'; at++)
            hash = mix(hash, (uint8_t)*at);
        count(hash);
    }
}

void fuzz_coverage_note_(const struct kernel *kernel)
{
    note_hand_offs(kernel);
    note_properties(kernel);
}

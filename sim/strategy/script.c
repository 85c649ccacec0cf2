// A script says what happens, word by word, and each word has to: one that does
// not fit the program ends the run as failed, because a schedule by hand that
// is not followed would prove something else than it says. What takes no step
// happens before the step is chosen, so that when a step is chosen the next
// word is a task's name, or the script is over.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

#include <stdio.h>
#include <string.h>

#include "sim/kernel/state.h"
#include "sim/strategy/script_word.h"

enum { NAME_SHOWN = 64, WORD_SHOWN = 100 };

static void follow(struct script *script, const struct word *word)
{
    script->times++;
    if (script->times < word->times)
        return;
    script->times = 0;
    script->at = word->end;
}

__attribute__((noreturn)) static void
misfit(struct kernel *kernel, const struct word *word, const char *why)
{
    char text[FAILURE_TEXT_MAX];
    size_t length = (size_t)(word->end - word->text);

    snprintf(text, sizeof text, "the script does not fit at \"%.*s\": %s",
             (int)(length < WORD_SHOWN ? length : WORD_SHOWN), word->text, why);
    trio_sim_fail_(kernel, FAILURE_SCRIPT, text);
}

static bool is_called(const struct kernel *kernel, const struct actor *actor,
                      const struct word *word)
{
    char name[NAME_SHOWN];

    trio_sim_actor_name_(kernel, actor->number, name, sizeof name);
    size_t length = trio_sim_without_first_(name, strlen(name));
    return length == word->length && memcmp(name, word->name, length) == 0;
}

static struct actor *find_living(struct kernel *kernel, const struct word *word)
{
    // The first one is the loop.
    for (size_t i = 1; i < trio_sim_actor_count_(kernel); i++) {
        const struct actor *actor = trio_sim_actor_at_(kernel, i);
        if (actor->living && is_called(kernel, actor, word))
            return trio_sim_actor_(kernel, actor->task);
    }
    misfit(kernel, word, "no such task is there");
}

static void pass_time(struct kernel *kernel, struct place place,
                      const struct word *word)
{
    uint32_t far = (uint32_t)word->times;

    if (word->length > 0) // ":5ms"
        far = trio_sim_read_duration_(word->name + 1, word->length - 1);
    if (far == 0 || (word->length > 0 && word->times > 1))
        misfit(kernel, word, "no duration, as 5ms or 1500us");
    if (far >= FAR_LASTS && word->length == 0)
        misfit(kernel, word, "too many deadlines");
    if (!trio_sim_pass_time_(kernel, place, far))
        misfit(kernel, word,
               word->times == 1 ? "nobody waits for time to pass"
                                : "there are not so many deadlines ahead");
}

static void cancel(struct kernel *kernel, const struct word *word)
{
    const struct actor *actor = find_living(kernel, word);
    struct due due = {NULL, trio_sim_anchor_of_moment_(actor, actor->parked),
                      actor->number, actor->parked};

    if (actor->innermost == 0)
        misfit(kernel, word, "no scope is around that task");
    trio_sim_cancel_(kernel, trio_sim_scope_at_(kernel, actor->innermost),
                     &due);
}

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct script *script = context;

    (void)kernel;
    (void)seed;
    script->at = script->text != NULL ? script->text : "";
    script->times = 0;
}

static size_t find_turn(struct kernel *kernel,
                        const struct candidates *candidates,
                        const struct word *word)
{
    for (size_t i = 0; i < candidates->task_count; i++)
        if (is_called(kernel, trio_sim_candidate_(kernel, candidates, i), word))
            return i;
    misfit(kernel, word, "no such task can take the next step");
}

static size_t go_on(struct script *script, struct kernel *kernel,
                    struct place place, const struct word *word)
{
    pass_time(kernel, place, word);
    script->at = word->end;
    return ASK_AGAIN;
}

static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct script *script = context;
    struct word word = trio_sim_script_word_(script->at);
    struct place place = {candidates->tasks, (uint32_t)candidates->task_count,
                          candidates->reading};

    // Over; or inside a step, of which the word says nothing.
    if (word.end == word.text ||
        (place.reading && word.action != ACTION_READING))
        return 0;
    switch (word.action) {
    case ACTION_CLOCK:
        return go_on(script, kernel, place, &word);
    case ACTION_READING:
        if (!place.reading)
            misfit(kernel, &word, "the step before has no such reading");
        return go_on(script, kernel, place, &word);
    case ACTION_JOB:
        if (candidates->job_count == 0)
            misfit(kernel, &word, "no job is under way");
        follow(script, &word);
        return candidates->loop + candidates->task_count;
    case ACTION_CANCEL:
        cancel(kernel, &word);
        follow(script, &word);
        return ASK_AGAIN;
    case ACTION_TASK:
        break;
    }
    // Production goes on until it is a task's turn.
    if (candidates->loop > 0 || candidates->task_count == 0)
        return 0;
    size_t turn = find_turn(kernel, candidates, &word);
    follow(script, &word);
    return turn;
}

struct strategy trio_sim_script_(struct script *script, const char *text)
{
    *script = (struct script){.text = text};
    return (struct strategy){.name = "script",
                             .begin = begin,
                             .pick = pick,
                             .every_step = true,
                             .context = script};
}

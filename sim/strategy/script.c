// A script says what happens, word by word, and each word has to: one that does
// not fit the program ends the run as failed, because a schedule by hand that
// is not followed would prove something else than it says. What takes no step
// happens before the step is chosen, so that when a step is chosen the next
// word is a task's name, or the script is over.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

#include <trio/run.h>

#include <stdio.h>
#include <string.h>

#include "sim/kernel/state.h"

enum { NAME_SHOWN = 64, WORD_SHOWN = 100 };

// One word, taken apart: "cancel:reader*3".
struct word {
    const char *text;   // All of it.
    enum action action; // NONE: a task goes.
    const char *name;   // Of the task.
    size_t length;
    uint64_t times;
    const char *end;
};

static bool begins_with(const char *text, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

// Takes "*3" off. What is no number stays a part of the name, and fits nobody.
static void take_times(struct word *word)
{
    size_t digits = 0, factor = 1;
    uint64_t times = 0;

    while (digits < word->length && digits < 9 &&
           is_digit(word->name[word->length - digits - 1])) {
        digits++;
        times += factor * (size_t)(word->name[word->length - digits] - '0');
        factor *= 10;
    }
    if (times == 0 || digits + 1 >= word->length ||
        word->name[word->length - digits - 1] != '*')
        return;
    word->times = times;
    word->length -= digits + 1;
}

// The first of a name needs no number.
static size_t without_first(const char *name, size_t length)
{
    bool first = length > 2 && memcmp(name + length - 2, "#1", 2) == 0;

    return first ? length - 2 : length;
}

static struct word next_word(const struct script *script)
{
    static const char cancel[] = "cancel:";
    const char *at = script->at + strspn(script->at, " \t\n");
    struct word word = {
        .text = at, .name = at, .length = strcspn(at, " \t\n"), .times = 1};

    word.end = at + word.length;
    take_times(&word);
    if (word.length == 5 && begins_with(at, 5, "clock")) {
        word.action = ACTION_CLOCK;
    } else if (word.length == 3 && begins_with(at, 3, "job")) {
        word.action = ACTION_JOB;
    } else if (begins_with(at, word.length, cancel)) {
        word.action = ACTION_CANCEL;
        word.name += strlen(cancel);
        word.length -= strlen(cancel);
    }
    word.length = without_first(word.name, word.length);
    return word;
}

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
    size_t length = without_first(name, strlen(name));
    return length == word->length && memcmp(name, word->name, length) == 0;
}

static struct actor *find_living(struct kernel *kernel, const struct word *word)
{
    for (size_t i = 0; i < trio_sim_actor_count_(kernel); i++) {
        const struct actor *actor = trio_sim_actor_at_(kernel, i);
        if (actor->living && is_called(kernel, actor, word))
            return trio_sim_actor_(kernel, actor->task);
    }
    misfit(kernel, word, "no such task is there");
}

static struct actor *find_scope(struct kernel *kernel, const struct word *word)
{
    struct actor *actor = find_living(kernel, word);

    if (actor->innermost == 0)
        misfit(kernel, word, "no scope is around that task");
    return actor;
}

static void check_clock(struct kernel *kernel, const struct word *word)
{
    if (trio_run_statistics().next_deadline_after == TRIO_FOREVER)
        misfit(kernel, word, "nobody waits for time to pass");
}

static void check_job(struct kernel *kernel, const struct word *word)
{
    if (kernel->jobs == NULL)
        misfit(kernel, word, "no job is under way");
}

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct script *script = context;

    (void)kernel;
    (void)seed;
    script->at = script->text != NULL ? script->text : "";
    script->times = 0;
}

static enum action act(void *context, struct kernel *kernel,
                       struct trio_task *const *tasks, size_t count,
                       struct actor **ret_actor)
{
    struct script *script = context;
    struct word word = next_word(script);

    (void)tasks;
    (void)count;
    if (word.action == ACTION_NONE)
        return ACTION_NONE;
    if (word.action == ACTION_CLOCK)
        check_clock(kernel, &word);
    else if (word.action == ACTION_JOB)
        check_job(kernel, &word);
    else
        *ret_actor = find_scope(kernel, &word);
    follow(script, &word);
    return word.action;
}

static size_t pick(void *context, struct kernel *kernel,
                   struct trio_task *const *tasks, size_t count)
{
    struct script *script = context;
    struct word word = next_word(script);

    if (word.end == word.text)
        return 0; // Over.
    for (size_t i = 0; i < count; i++)
        if (is_called(kernel, trio_sim_actor_(kernel, tasks[i]), &word)) {
            follow(script, &word);
            return i;
        }
    misfit(kernel, &word, "no such task can take the next step");
}

struct strategy trio_sim_script_(struct script *script, const char *text)
{
    *script = (struct script){.text = text};
    return (struct strategy){.name = "script",
                             .begin = begin,
                             .pick = pick,
                             .every_step = true,
                             .act = act,
                             .context = script};
}

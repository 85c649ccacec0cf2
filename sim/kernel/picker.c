// The picker: what happens next. There is no other place that decides.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// By default the first in line takes its step, jobs are done and time passes
// when nobody can run, and nothing is injected: that is production. Whatever is
// chosen otherwise is a deviation, which a plan can ask for by its anchor, a
// strategy by its choice. Both are recorded in the same way, so that a run
// under any strategy can be repeated without it.

#include "sim/kernel/state.h"

enum { EARLY_ONE_IN = 16, CLOCK_FIRST_ONE_IN = 4 };

// The first in line, as it is described in words: where it stopped last.
static void say(struct kernel *kernel, struct trio_task *const *tasks,
                size_t count, char *words, const char *format, const char *what)
{
    char where[FIRED_WORDS_MAX / 2] = "everybody waits";

    if (!kernel->words)
        return;
    if (count > 0)
        trio_sim_describe_(kernel, trio_sim_actor_(kernel, tasks[0]), where,
                           sizeof(where));
    trio_sim_format_(kernel, words, FIRED_WORDS_MAX, format, where, what);
}

// Between which steps something comes, as tokens name it.
static uint32_t anchor_of(struct kernel *kernel, struct trio_task *const *tasks,
                          size_t count)
{
    return count == 0
               ? trio_sim_anchor_of_idle_(kernel->idles)
               : trio_sim_anchor_of_event_(trio_sim_actor_(kernel, tasks[0]));
}

// Who is asked again after this, is asked at another place.
static void move_on(struct kernel *kernel, struct trio_task *const *tasks,
                    size_t count)
{
    if (count == 0)
        kernel->idles++;
    else
        trio_sim_actor_(kernel, tasks[0])->deferred++;
}

// ---- Time and jobs ----

static trio_time now_of(const struct kernel *kernel)
{
    return kernel->config.clock.now(kernel->config.clock.context);
}

// Lets time pass up to the next deadline; false: none lies ahead.
static bool pass_time(struct kernel *kernel, struct trio_task *const *tasks,
                      size_t count)
{
    char words[FIRED_WORDS_MAX];
    struct deviation deviation = {DEVIATE_CLOCK, 0, 0};
    trio_duration after = trio_run_statistics().next_deadline_after;
    trio_time deadline = trio_time_add(trio_now(), after);
    trio_time now = now_of(kernel); // The run may not know yet.

    if (after == TRIO_FOREVER || deadline <= now)
        return false;
    if (kernel->details) {
        deviation.anchor = anchor_of(kernel, tasks, count);
        say(kernel, tasks, count, words, "%s -> %s", "time passes");
        trio_sim_fire_(kernel, deviation, words);
        move_on(kernel, tasks, count);
    }
    trio_mock_clock_jump(&kernel->clock, deadline - now);
    trio_sim_record_(kernel, TRIO_NOTE_CLOCK_JUMP, 0, 0,
                     kernel->clock.now - kernel->time_begin, NULL);
    if (kernel->clock.now > kernel->time_end)
        trio_sim_cap_(kernel);
    return true;
}

static void do_job(struct kernel *kernel, struct trio_sim_job *job,
                   struct trio_task *const *tasks, size_t count, bool deviates)
{
    char words[FIRED_WORDS_MAX];
    struct deviation deviation = {DEVIATE_JOB, 0, (uint32_t)job->path};

    if (kernel->details && deviates) {
        deviation.anchor = anchor_of(kernel, tasks, count);
        say(kernel, tasks, count, words, "%s -> %s", "a job is done");
        trio_sim_fire_(kernel, deviation, words);
    }
    if (kernel->details)
        move_on(kernel, tasks, count);
    trio_sim_job_do_(kernel, job);
}

static struct trio_sim_job *job_of(const struct kernel *kernel, uint32_t path)
{
    struct trio_sim_job *job = kernel->jobs;

    while (job != NULL && job->path != path)
        job = job->next;
    return job;
}

// ---- What the plan asks for ----

static void follow_events(struct kernel *kernel, struct trio_task *const *tasks,
                          size_t count)
{
    const struct deviation *planned;
    struct trio_sim_job *job;

    for (;;) {
        uint32_t anchor = anchor_of(kernel, tasks, count);
        planned = trio_sim_planned_(kernel, DEVIATE_CLOCK, anchor);
        if (planned != NULL) {
            if (!pass_time(kernel, tasks, count))
                return;
            trio_sim_has_fired_(kernel, planned);
            continue;
        }
        planned = trio_sim_planned_(kernel, DEVIATE_JOB, anchor);
        job = planned == NULL ? NULL : job_of(kernel, planned->target);
        if (job == NULL)
            return;
        trio_sim_has_fired_(kernel, planned);
        do_job(kernel, job, tasks, count, true);
    }
}

// Returns the task whose path ends like this, 0 if it is the first or none.
static size_t find(struct kernel *kernel, struct trio_task *const *tasks,
                   size_t count, uint32_t target)
{
    uint32_t mask = (1u << TARGET_BITS) - 1;

    for (size_t i = 1; i < count; i++)
        if ((trio_sim_actor_(kernel, tasks[i])->path & mask) == target)
            return i;
    return 0;
}

static size_t follow_turn(struct kernel *kernel, struct trio_task *const *tasks,
                          size_t count)
{
    const struct deviation *planned = trio_sim_planned_(
        kernel, DEVIATE_TASK,
        trio_sim_anchor_of_turn_(trio_sim_actor_(kernel, tasks[0])));
    size_t choice =
        planned == NULL ? 0 : find(kernel, tasks, count, planned->target);

    if (choice != 0)
        trio_sim_has_fired_(kernel, planned);
    return choice;
}

// ---- What a strategy asks for, and what is early by chance ----

static void act(struct kernel *kernel, struct trio_task *const *tasks,
                size_t count)
{
    const struct strategy *strategy = kernel->strategy;
    struct actor *actor = NULL;
    enum action action;

    while ((action = strategy->act(strategy->context, kernel, tasks, count,
                                   &actor)) != ACTION_NONE) {
        if (action == ACTION_CLOCK) {
            pass_time(kernel, tasks, count);
        } else if (action == ACTION_JOB && kernel->jobs != NULL) {
            do_job(kernel, kernel->jobs, tasks, count, true);
        } else if (action == ACTION_CANCEL && actor->innermost != 0) {
            struct due due = {NULL,
                              trio_sim_anchor_of_moment_(actor, actor->parked),
                              actor->number, actor->parked};
            trio_sim_cancel_(
                kernel, trio_sim_scope_at_(kernel, actor->innermost), &due);
        }
    }
}

static void be_early(struct kernel *kernel, struct trio_task *const *tasks,
                     size_t count)
{
    if (trio_sim_below_(&kernel->early_state, EARLY_ONE_IN) != 0)
        return;
    if (kernel->jobs != NULL && trio_sim_below_(&kernel->early_state, 2) == 0) {
        do_job(kernel, kernel->jobs, tasks, count, true);
        kernel->early_left--;
    } else if (!kernel->plan->scenario->still_clock &&
               pass_time(kernel, tasks, count)) {
        kernel->early_left--;
    }
    kernel->hurried = kernel->details || kernel->early_left > 0;
}

// What comes between two steps.
static void hurry(struct kernel *kernel, struct trio_task *const *tasks,
                  size_t count)
{
    if (kernel->due.count > 0)
        trio_sim_cancel_due_(kernel);
    if (kernel->strategy != NULL && kernel->strategy->act != NULL)
        act(kernel, tasks, count);
    if (kernel->plan->deviation_count > 0)
        follow_events(kernel, tasks, count);
    if (kernel->early_left > 0 && count > 0)
        be_early(kernel, tasks, count);
}

// ---- Turns ----

static void tell_turn(struct kernel *kernel, struct trio_task *const *tasks,
                      size_t count, size_t choice)
{
    char words[FIRED_WORDS_MAX];
    char who[32] = "";
    const struct actor *chosen = trio_sim_actor_(kernel, tasks[choice]);
    struct deviation deviation = {
        DEVIATE_TASK,
        trio_sim_anchor_of_turn_(trio_sim_actor_(kernel, tasks[0])),
        chosen->path & ((1u << TARGET_BITS) - 1)};

    if (kernel->words)
        trio_sim_actor_name_(kernel, chosen->number, who, sizeof(who));
    say(kernel, tasks, count, words, "%s -> %s first", who);
    trio_sim_fire_(kernel, deviation, words);
    move_on(kernel, tasks, count);
}

static size_t pick(void *context, struct trio_task *const *tasks, size_t count)
{
    struct kernel *kernel = context;
    const struct strategy *strategy = kernel->strategy;
    size_t choice = 0;

    kernel->running = 0;
    if (UNLIKELY(kernel->hurried))
        hurry(kernel, tasks, count);
    if (count > 1)
        kernel->decisions++;
    if (strategy != NULL && (count > 1 || strategy->every_step))
        choice = strategy->pick(strategy->context, kernel, tasks, count);
    else if (kernel->plan->deviation_count > 0 && count > 1)
        choice = follow_turn(kernel, tasks, count);
    if (choice == 0) {
        kernel->passed_over = 0;
        return 0;
    }
    // Nobody is passed over for ever.
    if (++kernel->passed_over > PASSED_OVER_MAX) {
        kernel->passed_over = 0;
        return 0;
    }
    if (UNLIKELY(kernel->details))
        tell_turn(kernel, tasks, count, choice);
    return choice;
}

// ---- When nobody can run ----

// Whether the loop has something to do, now.
static bool somebody_goes_on(const struct kernel *kernel)
{
    struct trio_run_statistics now = trio_run_statistics();
    trio_time deadline = trio_time_add(trio_now(), now.next_deadline_after);

    return now.tasks_runnable > 0 || now.entries_queued > 0 ||
           deadline <= now_of(kernel);
}

// Time passes for the loop as soon as this returns: all jobs come first, but
// by chance.
static void idle(struct kernel *kernel)
{
    kernel->idles++;
    do {
        hurry(kernel, NULL, 0);
        if (kernel->jobs == NULL || somebody_goes_on(kernel))
            return;
        if (kernel->early_left > 0 && !kernel->plan->scenario->still_clock &&
            trio_sim_below_(&kernel->early_state, CLOCK_FIRST_ONE_IN) == 0 &&
            pass_time(kernel, NULL, 0)) {
            kernel->early_left--;
            return;
        }
        do_job(kernel, kernel->jobs, NULL, 0, false);
    } while (!somebody_goes_on(kernel));
}

void trio_sim_poll_(void *context, trio_duration limit)
{
    struct kernel *kernel = context;

    (void)limit;
    kernel->running = 0;
    if (!kernel->hurried && kernel->jobs == NULL)
        return;
    if (kernel->due.count > 0)
        trio_sim_cancel_due_(kernel);
    if (!somebody_goes_on(kernel))
        idle(kernel);
}

struct trio_scheduler trio_sim_picker_(struct kernel *kernel)
{
    return (struct trio_scheduler){
        .context = kernel,
        .pick = pick,
        .single_steps = kernel->plan->order != TRIO_SIM_PASS,
        .soft_points = kernel->plan->order == TRIO_SIM_SOFT};
}

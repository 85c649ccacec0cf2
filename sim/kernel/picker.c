// The picker: what happens next. There is no other place that decides.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Between two steps the candidates are asked for until one of them takes the
// next step, or the loop goes on. By default the first one comes: that is
// production. Whatever is chosen otherwise is a deviation, which a plan can ask
// for by its anchor, a strategy by its choice. Both are recorded in the same
// way, so that a run under any strategy can be repeated without it.
//
// What happens before the first step of a pass is as if it had happened before
// the loop looked: it looks again, and whom that wakes competes with whom was
// ready. Only if somebody comes before the loop it is as if it had happened
// after.

#include "sim/kernel/state.h"

void trio_sim_started_(struct kernel *kernel, struct actor *actor)
{
    const struct strategy *strategy = kernel->strategy;

    if (strategy != NULL && strategy->started != NULL)
        strategy->started(strategy->context, kernel, actor);
}

// ---- What the plan asks for ----

// Of what a task comes first that is not the first candidate, as tokens have
// it.
static uint32_t anchor_of_turn(struct kernel *kernel,
                               const struct candidates *candidates)
{
    const struct actor *first = trio_sim_actor_(kernel, candidates->tasks[0]);

    return candidates->loop ? trio_sim_anchor_of_look_(first)
                            : trio_sim_anchor_of_turn_(first);
}

static uint32_t target_of(const struct actor *actor)
{
    return (uint32_t)actor->path & ((1u << TARGET_BITS) - 1);
}

// Returns the number of the task with that path, 0 if it is the first or none.
static size_t find(struct kernel *kernel, const struct candidates *candidates,
                   uint32_t target)
{
    size_t end = candidates->loop + candidates->task_count;

    for (size_t i = 1; i < end; i++)
        if (target_of(trio_sim_candidate_(kernel, candidates, i)) == target)
            return i;
    return 0;
}

static __attribute__((noinline)) size_t
follow_turn(struct kernel *kernel, const struct candidates *candidates)
{
    if (candidates->task_count == 0)
        return 0;
    const struct deviation *planned = trio_sim_planned_(
        kernel, DEVIATE_TASK, anchor_of_turn(kernel, candidates));
    size_t choice =
        planned == NULL ? 0 : find(kernel, candidates, planned->target);

    if (choice != 0)
        trio_sim_has_fired_(kernel, planned);
    return choice;
}

// ---- Choices ----

static struct place place_of(const struct candidates *candidates)
{
    return (struct place){candidates->tasks, (uint32_t)candidates->task_count,
                          candidates->reading};
}

static __attribute__((noinline)) void
keep_choices(struct kernel *kernel, const struct candidates *candidates)
{
    if (candidates->task_count > 0)
        trio_sim_keep_turns_(kernel, candidates,
                             anchor_of_turn(kernel, candidates));
    if (candidates->job_count > 0)
        trio_sim_keep_jobs_(kernel, place_of(candidates));
}

static size_t choose(struct kernel *kernel, struct candidates *candidates)
{
    const struct strategy *strategy = kernel->strategy;

    kernel->decisions += candidates->count > 1;
    if (strategy == NULL)
        return kernel->plan->deviation_count > 0
                   ? follow_turn(kernel, candidates)
                   : 0;
    if (candidates->count == 1 && !strategy->every_step)
        return 0;
    candidates->ranked =
        strategy->ranks && trio_sim_is_long_(kernel, candidates);
    if (candidates->ranked)
        trio_sim_line_up_(kernel, candidates);
    return strategy->pick(strategy->context, kernel, candidates);
}

static __attribute__((noinline)) void
tell_turn(struct kernel *kernel, const struct candidates *candidates,
          size_t choice)
{
    struct place place = place_of(candidates);
    char words[FIRED_WORDS_MAX];
    char who[32] = "";
    const struct actor *chosen =
        trio_sim_candidate_(kernel, candidates, choice);
    struct deviation deviation = {
        DEVIATE_TASK, anchor_of_turn(kernel, candidates), target_of(chosen)};

    if (kernel->words)
        trio_sim_actor_name_(kernel, chosen->number, who, sizeof(who));
    trio_sim_say_(kernel, place, words,
                  candidates->loop ? "%s -> %s before the loop looks again"
                                   : "%s -> %s first",
                  who);
    trio_sim_fire_(kernel, deviation, words);
    trio_sim_move_on_(kernel, place);
}

// Has a task of the line come; returns its place there.
static size_t take_turn(struct kernel *kernel,
                        const struct candidates *candidates, size_t choice)
{
    size_t first = candidates->loop;

    kernel->passed_over = choice > first ? kernel->passed_over + 1 : 0;
    // Nobody is passed over for ever.
    if (UNLIKELY(kernel->passed_over > PASSED_OVER_MAX)) {
        kernel->passed_over = 0;
        choice = first;
    }
    if (UNLIKELY(kernel->details) && choice > 0)
        tell_turn(kernel, candidates, choice);
    choice -= first;
    if (UNLIKELY(kernel->ranking.count > 0))
        trio_sim_leave_line_(
            kernel, trio_sim_actor_(kernel, candidates->tasks[choice]));
    return choice;
}

// The loop goes on, and sees what has happened.
static void look(struct kernel *kernel, const struct candidates *candidates)
{
    struct actor *loop = trio_sim_loop_(kernel);

    loop->steps++;
    kernel->unseen = false;
    if (kernel->details)
        trio_sim_move_on_(kernel, place_of(candidates));
}

static __attribute__((noinline)) void
happen(struct kernel *kernel, const struct candidates *candidates,
       size_t choice)
{
    size_t event = choice - candidates->loop - candidates->task_count;
    struct place place = place_of(candidates);

    if (event < candidates->job_count)
        trio_sim_do_job_(kernel, place, event, choice > 0);
    else
        trio_sim_pass_time_(kernel, place, candidates->far);
}

// What the plan wants to happen before others choose: it has none without
// details.
static __attribute__((noinline)) void follow_plan(struct kernel *kernel,
                                                  struct place place)
{
    if (kernel->due.count > 0)
        trio_sim_cancel_due_(kernel);
    if (kernel->plan->deviation_count > 0)
        trio_sim_follow_events_(kernel, place);
}

// Lets happen what comes before the next step. Returns whose that is, by the
// place in line, or as many as there are in line if the loop goes on.
static size_t decide(struct kernel *kernel, struct place place)
{
    struct candidates candidates;

    for (;; place = place_of(&candidates)) {
        if (UNLIKELY(kernel->details))
            follow_plan(kernel, place);
        trio_sim_gather_(kernel, place, &candidates);
        if (UNLIKELY(kernel->details && kernel->plan->choices))
            keep_choices(kernel, &candidates);
        size_t choice = choose(kernel, &candidates);
        if (choice - candidates.loop < candidates.task_count)
            return take_turn(kernel, &candidates, choice);
        if (choice < candidates.loop)
            break;
        if (choice != ASK_AGAIN)
            happen(kernel, &candidates, choice);
    }
    look(kernel, &candidates);
    return candidates.task_count;
}

// A task that goes on is in its step already.
void trio_sim_decide_reading_(struct kernel *kernel, struct place place)
{
    const struct strategy *strategy = kernel->strategy;
    struct candidates candidates;

    if (trio_sim_is_still_(kernel) || (kernel->plan->deviation_count > 0 &&
                                       trio_sim_follow_clock_(kernel, place)))
        return;
    trio_sim_gather_reading_(kernel, place, &candidates);
    kernel->decisions++;
    if (strategy == NULL)
        return;
    size_t choice = strategy->pick(strategy->context, kernel, &candidates);
    if (choice > 0 && choice != ASK_AGAIN)
        happen(kernel, &candidates, choice);
}

static size_t pick(void *context, struct trio_task *const *tasks, size_t count)
{
    struct kernel *kernel = context;

    kernel->running = 0;
    if (UNLIKELY(kernel->hurried))
        return decide(kernel,
                      (struct place){.tasks = tasks, .count = (uint32_t)count});
    kernel->decisions += count > 1;
    return 0;
}

static void tell_news(struct kernel *kernel)
{
    if (kernel->world.network != NULL)
        trio_sim_tell_news_(&kernel->world);
}

void trio_sim_poll_(void *context, trio_duration limit)
{
    struct kernel *kernel = trio_sim_kernel_;

    (void)context, (void)limit;
    tell_news(kernel);
    if (trio_task_realm() != NULL)
        return; // It is a task that looks, in its step.
    kernel->running = 0;
    kernel->looking = true;
    if (!kernel->hurried && kernel->jobs.count == 0)
        return;
    if (kernel->due.count > 0)
        trio_sim_cancel_due_(kernel);
    if (trio_run_is_idle())
        decide(kernel, (struct place){.count = 0});
    tell_news(kernel);
}

struct trio_scheduler trio_sim_picker_(struct kernel *kernel)
{
    return (struct trio_scheduler){
        .context = kernel, .pick = pick, .buggify = trio_sim_buggifies_};
}

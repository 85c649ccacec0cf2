// The simulated world in one piece: jobs, which are done when nobody can run,
// in the order of starting, and the network, where things arrive when it is
// time for them. It never waits; time passes by the clock's jumps alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>

#include "sim/files/files.h"
#include "sim/internal.h"
#include "sim/net/net.h"

static trio_status begin(struct trio_world *world)
{
    (void)world;
    return TRIO_OK;
}

// What is left is never done: the run may have been abandoned, and with it what
// the work would look at.
static void end(struct trio_world *world)
{
    struct trio_sim_world_ *context = world->context;
    struct trio_job **jobs = &context->jobs;

    trio_sim_network_end_(context);
    while (*jobs != NULL) {
        struct trio_job *job = *jobs;
        *jobs = job->next;
        job->lost(job);
    }
}

// ---- Readiness ----

// Whether the loop has something to do, now.
static bool somebody_goes_on(void)
{
    struct trio_run_statistics now = trio_run_statistics();

    return now.tasks_runnable > 0 || now.entries_queued > 0 ||
           now.next_deadline_after == 0;
}

static bool do_first_job(struct trio_sim_world_ *world)
{
    struct trio_job *job = world->jobs;

    if (job == NULL)
        return false;
    world->jobs = job->next;
    trio_sim_work_(job);
    return true;
}

static void poll(void *context, trio_duration limit)
{
    struct trio_sim_world_ *world = context;

    (void)limit;
    trio_sim_tell_news_(world);
    if (trio_task_realm() != NULL)
        return; // It is a task that looks, in its step.
    while (!somebody_goes_on() &&
           (do_first_job(world) || trio_sim_next_happens_(world)))
        trio_sim_tell_news_(world);
}

static bool can_wake(void *context)
{
    const struct trio_sim_world_ *world = context;
    return world->jobs != NULL || trio_sim_has_news_(world) ||
           trio_sim_will_happen_(world);
}

static void wake(void *context)
{
    (void)context;
}

// There is no system that had a number for it.
static int last_error(void *context)
{
    (void)context;
    return 0;
}

const char trio_sim_world_name_[] = "simulated";

static const struct trio_io io = {.name = trio_sim_world_name_,
                                  .poll = poll,
                                  .arm = trio_sim_arm_,
                                  .disarm = trio_sim_disarm_,
                                  .closing = trio_sim_closing_,
                                  .waiters = trio_sim_waiters_,
                                  .can_wake = can_wake,
                                  .wake = wake,
                                  .last_error = last_error};

// ---- Jobs: there are no signals, and no threads to pause ----

static trio_status submit(void *context, struct trio_job *job)
{
    struct trio_sim_world_ *world = context;
    struct trio_job **link = &world->jobs;

    trio_sim_work_begin_(job);
    while (*link != NULL)
        link = &(*link)->next;
    *link = job;
    return TRIO_OK;
}

static void leave(void *context, struct trio_job *job)
{
    (void)context, (void)job;
}

static bool is_busy(void *context)
{
    (void)context;
    return false;
}

static trio_status watch_signals(void *context, struct trio_signal_watch *watch)
{
    (void)context, (void)watch;
    return TRIO_ENOTSUP;
}

static void unwatch_signals(void *context, struct trio_signal_watch *watch)
{
    (void)context, (void)watch;
}

static void raise_signal(void *context, int signal)
{
    (void)context, (void)signal;
}

static trio_status catch_interrupt(void *context, struct trio_poster *poster,
                                   struct trio_entry *entry)
{
    (void)context, (void)poster, (void)entry;
    return TRIO_ENOTSUP;
}

static void release_interrupt(void *context)
{
    (void)context;
}

static const struct trio_jobs seam_jobs = {
    .submit = submit,
    .leave = leave,
    .busy = is_busy,
    .lookup_addresses = trio_sim_lookup_addresses_,
    .lookup_name = trio_sim_lookup_name_,
    .watch_signals = watch_signals,
    .unwatch_signals = unwatch_signals,
    .raise_signal = raise_signal,
    .catch_interrupt = catch_interrupt,
    .release_interrupt = release_interrupt};

struct trio_world trio_sim_world_of_(struct trio_sim_world_ *world)
{
    return (struct trio_world){.context = world,
                               .begin = begin,
                               .end = end,
                               .io = &io,
                               .net = &trio_sim_net_,
                               .jobs = &seam_jobs,
                               .files = &trio_sim_files_};
}

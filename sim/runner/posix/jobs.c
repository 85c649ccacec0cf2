// Only this process prints. What a worker was at when its pipe ended early is
// what it died of: each record that comes says that it is at the next one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/runner/inquest.h"
#include "sim/runner/output.h"
#include "sim/runner/posix/child.h"
#include "sim/runner/posix/interrupt.h"
#include "sim/runner/posix/worker.h"

const bool trio_runner_jobs_exist_ = true;

enum { WORKERS_MAX = 64 };

struct worker {
    pid_t pid;
    int pipe; // Its end to read from; -1: there is none.
    struct work left;
    struct record so_far; // Of what it is at.
    struct death *death;  // Where it tells of its own.
    int output;           // What it prints. 0: there is none yet.
};

struct crew {
    const struct jobs *jobs;
    struct worker workers[WORKERS_MAX];
    size_t count;
    bool shared;       // All are at the same scenario.
    struct record sum; // Of that.
    bool unclean;      // A process had something to say when it was done.
};

// Closes what is not the new worker's. It ends with the process that started
// it, and by nobody else's wish.
static void become(const struct crew *crew, const struct worker *worker,
                   pid_t parent, int pipe)
{
    trio_runner_child_bind_(parent);
    trio_runner_interrupts_ignore_();
    trio_runner_output_redirect_(worker->output);
    trio_runner_crash_tell_(worker->death);
    trio_runner_crash_limit_(crew->jobs->options->step_seconds, 0);
    for (size_t i = 0; i < crew->count; i++)
        if (crew->workers[i].pipe >= 0)
            close(crew->workers[i].pipe);
    trio_runner_work_(crew->jobs, &worker->left, pipe);
}

static bool start(struct crew *crew, struct worker *worker)
{
    int ends[2];

    worker->pipe = -1;
    if (worker->left.at >= crew->jobs->count)
        return true; // It has nothing to do.
    if (pipe(ends) != 0)
        return false;
    if (worker->death == NULL)
        worker->death = trio_runner_shared_new_(sizeof(*worker->death));
    if (worker->output == 0)
        worker->output = trio_runner_output_new_();
    if (worker->death == NULL || worker->output < 0)
        return false;
    memset(worker->death, 0, sizeof(*worker->death));
    if (worker->so_far.scenario == NULL)
        worker->so_far.scenario = crew->jobs->scenarios[worker->left.at];
    fflush(NULL); // Or each process would print it.
    pid_t parent = getpid();
    worker->pid = fork();
    if (worker->pid == 0) {
        close(ends[0]);
        become(crew, worker, parent, ends[1]);
    }
    close(ends[1]);
    if (worker->pid < 0) {
        close(ends[0]);
        return false;
    }
    worker->pipe = ends[0];
    return true;
}

static void stop_others(const struct crew *crew, const struct worker *but)
{
    for (size_t i = 0; i < crew->count; i++)
        if (crew->workers[i].pipe >= 0 && &crew->workers[i] != but)
            kill(crew->workers[i].pid, SIGKILL);
}

// Takes what came of the scenario that a worker was at.
static void finish(struct crew *crew, struct worker *worker,
                   const struct record *record)
{
    size_t next = worker->left.at += worker->left.stride;
    bool is_last = next >= crew->jobs->count;

    worker->so_far = (struct record){
        .scenario = is_last ? NULL : crew->jobs->scenarios[next]};
    if (!crew->shared) {
        crew->jobs->listener->finish(crew->jobs->listener->context, record);
        return;
    }
    struct record *sum = &crew->sum;
    if (sum->scenario == NULL)
        *sum = *record;
    else if (trio_runner_record_failed_(sum))
        return; // The others are only being stopped.
    else
        trio_runner_record_merge_(sum, record);
    if (trio_runner_record_failed_(sum))
        stop_others(crew, worker);
}

// Finds out what a worker has died of.
static void hold_inquest(const struct crew *crew, const struct worker *worker,
                         struct record *record)
{
    const struct jobs *jobs = crew->jobs;
    const struct trial trial = {.options = jobs->options,
                                .clock = jobs->config->clock,
                                .campaign = jobs->campaign,
                                .part = worker->left.part,
                                .parts = worker->left.parts,
                                .listener = jobs->listener};

    trio_runner_inquest_(&trial, worker->death, record);
}

// Returns what is known of the scenario that a worker has died in.
static struct record last_of(const struct crew *crew,
                             const struct worker *worker)
{
    struct record record = worker->so_far;

    if (worker->death->told)
        record = worker->death->record;
    else if (record.result.runs == 0) // Not a word has come.
        record.seed = crew->jobs->options->seed + worker->left.part;
    record.died = true;
    record.result.verdict = TRIO_SIM_FAILED;
    return record;
}

static void tell_output(const struct worker *worker)
{
    trio_runner_output_write_(stdout, "A process has printed",
                              trio_runner_output_read_(worker->output));
}

// The worker's process has ended; if that was in the middle of something, that
// has failed.
static void bury(struct crew *crew, struct worker *worker)
{
    const struct jobs *jobs = crew->jobs;
    int status = 0;

    close(worker->pipe);
    worker->pipe = -1;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (worker->left.at >= jobs->count) {
        if (status != 0)
            tell_output(worker);
        crew->unclean |= status != 0;
        return;
    }
    struct record record = last_of(crew, worker);

    if (WIFSIGNALED(status))
        snprintf(record.result.text, sizeof(record.result.text),
                 "its process died of signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(record.result.text, sizeof(record.result.text),
                 "its process ended with %d", WEXITSTATUS(status));
    if (!trio_runner_record_failed_(&crew->sum))
        hold_inquest(crew, worker, &record);
    // Else its replay prints it; but a sanitizer may say what it has found only
    // when the death is told, where a replay ends.
    if (record.result.token[0] == '\0' ||
        strstr(record.result.text, "sanitizer") != NULL)
        tell_output(worker);
    finish(crew, worker, &record);
}

// Returns false if no process can be had.
static bool receive(struct crew *crew, struct worker *worker)
{
    const struct listener *listener = crew->jobs->listener;
    struct message message;

    if (!trio_runner_message_receive_(worker->pipe, &message)) {
        bury(crew, worker);
        return start(crew, worker); // For what is left of its work.
    }
    if (message.kind == MESSAGE_PROGRESS) {
        worker->so_far = message.record;
        listener->progress(listener->context, &message.record);
    } else if (message.kind == MESSAGE_WARN)
        listener->warn(listener->context, message.line);
    else
        finish(crew, worker, &message.record);
    return true;
}

// Everybody stops where they are; that is all there will be.
static void stop(struct crew *crew)
{
    stop_others(crew, NULL);
    for (size_t i = 0; i < crew->count; i++) {
        struct record record = crew->workers[i].so_far;

        if (record.scenario == NULL)
            continue;
        record.stopped = true;
        if (!crew->shared)
            crew->jobs->listener->finish(crew->jobs->listener->context,
                                         &record);
        else if (crew->sum.scenario == NULL)
            crew->sum = record;
        else
            trio_runner_record_merge_(&crew->sum, &record);
    }
    crew->sum.stopped = true;
}

// Listens to all workers until none is left.
static bool supervise(struct crew *crew)
{
    for (;;) {
        struct pollfd pipes[WORKERS_MAX];
        bool any = false;

        for (size_t i = 0; i < crew->count; i++) {
            pipes[i] = (struct pollfd){crew->workers[i].pipe, POLLIN, 0};
            any |= pipes[i].fd >= 0;
        }
        if (!any)
            return true;
        int ready = poll(pipes, (nfds_t)crew->count, INTERRUPT_POLL_MS);
        if (trio_runner_interrupted_()) {
            stop(crew);
            return true;
        }
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        for (size_t i = 0; i < crew->count; i++)
            if (pipes[i].fd >= 0 && pipes[i].revents != 0 &&
                !receive(crew, &crew->workers[i]))
                return false;
    }
}

bool trio_runner_jobs_(const struct jobs *jobs, bool *ret_clean)
{
    static struct crew crew;
    uint64_t wanted = jobs->options->jobs;

    crew = (struct crew){.jobs = jobs,
                         .count = wanted < WORKERS_MAX ? (size_t)wanted
                                                       : WORKERS_MAX,
                         .shared = jobs->count == 1};
    for (size_t i = 0; i < crew.count; i++)
        crew.workers[i] = (struct worker){
            .pipe = -1,
            .left = {.at = crew.shared ? 0 : i,
                     .stride = crew.count,
                     .part = crew.shared ? i : 0,
                     .parts = crew.shared ? crew.count : 1},
        };
    for (size_t i = 0; i < crew.count; i++)
        if (!start(&crew, &crew.workers[i]))
            return false;
    trio_runner_interrupts_catch_();
    if (!supervise(&crew))
        return false;
    if (crew.shared) {
        if (!crew.sum.stopped)
            trio_runner_record_judge_(&crew.sum, jobs->options);
        jobs->listener->finish(jobs->listener->context, &crew.sum);
    }
    *ret_clean = !crew.unclean;
    return true;
}

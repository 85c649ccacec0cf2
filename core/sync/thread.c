// A call has two owners, the task that waits and the job, and lives until both
// have given it up: a task that is cancelled may leave while the thread works,
// and a thread may work longer than its run.
//
// What the two share is handed over, never looked at by both at a time. While
// the thread works, the members below `status` are the run's alone; what the
// thread asks for comes as an entry, and the thread sleeps until it is
// answered. Only `cancelled` is read while it may be set.
//
// A world without threads calls the job in the run's thread, outside any task.
// Then the work waits for the task: it is done on that one's stack, where a
// function of trio_from_thread_run is a mere call. To the work that is no task
// meanwhile, as in a thread. If the task has left, the work is done where the
// job is.
//
// A call belongs to no realm, and ends in order even if the task is given up:
// then the work is not done, unless a thread is at it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/thread.h>

#include <trio/backend.h>
#include <trio/cancel_scope.h>
#include <trio/capacity_limiter.h>
#include <trio/entry.h>
#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

#include "core/operation.h"

static const struct trio_wait thread_wait = {.verb = "run in a thread of",
                                             .access = TRIO_ACCESS_ACQUIRE};

// What a thread asks of the run, on the thread's stack.
struct request {
    struct trio_entry entry; // First.
    struct call *call;
    trio_task_fn fn;          // For the task that waits,
    void (*plain)(void *arg); // or for the loop.
    void *arg;
    trio_status status;
};

struct call {
    struct trio_job job; // First.
    trio_status (*fn)(void *arg);
    void *arg;
    const struct trio_jobs *jobs;
    void (*release)(void *context, void *block, size_t size);
    void *release_context;
    int owners;     // Atomic.
    bool cancelled; // Atomic. The task was.
    bool inside;    // The work is done in the run's thread.
    bool worked;    // `fn` has returned.
    trio_status status;
    uint64_t failures; // Of the task, before the call: the number of the last.
    bool abandonable;
    bool *ret_abandoned;
    bool over;      // The job is done, and the slot is free.
    bool submitted; // The job has begun,
    bool returned;  // and the world is done with it.
    bool lost;      // The task was given up.
    struct trio_task_exit loss;
    struct trio_task *waiter; // NULL: it has left.
    struct request *request;  // For the waiter, or NULL.
    uint64_t steps;           // Of the run, when the work was last begun.
    struct trio_capacity_limiter *limiter;
    struct trio_capacity_token token;
};

static _Thread_local struct call *current_call;

static void give_up(struct call *call)
{
    if (__atomic_sub_fetch(&call->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    trio_poster_close(call->job.poster);
    call->release(call->release_context, call, sizeof(*call));
}

// ---- The work ----

static uint64_t count_steps(const struct call *call)
{
    return call->inside ? trio_run_statistics().steps : 0;
}

static void check_steps(const struct call *call)
{
    if (count_steps(call) != call->steps)
        trio_misuse("the function of a thread let other tasks run", NULL);
}

// Says whether the stack of the task that waits is the thread's for now.
static void lend(const struct call *call, bool lent)
{
    if (call->inside && call->waiter != NULL)
        call->waiter->lent = lent;
}

static void work(struct call *call)
{
    struct call *outer = current_call;

    call->steps = count_steps(call);
    current_call = call;
    lend(call, true);
    call->status = call->fn(call->arg);
    lend(call, false);
    current_call = outer;
    check_steps(call);
    call->worked = true;
}

static struct call *call_of(struct trio_job *job)
{
    return (struct call *)job; // Its first member.
}

static void on_work(struct trio_job *job)
{
    struct call *call = call_of(job);

    call->inside = trio_in_run();
    if (!call->inside || (call->waiter == NULL && !call->lost))
        work(call);
}

// Whoever leaves, the slot is taken until here.
static void end_job(struct call *call)
{
    call->over = true;
    trio_capacity_limiter_release_on_behalf_of(call->limiter, call);
    give_up(call);
}

static void on_done(struct trio_job *job)
{
    struct call *call = call_of(job);
    struct trio_task *waiter = call->waiter;

    call->returned = true;
    if (!call->worked && waiter == NULL && !call->lost)
        work(call);
    if (call->worked || call->lost)
        end_job(call);
    if (waiter != NULL)
        trio_wake(waiter, TRIO_OK);
}

static void on_lost(struct trio_job *job)
{
    give_up(call_of(job));
}

// ---- The task that waits ----

static bool is_cancelled_here(void)
{
    return trio_current_effective_deadline() == TRIO_PAST;
}

static void set_cancelled(struct call *call)
{
    __atomic_store_n(&call->cancelled, true, __ATOMIC_RELAXED);
}

static bool on_cancel(struct trio_task *task, void *arg)
{
    struct call *call = arg;
    const struct trio_world *world = trio_run_world();

    (void)task;
    set_cancelled(call);
    if (!call->abandonable)
        return false;
    call->waiter = NULL;
    if (call->ret_abandoned != NULL)
        *call->ret_abandoned = true;
    world->jobs->leave(world->context, &call->job);
    return true;
}

static void resume(struct call *call, trio_status status)
{
    struct request *request = call->request;

    call->request = NULL;
    request->status = status;
    call->jobs->resume(&call->job);
}

static void leave_job(struct call *call)
{
    const struct trio_world *world = trio_run_world();

    if (call->waiter != NULL)
        world->jobs->leave(world->context, &call->job);
    call->waiter = NULL;
    if (call->request != NULL)
        resume(call, TRIO_ECANCELED);
}

// The task is given up, maybe inside of the work.
static void on_loss(struct trio_task_exit *loss)
{
    struct call *call =
        (struct call *)((char *)loss - offsetof(struct call, loss));

    call->lost = true;
    if (current_call == call)
        current_call = NULL;
    if (!call->submitted) {
        if (call->token.limiter != NULL) // It has just been given one.
            trio_capacity_limiter_release_on_behalf_of(call->limiter, call);
        call->release(call->release_context, call, sizeof(*call));
        return;
    }
    if (!call->returned)
        leave_job(call);
    else if (!call->over)
        end_job(call);
    give_up(call);
}

static void answer(struct call *call)
{
    trio_status rc = call->request->fn(call->request->arg);

    if (is_cancelled_here())
        set_cancelled(call);
    resume(call, rc);
}

static uint64_t last_failure(void)
{
    const struct trio_error *error = trio_error_last();

    return error == NULL ? 0 : error->sequence;
}

// A thread leaves no record: only what the task has answered meanwhile has one.
static TRIO_CHECKPOINT trio_status tell(const struct call *call)
{
    const struct trio_error *error;

    // A function that was told of the cancellation passes it on: so it is ours.
    if (call->status == TRIO_ECANCELED)
        trio_ignore(trio_checkpoint_if_cancelled());
    if (call->status == TRIO_OK)
        return TRIO_OK;
    error = trio_error_find(call->status);
    if (error != NULL && error->sequence <= call->failures)
        return trio_fail_bare(call->status);
    return call->status;
}

static TRIO_CHECKPOINT trio_status await(struct call *call)
{
    while (!call->over) {
        trio_status rc =
            trio_park(&thread_wait, call->limiter, on_cancel, call);
        if (rc != TRIO_OK)
            return rc;
        if (call->request != NULL) {
            answer(call);
        } else if (!call->over) {
            work(call);
            end_job(call);
        }
    }
    return tell(call);
}

static TRIO_MUST_USE trio_status submit(struct call *call)
{
    const struct trio_world *world = trio_run_world();

    trio_status rc = trio_poster_open(&call->job.poster);
    if (rc != TRIO_OK)
        return rc;
    rc = world->jobs->submit(world->context, &call->job);
    if (rc != TRIO_OK) {
        trio_poster_close(call->job.poster);
        trio_fail_os(rc, world->io->last_error(world->context),
                     "start a thread");
    }
    return rc;
}

static void fill(struct call *call, const struct trio_thread_options *options)
{
    call->job.work = on_work;
    call->job.done = on_done;
    call->job.lost = on_lost;
    call->jobs = trio_run_world()->jobs;
    call->owners = 2;
    call->waiter = trio_task_current();
    call->limiter = trio_thread_limiter();
    call->failures = last_failure();
    if (options == NULL)
        return;
    call->job.name = options->name;
    call->abandonable = options->abandon_on_cancel;
    call->ret_abandoned = options->ret_abandoned;
    if (options->limiter != NULL)
        call->limiter = options->limiter;
}

// Returns NULL if there is no memory.
static struct call *make(trio_status (*fn)(void *arg), void *arg,
                         const struct trio_thread_options *options)
{
    const struct trio_memory *memory = trio_run_memory();
    void *own = trio_task_swap_realm(NULL);
    struct call *call = memory->allocate(memory->context, sizeof(*call));

    trio_task_swap_realm(own);
    if (call == NULL)
        return NULL;
    *call = (struct call){.fn = fn,
                          .arg = arg,
                          .release = memory->release,
                          .release_context = memory->context};
    fill(call, options);
    trio_task_on_abandon(&call->loss, on_loss);
    return call;
}

static TRIO_CHECKPOINT trio_status run_job(struct call *call, bool *ret_whole)
{
    trio_status rc = submit(call);

    *ret_whole = rc != TRIO_OK;
    if (rc != TRIO_OK) {
        trio_capacity_limiter_release_on_behalf_of(call->limiter, call);
        return rc;
    }
    call->submitted = true;
    return await(call);
}

trio_status trio_thread_run(const struct trio_thread_options *options,
                            trio_status (*fn)(void *arg), void *arg)
{
    TRIO_REQUIRE(fn);
    trio_status rc = trio_checkpoint_if_cancelled();
    bool whole = true; // Nobody else owns it.

    if (rc != TRIO_OK)
        return rc;
    struct call *call = make(fn, arg, options);
    if (call == NULL) {
        trio_cancel_shielded_checkpoint(); // S16
        return trio_fail_bare(TRIO_ENOMEM);
    }
    rc = trio_capacity_limiter_acquire_on_behalf_of(call->limiter, &call->token,
                                                    call);
    if (rc == TRIO_OK)
        rc = run_job(call, &whole);
    trio_task_cancel_abandon(&call->loss);
    if (whole)
        call->release(call->release_context, call, sizeof(*call));
    else
        give_up(call);
    return rc;
}

// ---- From the thread ----

static struct call *current(const char *function)
{
    if (current_call == NULL)
        trio_misuse_by_(function, "is only for what trio_thread_run runs", NULL,
                        NULL);
    return current_call;
}

static void on_request(struct trio_entry *entry)
{
    struct request *request = (struct request *)entry; // Its first member.
    struct call *call = request->call;

    if (request->plain != NULL) {
        request->plain(request->arg);
        call->jobs->resume(&call->job);
    } else if (call->waiter == NULL) {
        request->status = TRIO_ECANCELED;
        call->jobs->resume(&call->job);
    } else {
        call->request = request;
        trio_wake(call->waiter, TRIO_OK);
    }
}

static TRIO_MUST_USE trio_status ask(struct request *request)
{
    struct call *call = request->call;

    request->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_request);
    trio_status rc = trio_poster_post(call->job.poster, &request->entry);
    if (rc != TRIO_OK)
        return rc;
    call->jobs->pause(&call->job);
    return request->status;
}

// The task that waits is the one that runs; it has not left, or nobody does.
static trio_status run_inside(struct call *call, trio_task_fn fn, void *arg)
{
    if (call->waiter == NULL)
        return TRIO_ECANCELED;
    check_steps(call);
    current_call = NULL;
    lend(call, false);
    trio_status rc = fn(arg);
    lend(call, true);
    current_call = call;
    call->steps = count_steps(call);
    return rc;
}

trio_status trio_from_thread_run(trio_task_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    struct request request = {.call = current(__func__), .fn = fn, .arg = arg};

    if (trio_poster_is_over(request.call->job.poster))
        return TRIO_ERUNFINISHED;
    if (request.call->inside)
        return run_inside(request.call, fn, arg);
    return ask(&request);
}

trio_status trio_from_thread_call(void (*fn)(void *arg), void *arg)
{
    TRIO_REQUIRE(fn);
    struct request request = {
        .call = current(__func__), .plain = fn, .arg = arg};

    if (trio_poster_is_over(request.call->job.poster))
        return TRIO_ERUNFINISHED;
    if (!request.call->inside)
        return ask(&request);
    current_call = NULL;
    fn(arg);
    current_call = request.call;
    return TRIO_OK;
}

trio_status trio_from_thread_check_cancelled(void)
{
    const struct call *call = current(__func__);

    if (trio_poster_is_over(call->job.poster))
        return TRIO_ERUNFINISHED;
    if (__atomic_load_n(&call->cancelled, __ATOMIC_RELAXED))
        return TRIO_ECANCELED;
    bool is_ours = call->inside && call->waiter != NULL;
    return is_ours && is_cancelled_here() ? TRIO_ECANCELED : TRIO_OK;
}

// What trio/thread.h promises, in simulation; threads_test.c has the kernel's
// side of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/thread.h>

#include <trio/campaign.h>
#include <trio/error.h>

#include "tests/check.h"
#include "tests/tasks.h"

// What a thread did, and what it is to return.
struct work {
    trio_status result;
    int calls;
    trio_status seen; // By trio_from_thread_...
    struct log *log;
    struct trio_task *task; // In which a function of the way back ran.
};

static trio_status do_work(void *arg)
{
    struct work *work = arg;

    work->calls++;
    if (work->log != NULL)
        log_add(work->log, 'w');
    return work->result;
}

static size_t borrowed(struct trio_capacity_limiter *limiter)
{
    return trio_capacity_limiter_statistics(limiter).borrowed;
}

// ---- Running ----

// S88
TEST(thread, returns_what_the_function_returned)
{
    struct work works[] = {{.result = TRIO_OK}, {.result = TRIO_EIO}};

    for (size_t i = 0; i < COUNT(works); i++) {
        trio_status rc = trio_thread_run(NULL, do_work, &works[i]);
        TRIO_SIM_ALWAYS(works[i].calls <= 1, "once at most");
        CHECK_STATUS(rc, works[i].result);
        CHECK_EQ(works[i].calls, 1);
    }
    CHECK_EQ(borrowed(trio_thread_limiter()), 0);
}

static TRIO_CHECKPOINT trio_status run_work(void *arg)
{
    return trio_thread_run(NULL, do_work, arg);
}

// S88
TEST_ONCE(thread, is_a_checkpoint)
{
    struct work work = {.calls = 0};

    CHECK_OK(trio_assert_checkpoints(run_work, &work));
    CHECK_EQ(work.calls, 1);
}

static TRIO_CHECKPOINT trio_status log_steps(void *arg)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 3 && rc == TRIO_OK; i++) {
        log_add(arg, 's');
        rc = trio_checkpoint();
    }
    return rc;
}

// S88
TEST_ONCE(thread, lets_other_tasks_go_on)
{
    struct log log = {0};
    struct work work = {.log = &log};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, run_work, &work);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, log_steps, &log);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_LOG(log, "sssw");
}

// S88
TEST(thread, while_one_works_not_all_tasks_count_as_blocked)
{
    struct log log = {0};
    struct work work = {.log = &log};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, run_work, &work);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    CHECK_LOG(log, rc == TRIO_OK ? "w" : "");
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

// ---- Cancellation ----

// S88
TEST_ONCE(thread, none_is_begun_for_a_cancelled_task)
{
    struct work work = {.calls = 0};
    struct trio_thread_options options = {.abandon_on_cancel = true};
    struct trio_cancel_scope scope;

    for (int i = 0; i < 2; i++) {
        trio_cancel_scope_open(&scope);
        trio_cancel_scope_cancel(&scope, NULL);
        trio_status rc =
            trio_thread_run(i == 0 ? NULL : &options, do_work, &work);
        CHECK_STATUS(rc, TRIO_ECANCELED);
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
    }
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_EQ(work.calls, 0);
    CHECK_EQ(borrowed(trio_thread_limiter()), 0);
}

// A task that runs a function in a thread, in a scope of its own.
struct caller {
    struct trio_cancel_scope scope;
    const struct trio_thread_options *options;
    trio_status (*fn)(void *arg);
    void *arg;
    trio_status rc;
    trio_status next; // Of the checkpoint after that.
    bool returned;
};

static TRIO_CHECKPOINT trio_status call(void *arg)
{
    struct caller *caller = arg;

    trio_cancel_scope_open(&caller->scope);
    trio_sim_target(&caller->scope);
    caller->rc = trio_thread_run(caller->options, caller->fn, caller->arg);
    caller->returned = true;
    caller->next = trio_checkpoint();
    return trio_cancel_scope_close(&caller->scope,
                                   trio_combine(caller->rc, caller->next));
}

// Starts a caller, and lets it come so far that it waits for its thread.
static TRIO_CHECKPOINT trio_status start_caller(struct trio_nursery *nursery,
                                                struct caller *caller)
{
    trio_status rc = trio_nursery_start_soon(nursery, call, caller);

    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

// S88
TEST_ONCE(thread, is_awaited_also_when_its_task_is_cancelled)
{
    struct work work = {.result = TRIO_OK};
    struct caller caller = {.fn = do_work, .arg = &work};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = start_caller(&nursery, &caller);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    CHECK(!caller.returned);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_EQ(work.calls, 1);
    CHECK_OK(caller.rc); // It was done.
    CHECK_STATUS(caller.next, TRIO_ECANCELED);
}

static const struct trio_thread_options abandon = {.name = "hung",
                                                   .abandon_on_cancel = true};

// S88
TEST_ONCE(thread, one_that_is_abandoned_goes_on_by_itself)
{
    static struct work work;
    struct caller caller = {.options = &abandon, .fn = do_work, .arg = &work};
    struct trio_nursery nursery;

    work = (struct work){.result = TRIO_EIO};
    trio_nursery_open(&nursery);
    trio_status rc = start_caller(&nursery, &caller);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_STATUS(caller.rc, TRIO_ECANCELED);
    CHECK_EQ(work.calls, 0);
    CHECK_EQ(borrowed(trio_thread_limiter()), 1);
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_EQ(work.calls, 1);
    CHECK_EQ(borrowed(trio_thread_limiter()), 0);
}

// S88
TEST_ONCE(thread, one_that_is_abandoned_keeps_its_slot)
{
    static struct work works[2];
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    const struct trio_thread_options options = {.abandon_on_cancel = true,
                                                .limiter = &limiter};
    struct caller callers[2];
    struct log log = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = TRIO_OK;
    for (size_t i = 0; i < COUNT(works) && rc == TRIO_OK; i++) {
        works[i] = (struct work){.log = &log};
        callers[i] = (struct caller){
            .options = &options, .fn = do_work, .arg = &works[i]};
        rc = start_caller(&nursery, &callers[i]);
    }
    trio_cancel_scope_cancel(&callers[0].scope, NULL);
    CHECK_EQ(trio_capacity_limiter_statistics(&limiter).waiting, 1);
    CHECK_EQ(borrowed(trio_thread_limiter()), 0);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    CHECK(callers[0].returned);
    CHECK_EQ(trio_capacity_limiter_statistics(&limiter).waiting, 1);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_LOG(log, "ww");
    CHECK_OK(callers[1].rc);
    CHECK_EQ(borrowed(&limiter), 0);
}

static TRIO_CHECKPOINT trio_status call_in_time(void *arg)
{
    struct caller *caller = arg;

    return trio_with_timeout(TRIO_SECOND, call, caller);
}

// S88: whenever the task is cancelled, and whenever the work is done.
TEST_THOROUGH(thread, the_work_is_done_once_and_the_slot_given_back)
{
    static struct work works[3];
    static struct trio_capacity_limiter limiter;
    static const struct trio_thread_options options = {
        .abandon_on_cancel = true, .limiter = &limiter};
    struct caller callers[3];
    struct trio_nursery nursery;

    limiter = (struct trio_capacity_limiter)TRIO_CAPACITY_LIMITER_INIT(2);
    for (size_t i = 0; i < COUNT(works); i++) {
        works[i] = (struct work){.result = TRIO_OK};
        callers[i] = (struct caller){
            .options = &options, .fn = do_work, .arg = &works[i]};
    }
    trio_nursery_open(&nursery);
    trio_status rc = TRIO_OK;
    for (size_t i = 0; i < COUNT(works) && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, call_in_time, &callers[i]);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(borrowed(&limiter) <= 2, "no more threads than slots");
    for (size_t i = 0; i < COUNT(works); i++) {
        TRIO_SIM_ALWAYS(works[i].calls <= 1, "once at most");
        TRIO_SIM_ALWAYS(callers[i].rc != TRIO_OK || !callers[i].returned ||
                            works[i].calls == 1,
                        "what returned well was done");
    }
    CHECK_OK(rc);
    CHECK_EQ(borrowed(&limiter), 0);
}

// ---- The way back ----

static TRIO_CHECKPOINT trio_status look_around(void *arg)
{
    struct work *work = arg;

    work->task = trio_task_current();
    trio_status rc = trio_sleep(TRIO_SECOND);
    return rc == TRIO_OK ? work->result : rc;
}

static trio_status ask_task(void *arg)
{
    struct work *work = arg;

    work->seen = trio_from_thread_run(look_around, work);
    return work->seen;
}

// S89
TEST(thread, has_its_task_call_a_checkpoint)
{
    struct work work = {.result = TRIO_EEND};

    trio_status rc = trio_thread_run(NULL, ask_task, &work);
    CHECK_STATUS(rc, TRIO_EEND);
    CHECK_STATUS(work.seen, TRIO_EEND);
    CHECK(work.task == trio_task_current());
}

static TRIO_CHECKPOINT trio_status fail_in_task(void *arg)
{
    return trio_fail(*(const trio_status *)arg, "newer");
}

static trio_status fail_in_task_and_go_on(void *arg)
{
    static trio_status first = TRIO_EIO, last = TRIO_ENOENT;
    const struct work *work = arg;

    trio_ignore(trio_from_thread_run(fail_in_task, &first));
    trio_ignore(trio_from_thread_run(fail_in_task, &last));
    return work->result;
}

// S89: what the task recorded explains the status that it gave, and no other.
TEST_ONCE(thread, only_a_failure_of_its_task_is_explained)
{
    static const trio_status results[] = {TRIO_EIO, TRIO_EPROTOCOL,
                                          TRIO_ENOENT};
    static const char *const texts[] = {"newer", "none", "newer"};

    for (size_t i = 0; i < COUNT(results); i++) {
        struct work work = {.result = results[i]};
        trio_ignore(trio_fail(work.result, "older"));
        CHECK_STATUS(trio_thread_run(NULL, fail_in_task_and_go_on, &work),
                     work.result);
        const struct trio_error *error = trio_error_find(work.result);
        CHECK_STRING(error == NULL ? "none" : error->text, texts[i]);
    }
}

static trio_status ask_task_to_ask(void *arg);

// Runs a thread in the name of one.
static TRIO_CHECKPOINT trio_status run_inner(void *arg)
{
    return trio_thread_run(NULL, ask_task, arg);
}

static trio_status ask_task_to_ask(void *arg)
{
    trio_status rc = trio_from_thread_run(run_inner, arg);

    // Still the same thread.
    return trio_combine(rc, trio_from_thread_check_cancelled());
}

// S89
TEST(thread, its_task_may_wait_for_another_thread_meanwhile)
{
    struct work work = {.result = TRIO_OK};

    CHECK_OK(trio_thread_run(NULL, ask_task_to_ask, &work));
    CHECK(work.task == trio_task_current());
    CHECK_EQ(borrowed(trio_thread_limiter()), 0);
}

// S89
TEST_ONCE(thread, what_it_asks_of_its_task_is_cancelled_with_it)
{
    struct work work = {.result = TRIO_OK};
    struct caller caller = {.fn = ask_task, .arg = &work};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, call, &caller);
    while (rc == TRIO_OK && work.task == NULL)
        rc = trio_sleep(TRIO_MS);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_STATUS(work.seen, TRIO_ECANCELED);
    CHECK_STATUS(caller.rc, TRIO_ECANCELED);
}

static void note_call(void *arg)
{
    struct work *work = arg;

    work->calls++;
    CHECK(trio_in_run());
}

static trio_status call_loop(void *arg)
{
    trio_status rc = trio_from_thread_call(note_call, arg);
    return rc == TRIO_OK ? trio_from_thread_call(note_call, arg) : rc;
}

// S89
TEST(thread, has_the_loop_call_a_function)
{
    struct work work = {.calls = 0};

    CHECK_OK(trio_thread_run(NULL, call_loop, &work));
    CHECK_EQ(work.calls, 2);
}

static trio_status look_for_cancellation(void *arg)
{
    struct work *work = arg;

    work->seen = trio_from_thread_check_cancelled();
    return work->seen;
}

// S89
TEST_ONCE(thread, is_told_of_the_cancellation_of_its_task)
{
    struct work work = {.seen = TRIO_EEND};
    struct caller caller = {.fn = look_for_cancellation, .arg = &work};
    struct trio_nursery nursery;

    CHECK_OK(trio_thread_run(NULL, look_for_cancellation, &work));
    CHECK_OK(work.seen);
    trio_nursery_open(&nursery);
    trio_status rc = start_caller(&nursery, &caller);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_STATUS(work.seen, TRIO_ECANCELED);
    CHECK_STATUS(caller.rc, TRIO_ECANCELED);
}

static struct {
    trio_status cancelled;
    trio_status run;
    trio_status called;
    struct work work;
} late;

static trio_status try_everything(void *arg)
{
    late.cancelled = trio_from_thread_check_cancelled();
    late.run = trio_from_thread_run(look_around, &late.work);
    late.called = trio_from_thread_call(note_call, &late.work);
    return *(trio_status *)arg;
}

static trio_status fine = TRIO_OK;

// S89
TEST_ONCE(thread, one_that_is_abandoned_still_has_the_loop)
{
    struct caller caller = {
        .options = &abandon, .fn = try_everything, .arg = &fine};
    struct trio_nursery nursery;

    memset(&late, 0, sizeof(late));
    trio_nursery_open(&nursery);
    trio_status rc = start_caller(&nursery, &caller);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_STATUS(late.cancelled, TRIO_ECANCELED);
    CHECK_STATUS(late.run, TRIO_ECANCELED);
    CHECK_OK(late.called);
    CHECK_EQ(late.work.calls, 1);
    CHECK(late.work.task == NULL);
}

// ---- Other runs ----

static TRIO_CHECKPOINT trio_status leave_one_behind(void *arg)
{
    static struct caller caller;
    struct trio_nursery nursery;

    (void)arg;
    memset(&late, 0, sizeof(late));
    caller = (struct caller){
        .options = &abandon, .fn = try_everything, .arg = &fine};
    trio_nursery_open(&nursery);
    trio_status rc = start_caller(&nursery, &caller);
    trio_cancel_scope_cancel(&caller.scope, NULL);
    return trio_nursery_close(&nursery, rc);
}

static void explore(struct trio_scenario scenario,
                    struct trio_campaign_result *ret_result)
{
    struct trio_config base = trio_config_platform();
    struct trio_campaign *campaign = trio_campaign_new(&base);
    struct trio_campaign_options options = {.runs = 1, .strategy = "fifo"};

    REQUIRE(campaign != NULL);
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, ret_result));
    trio_campaign_free(campaign);
}

// S89
TEST_PLAIN(thread, one_that_outlives_its_scenario_is_told_so)
{
    const struct trio_scenario scenario = {.name = "behind",
                                           .fn = leave_one_behind};
    struct trio_campaign_result result;

    explore(scenario, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_STATUS(late.cancelled, TRIO_ERUNFINISHED);
    CHECK_STATUS(late.run, TRIO_ERUNFINISHED);
    CHECK_STATUS(late.called, TRIO_ERUNFINISHED);
}

static TRIO_CHECKPOINT trio_status wait_in_a_thread(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status run_one_that_waits(void *arg)
{
    return trio_thread_run(NULL, wait_in_a_thread, arg);
}

// S88
TEST_PLAIN(thread, none_may_wait_as_a_task_does)
{
    const struct trio_scenario scenario = {.name = "waits",
                                           .fn = run_one_that_waits};
    struct trio_campaign_result result;

    explore(scenario, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "the function of a thread let other tasks run");
}

static TRIO_CHECKPOINT trio_status use_threads(void *arg)
{
    struct work *works = arg;

    trio_status rc = trio_thread_run(NULL, do_work, &works[0]);
    if (rc == TRIO_OK)
        rc = trio_thread_run(NULL, ask_task, &works[1]);
    if (rc == TRIO_OK)
        rc = leave_one_behind(NULL);
    return rc;
}

// S88: in the plain test kit, too.
TEST_PLAIN(thread, works_in_a_test)
{
    struct work works[2] = {{.calls = 0}};

    CHECK_OK(trio_test(use_threads, works));
    CHECK_EQ(works[0].calls, 1);
    CHECK(works[1].task != NULL);
    CHECK_OK(late.cancelled); // It was not called.
}

static TRIO_CHECKPOINT trio_status check_limiter(void *arg)
{
    size_t *total = arg;
    size_t found =
        trio_capacity_limiter_statistics(trio_thread_limiter()).total;

    trio_capacity_limiter_set_total(trio_thread_limiter(), *total);
    *total = found;
    return trio_checkpoint();
}

// S88
TEST_PLAIN(thread, each_run_has_a_limiter_of_its_own)
{
    for (int i = 0; i < 2; i++) {
        size_t total = 3;

        CHECK_OK(trio_test(check_limiter, &total));
        CHECK_EQ(total, TRIO_THREADS_DEFAULT);
    }
}

// ---- Misuse ----

static TRIO_CHECKPOINT trio_status ask_without_a_thread(void *arg)
{
    struct work *work = arg;

    work->seen = trio_from_thread_run(look_around, work);
    return work->seen;
}

// S89
TEST_PLAIN(thread, the_way_back_begins_in_a_thread)
{
    struct work work = {.calls = 0};
    const struct trio_scenario scenario = {
        .name = "no thread", .fn = ask_without_a_thread, .arg = &work};
    struct trio_campaign_result result;

    explore(scenario, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "only for what trio_thread_run runs") != NULL);
}

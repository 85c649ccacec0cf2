// Ctrl-C: what a run does about SIGINT, and what becomes of the process. Each
// case is a process of its own, in the real world, that sends itself the
// signal.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"

static void (*disposition(void))(int)
{
    struct sigaction action;

    REQUIRE(sigaction(SIGINT, NULL, &action) == 0);
    return action.sa_handler;
}

static void dispose(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    REQUIRE(sigaction(SIGINT, &action, NULL) == 0);
}

// Runs `fn` in a process whose SIGINT is at its default, and returns how that
// ended: its exit status, or minus the signal that killed it.
static int run_process(trio_task_fn fn)
{
    pid_t child = fork();
    int status;

    REQUIRE(child >= 0);
    if (child == 0) {
        struct trio_config config = trio_config_platform();
        struct trio_error *error; // Nobody is to print it.

        dispose(SIG_DFL);
        config.ret_error = &error;
        _exit(trio_exit_code(trio_run_with(&config, fn, NULL)));
    }
    while (waitpid(child, &status, 0) < 0)
        REQUIRE(errno == EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static TRIO_CHECKPOINT trio_status interrupt_and_sleep(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return trio_sleep_forever();
}

// S50
TEST_PLAIN(interrupt, a_plain_interrupted_program_exits_with_130)
{
    CHECK_EQ(run_process(interrupt_and_sleep), 130);
}

static TRIO_CHECKPOINT trio_status look_at_the_reason(void *arg)
{
    (void)arg;
    raise(SIGINT);
    trio_status rc = trio_sleep_forever();
    if (trio_current_cancel_reason().source != TRIO_CANCEL_INTERRUPT)
        return TRIO_EIO;
    return rc;
}

// S32, S50
TEST_PLAIN(interrupt, the_main_task_is_cancelled_with_source_interrupt)
{
    CHECK_EQ(run_process(look_at_the_reason), 130);
}

static TRIO_CHECKPOINT trio_status finish_regardless(void *arg)
{
    (void)arg;
    raise(SIGINT);
    for (int i = 0; i < 5; i++)
        trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

// S50
TEST_PLAIN(interrupt, a_program_that_succeeds_all_the_same_was_interrupted)
{
    CHECK_EQ(run_process(finish_regardless), 130);
}

static TRIO_CHECKPOINT trio_status fail_while_unwinding(void *arg)
{
    (void)arg;
    raise(SIGINT);
    trio_ignore(trio_sleep_forever());
    return trio_fail(TRIO_EIO, "could not save");
}

// S50
TEST_PLAIN(interrupt, a_real_failure_is_the_result)
{
    CHECK_EQ(run_process(fail_while_unwinding), 1);
}

static TRIO_CHECKPOINT trio_status ignore_the_first(void *arg)
{
    (void)arg;
    raise(SIGINT);
    raise(SIGINT); // Does not return.
    return trio_sleep_forever();
}

// S50
TEST_PLAIN(interrupt, a_second_one_kills_the_process)
{
    CHECK_EQ(run_process(ignore_the_first), -SIGINT);
}

static TRIO_CHECKPOINT trio_status interrupt_in_shield(void *arg)
{
    struct trio_cancel_scope shield;

    (void)arg;
    trio_shield_after(&shield, TRIO_SECOND);
    raise(SIGINT);
    trio_status rc = trio_sleep(TRIO_MS);
    rc = trio_cancel_scope_close(&shield, rc);
    if (rc != TRIO_OK)
        return TRIO_EIO; // The shield held for what is inside.
    return trio_sleep_forever();
}

// S26, S50
TEST_PLAIN(interrupt, a_shield_holds_until_its_end)
{
    CHECK_EQ(run_process(interrupt_in_shield), 130);
}

static TRIO_CHECKPOINT trio_status twice_in_shield(void *arg)
{
    struct trio_cancel_scope shield;

    (void)arg;
    trio_shield_after(&shield, TRIO_FOREVER);
    raise(SIGINT);
    trio_status rc = trio_sleep(TRIO_MS);
    raise(SIGINT);
    rc = trio_sleep(TRIO_MS);
    return trio_cancel_scope_close(&shield, rc);
}

// S50
TEST_PLAIN(interrupt, no_shield_holds_against_a_second_one)
{
    CHECK_EQ(run_process(twice_in_shield), -SIGINT);
}

static TRIO_CHECKPOINT trio_status sleep_in_the_loop(void *arg)
{
    (void)arg;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGINT};
    struct itimerspec after = {.it_value = {.tv_nsec = 20 * TRIO_MS}};
    timer_t timer;

    REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    REQUIRE(timer_settime(timer, 0, &after, NULL) == 0);
    return trio_sleep(TRIO_HOUR);
}

TEST_PLAIN(interrupt, it_ends_the_sleep_of_the_loop)
{
    CHECK_EQ(run_process(sleep_in_the_loop), 130);
}

// ---- Only where nobody else handles it ----

static sig_atomic_t handled;

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static TRIO_CHECKPOINT trio_status interrupt_and_go_on(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return trio_sleep(TRIO_MS);
}

// S50
TEST_PLAIN(interrupt, somebody_elses_handler_stays)
{
    dispose(count_signal);
    handled = 0;
    CHECK_OK(trio_run(interrupt_and_go_on, NULL));
    CHECK_EQ(handled, 1);
    CHECK(disposition() == count_signal);
    dispose(SIG_DFL);
}

// S50
TEST_PLAIN(interrupt, who_ignores_it_goes_on_to_do_so)
{
    dispose(SIG_IGN); // As a shell does for a job in the background.
    CHECK_OK(trio_run(interrupt_and_go_on, NULL));
    CHECK(disposition() == SIG_IGN);
    dispose(SIG_DFL);
}

static TRIO_CHECKPOINT trio_status expect_default(void *arg)
{
    (void)arg;
    CHECK(disposition() == SIG_DFL);
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status expect_ours(void *arg)
{
    (void)arg;
    CHECK(disposition() != SIG_DFL);
    return trio_checkpoint();
}

static void *run_in_thread(void *arg)
{
    CHECK_OK(trio_run(expect_default, arg));
    return NULL;
}

// S50
TEST_PLAIN(interrupt, only_the_run_of_the_main_thread_catches_it)
{
    pthread_t thread;

    dispose(SIG_DFL);
    REQUIRE(pthread_create(&thread, NULL, run_in_thread, NULL) == 0);
    pthread_join(thread, NULL);
    CHECK_OK(trio_run(expect_ours, NULL));
}

// S50
TEST_PLAIN(interrupt, it_can_be_turned_off)
{
    struct trio_config config = trio_config_platform();

    dispose(SIG_DFL);
    config.catch_interrupt = false;
    CHECK_OK(trio_run_with(&config, expect_default, NULL));
}

// S50
TEST_PLAIN(interrupt, the_disposition_is_restored)
{
    dispose(SIG_DFL);
    CHECK_OK(trio_run(expect_ours, NULL));
    CHECK(disposition() == SIG_DFL);
}

// ---- Together with a signal receiver ----

static TRIO_CHECKPOINT trio_status receive_it(void *arg)
{
    static const int signals[] = {SIGINT};
    struct trio_signal_receiver receiver;
    int signal = 0;
    bool take = arg == NULL;

    CHECK_OK(trio_signal_receiver_open(&receiver, signals, 1));
    raise(SIGINT);
    trio_status rc = trio_checkpoint();
    if (take)
        rc = trio_signal_receiver_receive(&receiver, &signal);
    trio_signal_receiver_close(&receiver);
    CHECK_OK(rc);
    CHECK_EQ(signal, take ? SIGINT : 0);
    return trio_sleep(TRIO_MS);
}

// S51
TEST_PLAIN(interrupt, a_receiver_takes_it_from_the_run)
{
    dispose(SIG_DFL);
    CHECK_OK(trio_run(receive_it, NULL));
    CHECK(disposition() == SIG_DFL);
}

// S51
TEST_PLAIN(interrupt, what_a_receiver_did_not_take_interrupts_the_run)
{
    bool leave = true;

    dispose(SIG_DFL);
    CHECK_STATUS(trio_run(receive_it, &leave), TRIO_EINTERRUPTED);
    CHECK(disposition() == SIG_DFL);
}

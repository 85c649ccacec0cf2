// What trio/signal.h and the interrupt of a run promise where the console has
// the signals. It is the console of this process alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <windows.h>

#include <trio/serve.h>
#include <trio/signal.h>

#include "tests/check.h"

// Once, before there is a handler: a new console may forget those.
static void make_console(void)
{
    static bool made;

    if (made)
        return;
    FreeConsole();
    REQUIRE(AllocConsole());
    made = true;
}

// The event comes at some time after this, in a thread of the system's.
static void press(DWORD event)
{
    REQUIRE(GenerateConsoleCtrlEvent(event, 0));
}

static void open_receiver(struct trio_signal_receiver *receiver)
{
    static const int signals[] = {SIGINT, SIGBREAK, SIGTERM};

    CHECK_OK(trio_signal_receiver_open(receiver, signals, COUNT(signals)));
}

static TRIO_PARKS int receive(struct trio_signal_receiver *receiver)
{
    int signal = 0;

    CHECK_OK(trio_signal_receiver_receive(receiver, &signal));
    return signal;
}

static int handled; // Atomic: the system's thread counts.

static void count_signal(int signal)
{
    (void)signal;
    __atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

// ---- The run ----

static TRIO_CHECKPOINT trio_status be_interrupted(void *arg)
{
    (void)arg;
    press(CTRL_C_EVENT);
    return trio_sleep(60 * TRIO_SECOND);
}

// S50
TEST_PLAIN(signals, ctrl_c_ends_a_run)
{
    make_console();
    CHECK_STATUS(trio_run(be_interrupted, NULL), TRIO_EINTERRUPTED);
}

static TRIO_CHECKPOINT trio_status go_on(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    press(CTRL_C_EVENT);
    while (rc == TRIO_OK && __atomic_load_n(&handled, __ATOMIC_SEQ_CST) == 0)
        rc = trio_sleep(TRIO_MS);
    return rc;
}

// S50
TEST_PLAIN(signals, somebody_elses_handler_stays)
{
    make_console();
    handled = 0;
    signal(SIGINT, count_signal);
    CHECK_OK(trio_run(go_on, NULL));
    CHECK(signal(SIGINT, SIG_DFL) == count_signal);
    CHECK_EQ(handled, 1);
}

// ---- Receivers ----

static TRIO_CHECKPOINT trio_status receive_both(void *arg)
{
    struct trio_signal_receiver receiver;

    (void)arg;
    open_receiver(&receiver);
    press(CTRL_C_EVENT);
    CHECK_EQ(receive(&receiver), SIGINT);
    if (GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0)) // Wine has none.
        CHECK_EQ(receive(&receiver), SIGBREAK);
    trio_signal_receiver_close(&receiver);
    return trio_checkpoint();
}

// S51
TEST_PLAIN(signals, a_receiver_takes_the_events_from_the_run)
{
    make_console();
    CHECK_OK(trio_run(receive_both, NULL));
}

static TRIO_CHECKPOINT trio_status leave_one_behind(void *arg)
{
    struct trio_signal_receiver taking, leaving, witness;

    open_receiver(&taking);
    open_receiver(&leaving);
    open_receiver(&witness);
    press(CTRL_C_EVENT);
    CHECK_EQ(receive(&taking), SIGINT);
    trio_signal_receiver_close(&taking);
    CHECK_EQ(receive(&witness), SIGINT);
    trio_signal_receiver_close(&leaving);
    CHECK_EQ(receive(&witness), SIGINT); // It still watches.
    CHECK_OK(trio_sleep(0));             // So the run was not interrupted.

    open_receiver(&leaving);
    press(CTRL_C_EVENT);
    CHECK_EQ(receive(&witness), SIGINT);
    trio_signal_receiver_close(&witness);
    trio_signal_receiver_close(&leaving);
    (void)arg;
    return trio_sleep(0);
}

// S51
TEST_PLAIN(signals, what_was_not_taken_goes_to_who_is_left)
{
    make_console();
    CHECK_STATUS(trio_run(leave_one_behind, NULL), TRIO_EINTERRUPTED);
}

// S51: here a handler of C, which the run leaves alone.
TEST_PLAIN(signals, what_was_not_taken_goes_to_who_handled_it_before)
{
    make_console();
    handled = 0;
    signal(SIGINT, count_signal);
    CHECK_OK(trio_run(leave_one_behind, NULL));
    CHECK_EQ(handled, 1);
    signal(SIGINT, SIG_DFL);
}

TEST_REAL(signals, what_no_console_has_is_refused)
{
    static const int wrong[] = {0,       -1,      1,  SIGILL, SIGFPE,
                                SIGSEGV, SIGABRT, 64, 65};
    struct trio_signal_receiver receiver;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        const int signals[] = {SIGINT, wrong[i]};

        CHECK_STATUS(trio_signal_receiver_open(&receiver, signals, 2),
                     TRIO_EINVAL);
    }
}

// ---- A whole server ----

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
    return TRIO_OK;
}

static void press_when_it_listens(const struct trio_address *address, void *arg)
{
    (void)address;
    (void)arg;
    press(CTRL_C_EVENT);
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    static const struct trio_serve_options options = {
        .on_listening = press_when_it_listens};

    return trio_serve_until_signal("127.0.0.1:0", &options, echo, arg);
}

// S48
TEST_PLAIN(signals, ctrl_c_ends_a_server)
{
    make_console();
    CHECK_OK(trio_run(serve, NULL));
}

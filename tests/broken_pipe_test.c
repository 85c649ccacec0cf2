// Sending to nobody makes the kernel send a signal, which is kept from the
// program. That takes calls which may be interrupted, and there may be a signal
// already: this program has functions of its own in place of libc's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <trio/descriptor_stream.h>

#include "tests/check.h"

static bool breaks;       // A write fails, and no signal comes.
static int interruptions; // So many calls are interrupted.
static int takings;       // Calls that would take a signal.

ssize_t write(int descriptor, const void *data, size_t size)
{
    if (!breaks)
        return syscall(SYS_write, descriptor, data, size);
    errno = EPIPE;
    return -1;
}

int sigtimedwait(const sigset_t *signals, siginfo_t *info,
                 const struct timespec *timeout)
{
    REQUIRE(++takings < 10);
    if (interruptions == 0)
        return (int)syscall(SYS_rt_sigtimedwait, signals, info, timeout,
                            sizeof(uint64_t));
    interruptions--;
    errno = EINTR;
    return -1;
}

static TRIO_PARKS void send_to_nobody(void)
{
    struct trio_descriptor_stream receiver, sender;

    CHECK_OK(trio_pipe_open(&receiver, &sender));
    CHECK_OK(trio_stream_close(&receiver.stream));
    takings = 0;
    CHECK_STATUS(trio_stream_send_all(&sender.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    breaks = false;
    CHECK_OK(trio_stream_close(&sender.stream));
}

static bool is_pending(void)
{
    sigset_t pending;

    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

static bool is_blocked(void)
{
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, SIGPIPE) == 1;
}

static void mask_broken(int how)
{
    sigset_t broken;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(how, &broken, NULL);
}

TEST_REAL(broken_pipe, its_signal_is_taken_back)
{
    send_to_nobody();
    CHECK_EQ(takings, 1);
    CHECK(!is_pending());
    CHECK(!is_blocked());
}

TEST_REAL(broken_pipe, its_signal_is_taken_back_after_interruptions_too)
{
    interruptions = 2;
    send_to_nobody();
    CHECK_EQ(takings, 3);
    CHECK(!is_pending());
}

TEST_REAL(broken_pipe, where_no_signal_came_nobody_waits_for_it)
{
    breaks = true;
    send_to_nobody();
    CHECK_EQ(takings, 1);
}

TEST_REAL(broken_pipe, its_signal_is_taken_back_where_it_is_blocked_too)
{
    mask_broken(SIG_BLOCK);
    send_to_nobody();
    CHECK(!is_pending());
    CHECK(is_blocked());
    mask_broken(SIG_UNBLOCK);
}

TEST_REAL(broken_pipe, a_signal_that_was_there_before_is_left_alone)
{
    const struct timespec at_once = {0, 0};
    sigset_t broken;

    mask_broken(SIG_BLOCK);
    raise(SIGPIPE);
    send_to_nobody();
    CHECK_EQ(takings, 0);
    CHECK(is_pending());
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    CHECK_EQ(sigtimedwait(&broken, NULL, &at_once), SIGPIPE);
    mask_broken(SIG_UNBLOCK);
}

// How often the loop asks the kernel when it is woken by another thread. This
// program has functions of its own in place of libc's, which count.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <trio/trio.h>

#include "tests/check.h"

static int polls; // Atomic.

static int count_poll(void)
{
    return __atomic_add_fetch(&polls, 1, __ATOMIC_SEQ_CST);
}

int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
    count_poll();
    return (int)syscall(SYS_epoll_pwait, epoll, events, max, timeout, NULL, 8);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int max,
                 const struct timespec *timeout, const sigset_t *mask)
{
    count_poll();
    return (int)syscall(SYS_epoll_pwait2, epoll, events, max, timeout, mask, 8);
}

struct nudge {
    struct trio_entry entry; // First.
    struct trio_poster *poster;
    struct trio_event event;
    pid_t sleeper;
    int polls; // From being woken to sleeping again.
};

static void on_nudge(struct trio_entry *entry)
{
    struct nudge *nudge = (struct nudge *)entry; // Its first member.

    trio_event_set(&nudge->event);
}

static bool is_asleep(pid_t thread)
{
    char path[64], state = '?';

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "r");
    REQUIRE(file != NULL);
    REQUIRE(fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
    fclose(file);
    return state == 'S';
}

static void await_poll(const struct nudge *nudge)
{
    while (__atomic_load_n(&polls, __ATOMIC_SEQ_CST) == 0 ||
           !is_asleep(nudge->sleeper))
        sched_yield();
}

static void *nudge_twice(void *arg)
{
    struct nudge *nudge = arg;

    for (int i = 0; i < 2; i++) {
        await_poll(nudge);
        nudge->polls = __atomic_exchange_n(&polls, 0, __ATOMIC_SEQ_CST);
        REQUIRE(trio_poster_post(nudge->poster, &nudge->entry) == TRIO_OK);
    }
    return NULL;
}

TEST_REAL(epoll_wake, who_was_woken_sleeps_again_at_once)
{
    struct nudge nudge = {.entry = TRIO_ENTRY_INIT(on_nudge),
                          .event = TRIO_EVENT_INIT,
                          .sleeper = gettid()};
    pthread_t thread;

    REQUIRE(trio_poster_open(&nudge.poster) == TRIO_OK);
    __atomic_store_n(&polls, 0, __ATOMIC_SEQ_CST);
    REQUIRE(pthread_create(&thread, NULL, nudge_twice, &nudge) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(trio_event_wait(&nudge.event));
        nudge.event = (struct trio_event)TRIO_EVENT_INIT;
    }
    pthread_join(thread, NULL);
    CHECK_EQ(nudge.polls, 1);
    trio_poster_close(nudge.poster);
}

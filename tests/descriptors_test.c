// What becomes of the descriptors that the library makes for itself. They are
// told from others by when they appear, so that none is left out.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

// Which numbers are open; those of tools that a test runs under are higher.
#define NUMBERS 512

struct numbers {
    bool open[NUMBERS];
};

static struct numbers look(void)
{
    struct numbers numbers = {{false}};
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;

    REQUIRE(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        int number = atoi(entry->d_name);
        bool is_number = entry->d_name[0] != '.' && number < NUMBERS;
        if (is_number && number != dirfd(folder))
            numbers.open[number] = true;
    }
    closedir(folder);
    return numbers;
}

// A system call on it never waits, but for the one that says for how long.
static bool is_epoll(int number)
{
    char path[40];
    char target[40] = "";

    snprintf(path, sizeof(path), "/proc/self/fd/%d", number);
    REQUIRE(readlink(path, target, sizeof(target) - 1) > 0);
    return strcmp(target, "anon_inode:[eventpoll]") == 0;
}

// Whether a program that is started now finds the number open.
static bool reaches_a_child(int number)
{
    char command[60];

    snprintf(command, sizeof(command), "test -e /proc/self/fd/%d", number);
    return system(command) == 0;
}

static void check_flags(int number)
{
    CHECK(fcntl(number, F_GETFD) & FD_CLOEXEC);
    CHECK(is_epoll(number) || (fcntl(number, F_GETFL) & O_NONBLOCK));
}

static void check_child(int number)
{
    CHECK(!reaches_a_child(number));
}

// What is asked of each descriptor that was not there before the run.
struct question {
    struct numbers before;
    void (*ask)(int number);
};

static void ask(const struct question *question, int count)
{
    struct numbers present = look();
    int made = 0;

    for (int i = 0; i < NUMBERS; i++) {
        if (!present.open[i] || question->before.open[i])
            continue;
        question->ask(i);
        made++;
    }
    CHECK_EQ(made, count);
}

static void listen_locally(struct trio_tcp_listener *listener)
{
    struct trio_address address = {.family = TRIO_ADDRESS_LOCAL};

    CHECK_OK(trio_tcp_listen(&address, NULL, listener));
}

// All states of a run, in which it makes descriptors one after another.
static TRIO_CHECKPOINT trio_status make_descriptors(void *arg)
{
    static const int signals[] = {SIGUSR1};
    struct question *question = arg;
    struct trio_signal_receiver receiver;
    struct trio_tcp_listener listener, local;
    struct trio_tcp_stream near, far;
    struct pair pair;

    ask(question, 2); // The loop's.
    listener = open_listener();
    listen_locally(&local);
    ask(question, 4);
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    ask(question, 5); // Connected, and nobody has accepted yet.
    CHECK_OK(trio_tcp_accept(&listener, &far));
    open_pair(&pair);
    fill(&pair.near.stream); // Has been waited for.
    CHECK_OK(trio_signal_receiver_open(&receiver, signals, 1));
    ask(question, 8);
    trio_signal_receiver_close(&receiver);
    close_pair(&pair);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
    trio_tcp_listener_close(&local);
    ask(question, 2);
    return TRIO_OK;
}

TEST_PLAIN(descriptors, each_is_closed_on_exec_and_never_waited_for_in_a_call)
{
    struct question question = {look(), check_flags};

    CHECK_OK(trio_run(make_descriptors, &question));
    ask(&question, 0);
}

TEST_PLAIN(descriptors, none_reaches_a_child)
{
    int inherited = dup(STDIN_FILENO);
    struct question question = {look(), check_child};

    CHECK(reaches_a_child(inherited));
    CHECK_OK(trio_run(make_descriptors, &question));
    close(inherited);
}

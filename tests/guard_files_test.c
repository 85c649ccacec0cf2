// Files: a simulated run uses those that its scenario has declared, and closes
// what it has opened.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/campaign.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- Calls, which do nothing where they pass ----

static void call_open(void)
{
    CHECK(open("/nowhere/a", O_RDONLY) < 0);
}

static void call_openat(void)
{
    CHECK(openat(AT_FDCWD, "/nowhere/a", O_RDONLY) < 0);
}

static void call_creat(void)
{
    CHECK(creat("/nowhere/a", 0600) < 0);
}

static void call_mkstemp(void)
{
    char path[] = "/nowhere/XXXXXX";

    CHECK(mkstemp(path) < 0);
}

static void call_fopen(void)
{
    CHECK(fopen("/nowhere/a", "r") == NULL);
}

// One of its own would be lost with it.
static void call_freopen(void)
{
    CHECK(freopen("/nowhere/a", "r", stdin) == NULL);
}

static void call_opendir(void)
{
    CHECK(opendir("/nowhere/a") == NULL);
}

static void call_stat(void)
{
    struct stat found;

    CHECK(stat("/nowhere/a", &found) < 0);
}

static void call_lstat(void)
{
    struct stat found;

    CHECK(lstat("/nowhere/a", &found) < 0);
}

static void call_access(void)
{
    CHECK(access("/nowhere/a", R_OK) < 0);
}

static void call_unlink(void)
{
    CHECK(unlink("/nowhere/a") < 0);
}

static void call_remove(void)
{
    CHECK(remove("/nowhere/a") < 0);
}

static void call_rename(void)
{
    CHECK(rename("/nowhere/a", "/nowhere/b") < 0);
}

static void call_mkdir(void)
{
    CHECK(mkdir("/nowhere/a", 0700) < 0);
}

static void call_rmdir(void)
{
    CHECK(rmdir("/nowhere/a") < 0);
}

static void call_truncate(void)
{
    CHECK(truncate("/nowhere/a", 0) < 0);
}

static void call_readlink(void)
{
    char target[8];

    CHECK(readlink("/nowhere/a", target, sizeof(target)) < 0);
}

static void call_realpath(void)
{
    CHECK(realpath("/nowhere/a", NULL) == NULL);
}

static void call_timerfd_create(void)
{
    CHECK(timerfd_create(-1, 0) < 0);
}

static void call_signalfd(void)
{
    sigset_t none;

    sigemptyset(&none);
    CHECK(signalfd(-2, &none, 0) < 0);
}

struct leak {
    void (*call)(void);
    const char *text;
};

static const struct leak leaks[] = {
    {call_open, "the real file /nowhere/a leaked in: open called at "},
    {call_openat, "the real file /nowhere/a leaked in: openat called at "},
    {call_creat, "the real file /nowhere/a leaked in: creat called at "},
    {call_mkstemp,
     "the real file /nowhere/XXXXXX leaked in: mkstemp called at "},
    {call_fopen, "the real file /nowhere/a leaked in: fopen called at "},
    {call_freopen, "the real file /nowhere/a leaked in: freopen called at "},
    {call_opendir, "the real file /nowhere/a leaked in: opendir called at "},
    {call_stat, "the real file /nowhere/a leaked in: stat called at "},
    {call_lstat, "the real file /nowhere/a leaked in: lstat called at "},
    {call_access, "the real file /nowhere/a leaked in: access called at "},
    {call_unlink, "the real file /nowhere/a leaked in: unlink called at "},
    {call_remove, "the real file /nowhere/a leaked in: remove called at "},
    {call_rename, "the real file /nowhere/a leaked in: rename called at "},
    {call_mkdir, "the real file /nowhere/a leaked in: mkdir called at "},
    {call_rmdir, "the real file /nowhere/a leaked in: rmdir called at "},
    {call_truncate, "the real file /nowhere/a leaked in: truncate called at "},
    {call_readlink, "the real file /nowhere/a leaked in: readlink called at "},
    {call_realpath, "the real file /nowhere/a leaked in: realpath called at "},
    {call_timerfd_create, "real time leaked in: timerfd_create called at "},
    {call_signalfd, "a real signal leaked in: signalfd called at "},
};

static TRIO_CHECKPOINT trio_status make_call(void *arg)
{
    const struct leak *leak = arg;

    leak->call();
    return trio_checkpoint();
}

static struct trio_campaign_result simulate(trio_task_fn fn, void *arg,
                                            const char *files)
{
    const struct trio_scenario scenario = {
        .name = "files",
        .fn = fn,
        .arg = arg,
        .files = files,
        .no_malloc_failures = true // A libc may open with the help of malloc.
    };

    return campaign_run_once(&scenario, NULL);
}

// S87
TEST_PLAIN(guard_files, a_call_in_a_simulated_run_fails_it)
{
    for (size_t i = 0; i < COUNT(leaks); i++) {
        struct leak leak = leaks[i];
        struct trio_campaign_result result =
            simulate(make_call, &leak, "/dev/null");

        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        if (!CHECK(strncmp(result.text, leak.text, strlen(leak.text)) == 0))
            fprintf(stderr, "    it says: %s\n", result.text);
        CHECK(result.token[0] != '\0');
    }
}

// S87
TEST_REAL(guard_files, in_a_real_run_calls_pass)
{
    for (size_t i = 0; i < COUNT(leaks); i++)
        leaks[i].call();
}

// ---- What is declared ----

struct listing {
    const char *files;
    bool is_in; // "/nowhere/a" is.
};

// S87
TEST_PLAIN(guard_files, what_is_declared_passes)
{
    static const struct listing listings[] = {{"/nowhere/a", true},
                                              {"/nowhere", true},
                                              {"/etc:/nowhere/a", true},
                                              {"/nowhere/a:/etc", true},
                                              {"/nowhere/", true},
                                              {"/nowhere/a/b", false},
                                              {"/nowhere/ab", false},
                                              {"/now", false},
                                              {"", false},
                                              {"::", false}};

    for (size_t i = 0; i < COUNT(listings); i++) {
        struct leak leak = leaks[0];

        CHECK_EQ(simulate(make_call, &leak, listings[i].files).verdict,
                 listings[i].is_in ? TRIO_SIM_PASSED : TRIO_SIM_FAILED);
    }
}

static void climb(void)
{
    CHECK(open("/nowhere/a/../b", O_RDONLY) < 0);
}

// S87
TEST_PLAIN(guard_files, nobody_climbs_out_of_what_is_declared)
{
    struct leak leak = {climb, NULL};

    CHECK_EQ(simulate(make_call, &leak, "/nowhere/a").verdict, TRIO_SIM_FAILED);
}

// ---- What is left open ----

static void leave_dup(void)
{
    CHECK(dup(STDOUT_FILENO) >= 0);
}

static void leave_dup2(void)
{
    CHECK_EQ(dup2(STDOUT_FILENO, 1000), 1000);
}

static void leave_dup3(void)
{
    CHECK_EQ(dup3(STDOUT_FILENO, 1000, O_CLOEXEC), 1000);
}

static void leave_pipe(void)
{
    int ends[2];

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(close(ends[1]), 0);
}

static void leave_pipe2(void)
{
    int ends[2];

    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    CHECK_EQ(close(ends[0]), 0);
}

static void leave_eventfd(void)
{
    CHECK(eventfd(0, 0) >= 0);
}

static void leave_memfd_create(void)
{
    CHECK(memfd_create("left", 0) >= 0);
}

static void leave_open(void)
{
    CHECK(open("/dev/null", O_RDONLY) >= 0);
}

static const struct leak left[] = {
    {leave_dup, "not closed: a descriptor of dup, made at "},
    {leave_dup2, "not closed: a descriptor of dup2, made at "},
    {leave_dup3, "not closed: a descriptor of dup3, made at "},
    {leave_pipe, "not closed: a descriptor of pipe, made at "},
    {leave_pipe2, "not closed: a descriptor of pipe2, made at "},
    {leave_eventfd, "not closed: a descriptor of eventfd, made at "},
    {leave_memfd_create, "not closed: a descriptor of memfd_create, made at "},
    {leave_open, "not closed: a descriptor of open, made at "},
};

// S87
TEST_PLAIN(guard_files, what_stays_open_is_missed)
{
    for (size_t i = 0; i < COUNT(left); i++) {
        struct leak leak = left[i];
        struct trio_campaign_result result = simulate(make_call, &leak, "/dev");

        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        if (!CHECK(strncmp(result.text, leak.text, strlen(leak.text)) == 0))
            fprintf(stderr, "    it says: %s\n", result.text);
    }
}

static void close_all(void)
{
    FILE *file = fopen("/dev/null", "r");
    DIR *folder = opendir("/dev");
    int copy = dup(STDOUT_FILENO);

    CHECK_EQ(dup2(STDOUT_FILENO, copy), copy); // As open as before.
    CHECK_EQ(close(copy), 0);
    CHECK_EQ(fclose(file), 0);
    CHECK_EQ(closedir(folder), 0);
}

// S87
TEST_PLAIN(guard_files, what_is_closed_is_not)
{
    struct leak leak = {close_all, NULL};

    CHECK_EQ(simulate(make_call, &leak, "/dev").verdict, TRIO_SIM_PASSED);
}

static TRIO_CHECKPOINT trio_status tell_a_number(void *arg)
{
    int *number = arg;

    *number = dup(STDOUT_FILENO);
    return trio_checkpoint();
}

// S87
TEST_PLAIN(guard_files, the_next_run_does_not_have_it)
{
    int number = -1;

    CHECK_EQ(simulate(tell_a_number, &number, NULL).verdict, TRIO_SIM_FAILED);
    CHECK(fcntl(number, F_GETFD) < 0);
}

// Guards: no call to the real world passes in a simulated run, and all do in
// others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _DEFAULT_SOURCE

#include <trio/campaign.h>
#include <trio/sim_job.h>

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- Calls, which do little where they pass ----

static void call_clock_gettime(void)
{
    struct timespec now;

    CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
}

static void call_timespec_get(void)
{
    struct timespec now;

    CHECK_EQ(timespec_get(&now, TIME_UTC), TIME_UTC);
}

static void call_gettimeofday(void)
{
    struct timeval now;

    CHECK_EQ(gettimeofday(&now, NULL), 0);
}

static void call_time(void)
{
    CHECK(time(NULL) > 0);
}

static void call_clock(void)
{
    CHECK(clock() >= 0);
}

static void call_nanosleep(void)
{
    struct timespec span = {0, 1};

    CHECK_EQ(nanosleep(&span, NULL), 0);
}

static void call_clock_nanosleep(void)
{
    struct timespec span = {0, 1};

    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL), 0);
}

static void call_usleep(void)
{
    CHECK_EQ(usleep(1), 0);
}

static void call_sleep(void)
{
    CHECK_EQ(sleep(0), 0);
}

static void call_poll(void)
{
    CHECK_EQ(poll(NULL, 0, 0), 0);
}

static void call_select(void)
{
    struct timeval limit = {0, 0};

    CHECK_EQ(select(0, NULL, NULL, NULL, &limit), 0);
}

static void call_epoll_wait(void)
{
    struct epoll_event event;

    CHECK_EQ(epoll_wait(-1, &event, 1, 0), -1);
}

static void call_getrandom(void)
{
    char data[4];

    CHECK_EQ(getrandom(data, sizeof(data), 0), sizeof(data));
}

static void call_getentropy(void)
{
    char data[4];

    CHECK_EQ(getentropy(data, sizeof(data)), 0);
}

// The names of these are not to be called anywhere else.
static int (*const rand_function)(void) = rand;
static long (*const random_function)(void) = random;
static long (*const lrand48_function)(void) = lrand48;

static void call_rand(void)
{
    CHECK(rand_function() >= 0);
}

static void call_random(void)
{
    CHECK(random_function() >= 0);
}

static void call_lrand48(void)
{
    CHECK(lrand48_function() >= 0);
}

static void *do_nothing(void *arg)
{
    return arg;
}

static void call_pthread_create(void)
{
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

static int return_zero(void *arg)
{
    (void)arg;
    return 0;
}

static void call_thrd_create(void)
{
    thrd_t thread;

    REQUIRE(thrd_create(&thread, return_zero, NULL) == thrd_success);
    CHECK_EQ(thrd_join(thread, NULL), thrd_success);
}

static void call_fork(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

struct leak {
    void (*call)(void);
    const char *text;
};

static const struct leak leaks[] = {
    {call_clock_gettime, "real time leaked in: clock_gettime called at "},
    {call_timespec_get, "real time leaked in: timespec_get called at "},
    {call_gettimeofday, "real time leaked in: gettimeofday called at "},
    {call_time, "real time leaked in: time called at "},
    {call_clock, "real time leaked in: clock called at "},
    {call_nanosleep, "a real wait leaked in: nanosleep called at "},
    {call_clock_nanosleep, "a real wait leaked in: clock_nanosleep called at "},
    {call_usleep, "a real wait leaked in: usleep called at "},
    {call_sleep, "a real wait leaked in: sleep called at "},
    {call_poll, "a real wait leaked in: poll called at "},
    {call_select, "a real wait leaked in: select called at "},
    {call_epoll_wait, "a real wait leaked in: epoll_wait called at "},
    {call_getrandom, "real randomness leaked in: getrandom called at "},
    {call_getentropy, "real randomness leaked in: getentropy called at "},
    {call_rand, "real randomness leaked in: rand called at "},
    {call_random, "real randomness leaked in: random called at "},
    {call_lrand48, "real randomness leaked in: lrand48 called at "},
    {call_pthread_create, "a real thread leaked in: pthread_create called at "},
    {call_thrd_create, "a real thread leaked in: thrd_create called at "},
    {call_fork, "a real process leaked in: fork called at "},
};

// ---- Where they are made ----

static TRIO_CHECKPOINT trio_status make_call(void *arg)
{
    const struct leak *leak = arg;

    leak->call();
    return trio_checkpoint();
}

static struct trio_campaign_result simulate(trio_task_fn fn, void *arg)
{
    const struct trio_scenario scenario = {
        .name = "leak", .fn = fn, .arg = arg};

    return campaign_run_once(&scenario, NULL);
}

// S87
TEST_PLAIN(guard, a_call_in_a_simulated_run_fails_it)
{
    for (size_t i = 0; i < COUNT(leaks); i++) {
        struct leak leak = leaks[i];
        struct trio_campaign_result result = simulate(make_call, &leak);

        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_EQ(result.found_after, 1);
        if (!CHECK(strncmp(result.text, leak.text, strlen(leak.text)) == 0))
            fprintf(stderr, "    it says: %s\n", result.text);
        CHECK(strstr(result.text, "(+0x") != NULL); // A place in a program.
        CHECK(result.token[0] != '\0');
    }
}

// The callback of a job is no task, but belongs to the run all the same.
static void ask_for_time(struct trio_sim_job *job)
{
    (void)job;
    call_time();
}

static TRIO_CHECKPOINT trio_status start_job(void *arg)
{
    struct trio_sim_job job;

    (void)arg;
    trio_sim_job_start(&job, ask_for_time);
    trio_status rc = trio_sleep(TRIO_SECOND);
    trio_sim_job_withdraw(&job);
    return rc;
}

// S87
TEST_PLAIN(guard, a_call_in_a_callback_fails_it_too)
{
    struct trio_campaign_result result = simulate(start_job, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "time called at ") != NULL);
}

// S87
TEST_PLAIN(guard, outside_of_a_run_calls_pass)
{
    for (size_t i = 0; i < COUNT(leaks); i++)
        leaks[i].call();
}

// S87
TEST_REAL(guard, in_a_real_run_calls_pass)
{
    for (size_t i = 0; i < COUNT(leaks); i++)
        leaks[i].call();
}

static TRIO_CHECKPOINT trio_status sleep_twice(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(TRIO_HOUR);
    return rc == TRIO_OK ? trio_sleep(TRIO_HOUR) : rc;
}

// S87
TEST_PLAIN(guard, the_time_of_a_run_is_its_own)
{
    CHECK_EQ(simulate(sleep_twice, NULL).verdict, TRIO_SIM_PASSED);
}

// Guards: no call to the real world passes in a simulated run, and all do in
// others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/campaign.h>
#include <trio/sim_job.h>

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
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
static long (*const mrand48_function)(void) = mrand48;

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

static void call_mrand48(void)
{
    (void)mrand48_function();
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

static void call_ppoll(void)
{
    struct timespec limit = {0, 0};

    CHECK_EQ(ppoll(NULL, 0, &limit, NULL), 0);
}

static void call_pselect(void)
{
    struct timespec limit = {0, 0};

    CHECK_EQ(pselect(0, NULL, NULL, NULL, &limit, NULL), 0);
}

static void call_epoll_pwait(void)
{
    struct epoll_event event;

    CHECK_EQ(epoll_pwait(-1, &event, 1, 0, NULL), -1);
}

static void call_socket(void)
{
    CHECK_EQ(socket(-1, 0, 0), -1);
}

static void call_socketpair(void)
{
    int ends[2];

    CHECK_EQ(socketpair(-1, 0, 0, ends), -1);
}

static void call_connect(void)
{
    struct sockaddr address = {.sa_family = AF_UNSPEC};

    CHECK_EQ(connect(-1, &address, sizeof(address)), -1);
}

static void call_bind(void)
{
    struct sockaddr address = {.sa_family = AF_UNSPEC};

    CHECK_EQ(bind(-1, &address, sizeof(address)), -1);
}

static void call_listen(void)
{
    CHECK_EQ(listen(-1, 1), -1);
}

static void call_accept(void)
{
    CHECK_EQ(accept(-1, NULL, NULL), -1);
}

static void call_accept4(void)
{
    CHECK_EQ(accept4(-1, NULL, NULL, 0), -1);
}

static void call_getaddrinfo(void)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
    struct addrinfo *list;

    CHECK(getaddrinfo("no number", NULL, &hints, &list) != 0);
}

static void call_epoll_create(void)
{
    int number = epoll_create(1);

    CHECK(number >= 0);
    close(number);
}

static void call_epoll_create1(void)
{
    CHECK_EQ(epoll_create1(-1), -1);
}

static void call_epoll_ctl(void)
{
    struct epoll_event event = {.events = 0};

    CHECK_EQ(epoll_ctl(-1, EPOLL_CTL_ADD, -1, &event), -1);
}

static char nowhere[] = "/nowhere/at/all";
static char *const nowhere_list[] = {nowhere, NULL};

static void call_execv(void)
{
    CHECK_EQ(execv(nowhere, nowhere_list), -1);
}

static void call_execve(void)
{
    CHECK_EQ(execve(nowhere, nowhere_list, nowhere_list), -1);
}

static void call_execvp(void)
{
    CHECK_EQ(execvp(nowhere, nowhere_list), -1);
}

static void call_execvpe(void)
{
    CHECK_EQ(execvpe(nowhere, nowhere_list, nowhere_list), -1);
}

static void call_execl(void)
{
    CHECK_EQ(execl(nowhere, nowhere, (char *)NULL), -1);
}

static void call_execlp(void)
{
    CHECK_EQ(execlp(nowhere, nowhere, (char *)NULL), -1);
}

static void call_execle(void)
{
    CHECK_EQ(execle(nowhere, nowhere, (char *)NULL, nowhere_list), -1);
}

// A spawn may fail at once, or in the child, which then exits with 127.
static bool has_failed(int rc, pid_t child)
{
    int status;

    return rc != 0 || (waitpid(child, &status, 0) == child &&
                       WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void call_posix_spawn(void)
{
    pid_t child = 0;
    int rc = posix_spawn(&child, nowhere, NULL, NULL, nowhere_list,
                         nowhere_list);

    CHECK(has_failed(rc, child));
}

static void call_posix_spawnp(void)
{
    pid_t child = 0;
    int rc = posix_spawnp(&child, nowhere, NULL, NULL, nowhere_list,
                          nowhere_list);

    CHECK(has_failed(rc, child));
}

static void call_system(void)
{
    CHECK_EQ(system("exit 0"), 0);
}

static void call_popen(void)
{
    FILE *pipe = popen("exit 0", "r");

    REQUIRE(pipe != NULL);
    CHECK_EQ(pclose(pipe), 0);
}

static void call_alarm(void)
{
    CHECK_EQ(alarm(0), 0);
}

static void call_kill(void)
{
    CHECK_EQ(kill(1, -1), -1);
}

static void call_signal(void)
{
    CHECK(signal(SIGUSR2, SIG_DFL) != SIG_ERR);
}

static void call_getpid(void)
{
    CHECK(getpid() > 0);
}

static void call_getppid(void)
{
    CHECK(getppid() >= 0);
}

static void call_getenv(void)
{
    CHECK(getenv("A=B") == NULL);
}

static void call_secure_getenv(void)
{
    CHECK(secure_getenv("A=B") == NULL);
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
    {call_mrand48, "real randomness leaked in: mrand48 called at "},
    {call_pthread_create, "a real thread leaked in: pthread_create called at "},
    {call_thrd_create, "a real thread leaked in: thrd_create called at "},
    {call_fork, "a real process leaked in: fork called at "},
    {call_ppoll, "a real wait leaked in: ppoll called at "},
    {call_pselect, "a real wait leaked in: pselect called at "},
    {call_epoll_pwait, "a real wait leaked in: epoll_pwait called at "},
    {call_socket, "a real socket leaked in: socket called at "},
    {call_socketpair, "a real socket leaked in: socketpair called at "},
    {call_connect, "a real socket leaked in: connect called at "},
    {call_bind, "a real socket leaked in: bind called at "},
    {call_listen, "a real socket leaked in: listen called at "},
    {call_accept, "a real socket leaked in: accept called at "},
    {call_accept4, "a real socket leaked in: accept4 called at "},
    {call_getaddrinfo, "a real resolver leaked in: getaddrinfo called at "},
    {call_epoll_create, "a real poller leaked in: epoll_create called at "},
    {call_epoll_create1, "a real poller leaked in: epoll_create1 called at "},
    {call_epoll_ctl, "a real poller leaked in: epoll_ctl called at "},
    {call_execv, "a real process leaked in: execv called at "},
    {call_execve, "a real process leaked in: execve called at "},
    {call_execvp, "a real process leaked in: execvp called at "},
    {call_execvpe, "a real process leaked in: execvpe called at "},
    {call_execl, "a real process leaked in: execl called at "},
    {call_execlp, "a real process leaked in: execlp called at "},
    {call_execle, "a real process leaked in: execle called at "},
    {call_posix_spawn, "a real process leaked in: posix_spawn called at "},
    {call_posix_spawnp, "a real process leaked in: posix_spawnp called at "},
    {call_system, "a real process leaked in: system called at "},
    {call_popen, "a real process leaked in: popen called at "},
    {call_kill, "a real signal leaked in: kill called at "},
    {call_alarm, "a real signal leaked in: alarm called at "},
    {call_signal, "a real signal leaked in: signal called at "},
    {call_getpid, "the real process leaked in: getpid called at "},
    {call_getppid, "the real process leaked in: getppid called at "},
    {call_getenv, "the real environment leaked in: getenv called at "},
    {call_secure_getenv,
     "the real environment leaked in: secure_getenv called at "},
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

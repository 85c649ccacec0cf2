// Asks several services at once, each with a limit and a few retries, and
// prints what came back before time was up. With --virtual nothing really
// waits: the run's clock jumps from one deadline to the next.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/clock.h>
#include <trio/trio.h>

#define TOTAL_LIMIT (200 * TRIO_MS)
#define ATTEMPT_LIMIT (100 * TRIO_MS)
#define ATTEMPTS_MAX 3
#define FIRST_PAUSE (20 * TRIO_MS)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SERVICE_UNAVAILABLE ((trio_status)-1001)

// A stand-in for something far away.
struct service {
    const char *name;
    trio_duration latency; // Until it answers.
    int failures;          // Answers that are failures before the good one.
    int answer;
};

// What is known of one request. Its task writes it, the main task reads it
// when the nursery is closed.
struct request {
    struct service service;
    int attempts;
    trio_status status;
    int answer; // If status is TRIO_OK.
};

static TRIO_CHECKPOINT trio_status ask(const struct service *service,
                                       int attempt, int *ret_answer)
{
    trio_status rc = trio_sleep(service->latency);
    if (rc != TRIO_OK)
        return rc;
    if (attempt <= service->failures)
        return trio_fail(SERVICE_UNAVAILABLE, "%s is busy", service->name);
    *ret_answer = service->answer;
    return TRIO_OK;
}

// Twice as long each time, give or take a half, so that clients that failed
// together do not come back together.
static TRIO_CHECKPOINT trio_status pause_before_retry(int attempt)
{
    trio_duration pause = FIRST_PAUSE << (attempt - 1);
    uint64_t jitter = trio_random_below((uint64_t)pause);
    return trio_sleep(pause / 2 + (trio_duration)jitter);
}

static TRIO_CHECKPOINT trio_status ask_with_retries(struct request *request)
{
    for (;;) {
        struct trio_cancel_scope limit;

        trio_fail_after(&limit, ATTEMPT_LIMIT);
        trio_status rc =
            ask(&request->service, ++request->attempts, &request->answer);
        rc = trio_cancel_scope_close(&limit, rc);
        if (!trio_is_failure(rc) || request->attempts == ATTEMPTS_MAX)
            return rc;
        rc = pause_before_retry(request->attempts);
        if (rc != TRIO_OK)
            return rc;
    }
}

// A failure is a result here: returned, it would cancel the other requests.
static TRIO_CHECKPOINT trio_status run_request(void *arg)
{
    struct request *request = arg;

    request->status = ask_with_retries(request);
    return request->status == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_all(struct request *requests,
                                           size_t count)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_extend_after(scope, TOTAL_LIMIT);
    for (size_t i = 0; rc == TRIO_OK && i < count; i++)
        rc = trio_nursery_start_soon(&nursery, run_request, &requests[i]);
    return trio_nursery_close(&nursery, rc); // Out of time is TRIO_OK, too.
}

static void print(const struct request *request)
{
    if (request->status == TRIO_OK)
        printf("%s: %d", request->service.name, request->answer);
    else if (request->status == SERVICE_UNAVAILABLE)
        printf("%s: unavailable", request->service.name);
    else
        printf("%s: no answer", request->service.name);
    printf(" (attempt %d)\n", request->attempts);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    static const struct service services[] = {
        {"weather", 10 * TRIO_MS, 0, 21},
        {"traffic", 20 * TRIO_MS, 2, 7},
        {"news", 10 * TRIO_MS, 99, 0},
        {"stocks", TRIO_FOREVER, 0, 0},
    };
    struct request requests[COUNT(services)];

    (void)arg;
    for (size_t i = 0; i < COUNT(services); i++)
        requests[i] = (struct request){services[i], 0, TRIO_ECANCELED, 0};
    trio_status rc = run_all(requests, COUNT(services));
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(services); i++)
        print(&requests[i]);
    return rc;
}

int main(int argc, char **argv)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();

    mock.autojump = true;
    if (argc > 1 && strcmp(argv[1], "--virtual") == 0)
        config.clock = trio_clock_mock(&mock);
    return trio_exit_code(trio_run_with(&config, program, NULL));
}

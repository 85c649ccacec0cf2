// Three workers take jobs from a channel that holds two. Whoever submits is
// slowed down to the pace of the workers: a job that finds no room waits, and
// memory does not grow with the number of jobs. With --virtual nothing really
// waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/channel.h>
#include <trio/clock.h>
#include <trio/trio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Its copies travel; the one who submitted it may forget it.
struct job {
    int number;
    trio_duration effort;
};

// The workers share one handle: each job goes to the one that has waited
// longest.
struct worker {
    const char *name;
    struct trio_receiver *jobs;
    int done;
};

static int ms_since(trio_time start)
{
    return (int)((trio_now() - start) / TRIO_MS);
}

static TRIO_CHECKPOINT trio_status work(void *arg)
{
    struct worker *worker = arg;
    struct job job;
    trio_status rc;

    while ((rc = trio_channel_receive(worker->jobs, &job)) == TRIO_OK) {
        rc = trio_sleep(job.effort);
        if (rc != TRIO_OK)
            return rc;
        worker->done++;
        printf("%s has done job %d\n", worker->name, job.number);
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status submit(struct trio_sender *jobs, int count)
{
    trio_time start = trio_now();

    for (int number = 1; number <= count; number++) {
        struct job job = {number, number % 3 * 10 * TRIO_MS + 10 * TRIO_MS};
        trio_status rc = trio_channel_send(jobs, &job);
        if (rc != TRIO_OK)
            return rc;
    }
    printf("all submitted after %d ms\n", ms_since(start));
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_pool(struct worker *workers,
                                            size_t count,
                                            struct trio_sender *jobs)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < count; i++)
        rc = trio_nursery_start_soon(&nursery, work, &workers[i]);
    if (rc == TRIO_OK)
        rc = submit(jobs, 12);
    trio_sender_close(jobs); // What was submitted is done, then workers end.
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct job waiting[2];
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    struct worker workers[] = {
        {"Ada", &receiver, 0}, {"Grace", &receiver, 0}, {"Mary", &receiver, 0}};

    (void)arg;
    trio_channel_open(&channel, sizeof waiting[0], waiting, COUNT(waiting),
                      &sender, &receiver);
    trio_status rc = run_pool(workers, COUNT(workers), &sender);
    trio_receiver_close(&receiver);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(workers); i++)
        printf("%s: %d jobs\n", workers[i].name, workers[i].done);
    printf("at most %zu jobs lay waiting\n",
           trio_channel_statistics(&channel).peak);
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

// A token bucket: three requests at once, then one every 20 ms. It needs no
// task that fills it, because how full it is follows from the time. With
// --virtual nothing really waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/clock.h>
#include <trio/lock.h>
#include <trio/trio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// The holder of the lock waits for the next token; the others wait for the
// lock, which is fair, and so is the limiter.
struct rate_limiter {
    trio_duration interval; // Between two tokens.
    int burst;              // The most tokens that are saved up.
    trio_time next;         // When the next token is there, or was.
    struct trio_lock lock;
};

// Takes one token, waiting for it.
//
// Checkpoint: always.
// Returns: TRIO_OK         the caller may send one request.
//          TRIO_ECANCELED  an enclosing scope is cancelled; none was taken.
static TRIO_CHECKPOINT trio_status
rate_limiter_acquire(struct rate_limiter *limiter)
{
    trio_status rc = trio_lock_acquire(&limiter->lock);
    if (rc != TRIO_OK)
        return rc;

    trio_duration saved = (limiter->burst - 1) * limiter->interval;
    if (limiter->next < trio_now() - saved)
        limiter->next = trio_now() - saved; // What ran over is lost.
    rc = trio_sleep_until(limiter->next);
    // Only who has waited to the end takes it: the token of one who gives up is
    // there for the next in line.
    if (rc == TRIO_OK)
        limiter->next += limiter->interval;
    trio_lock_release(&limiter->lock);
    return rc;
}

struct client {
    const char *name;
    int requests;
    trio_duration patience; // For each request.
    struct rate_limiter *limiter;
    trio_time start;
};

static TRIO_CHECKPOINT trio_status send_one(struct client *client)
{
    struct trio_cancel_scope limit;

    trio_move_on_after(&limit, client->patience);
    trio_status rc = rate_limiter_acquire(client->limiter);
    rc = trio_cancel_scope_close(&limit, rc);
    if (rc == TRIO_OK)
        printf("%3d ms: %s %s\n", (int)((trio_now() - client->start) / TRIO_MS),
               client->name,
               trio_cancel_scope_caught(&limit) ? "gives up" : "sends");
    return rc;
}

static TRIO_CHECKPOINT trio_status run_client(void *arg)
{
    struct client *client = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < client->requests; i++)
        rc = send_one(client);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct rate_limiter limiter = {20 * TRIO_MS, 3, TRIO_PAST, TRIO_LOCK_INIT};
    struct client clients[] = {
        {"Ada", 4, TRIO_FOREVER, &limiter, trio_now()},
        {"Grace", 3, TRIO_FOREVER, &limiter, trio_now()},
        {"Mary", 2, 30 * TRIO_MS, &limiter, trio_now()},
    };
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(clients); i++)
        rc = trio_nursery_start_soon(&nursery, run_client, &clients[i]);
    return trio_nursery_close(&nursery, rc);
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

// The attempts race, and each waits for its turn: for the one before to begin,
// and then for a while, or until any of those under way has failed.
//
// A stream that is connected belongs to its attempt, in storage of the race's,
// until the race is over. Then one is the caller's, and the others were closed
// by whoever connected them, in the step in which they were; so there is no
// instant in which a cancellation finds one that nobody closes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp_open.h>

#include <string.h>

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/event.h>
#include <trio/race.h>
#include <trio/resolve.h>
#include <trio/stream.h>
#include <trio/task.h>

#define DELAY_DEFAULT (250 * TRIO_MS)

struct attempt {
    struct opening *opening;
    struct trio_address address;
    struct trio_event next;  // The one before has begun.
    struct trio_event hurry; // One has failed.
    struct trio_tcp_stream tcp;
};

struct opening {
    const char *host;
    struct trio_tcp_open_options options;
    size_t count;
    size_t begun; // So many attempts.
    struct attempt attempts[TRIO_TCP_OPEN_MAX];
};

// ---- One attempt ----

static TRIO_CHECKPOINT trio_status await_turn(struct attempt *attempt)
{
    struct trio_cancel_scope patience;

    trio_status rc = trio_event_wait(&attempt->next);
    if (rc != TRIO_OK)
        return rc;
    trio_move_on_after(&patience, attempt->opening->options.attempt_delay);
    rc = trio_event_wait(&attempt->hurry);
    return trio_cancel_scope_close(&patience, rc);
}

static void begin(struct opening *opening)
{
    opening->begun++;
    if (opening->begun < opening->count)
        trio_event_set(&opening->attempts[opening->begun].next);
}

static void hurry(struct opening *opening)
{
    if (opening->begun < opening->count)
        trio_event_set(&opening->attempts[opening->begun].hurry);
}

static TRIO_CHECKPOINT trio_status connect(struct attempt *attempt)
{
    const struct trio_tcp_open_options *options = &attempt->opening->options;

    if (options->connect == NULL)
        return trio_tcp_connect(&attempt->address, &attempt->tcp);
    return options->connect(options->context, &attempt->address, &attempt->tcp);
}

// The record of a failure, which names the host as well.
static trio_status tell(const struct attempt *attempt, trio_status rc)
{
    const struct trio_error *error = trio_error_find(rc);
    const char *host = attempt->opening->host;
    char text[TRIO_ADDRESS_TEXT_MAX];

    trio_address_format(&attempt->address, text, sizeof(text));
    if (strstr(text, host) != NULL)
        return rc; // It was no name.
    return trio_fail_os(rc, error == NULL ? 0 : error->os_error,
                        "connect %s at %s", host, text);
}

static TRIO_CHECKPOINT trio_status try_one(void *item)
{
    struct attempt *attempt = item;
    struct opening *opening = attempt->opening;

    if (attempt != &opening->attempts[0]) {
        trio_status rc = await_turn(attempt);
        if (rc != TRIO_OK)
            return rc;
    }
    begin(opening);
    trio_status rc = connect(attempt);
    if (!trio_is_failure(rc))
        return rc;
    hurry(opening);
    return tell(attempt, rc);
}

static void drop(void *item)
{
    struct attempt *attempt = item;

    trio_stream_close_forcefully(&attempt->tcp.stream);
}

// ---- All of them ----

// Moves the first address of the other family to the second place.
static void mix_families(struct trio_address *addresses, size_t count)
{
    size_t other = 1;

    while (other < count && addresses[other].family == addresses[0].family)
        other++;
    if (other >= count)
        return;
    struct trio_address address = addresses[other];
    for (; other > 1; other--)
        addresses[other] = addresses[other - 1];
    addresses[1] = address;
}

static TRIO_CHECKPOINT trio_status resolve(const struct opening *opening,
                                           uint16_t port,
                                           struct trio_address *ret_addresses,
                                           size_t *ret_count)
{
    const struct trio_resolve_options options = {opening->options.family};

    return trio_resolve(opening->host, port, &options, ret_addresses,
                        TRIO_TCP_OPEN_MAX, ret_count);
}

trio_status trio_tcp_open(const char *host, uint16_t port,
                          const struct trio_tcp_open_options *options,
                          struct trio_tcp_stream *ret_stream)
{
    static const struct trio_task_options task = {.name = "connect"};
    static const struct trio_race_options race = {drop, &task};
    struct trio_address addresses[TRIO_TCP_OPEN_MAX];
    struct opening opening = {.host = host};
    size_t winner;

    if (options != NULL)
        opening.options = *options;
    if (opening.options.attempt_delay <= 0)
        opening.options.attempt_delay = DELAY_DEFAULT;
    trio_status rc = resolve(&opening, port, addresses, &opening.count);
    if (rc != TRIO_OK)
        return rc;
    mix_families(addresses, opening.count);
    for (size_t i = 0; i < opening.count; i++) {
        opening.attempts[i].opening = &opening;
        opening.attempts[i].address = addresses[i];
    }
    rc = trio_race(opening.attempts, opening.count, sizeof(struct attempt),
                   &race, try_one, &winner);
    if (rc == TRIO_OK) // It is at rest, so it may be moved.
        *ret_stream = opening.attempts[winner].tcp;
    return rc;
}

// A kv_server and one that follows it, on hosts of their own: whatever becomes
// of the connection between them, in the end they are equal.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "tests/examples/kv_count.h"
#include "tests/examples/kv_pair.h"

// Says a request whose reply does not matter, but that there is one.
static TRIO_CHECKPOINT trio_status change(struct peer *peer,
                                          const char *request)
{
    char reply[TEXT_MAX];
    trio_status rc = kv_ask(peer, request, reply);
    return rc == TRIO_ENOBUFS ? TRIO_OK : rc; // Out of memory: told.
}

static TRIO_CHECKPOINT trio_status change_all(struct peer *peer,
                                              const char *const *requests,
                                              size_t count)
{
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = change(peer, requests[i]);
    return rc;
}

// ---- Changes of all kinds ----

static TRIO_CHECKPOINT trio_status make_changes(struct peer *peer, void *arg)
{
    static const char *const requests[] = {
        "MSET a 1 b 2 c 3\r\n", "INCR a\r\n",     "DEL b\r\n",
        "SET d x PX 1\r\n",     "EXPIRE c 0\r\n", "SET e y EX 1000\r\n",
        "PERSIST e\r\n",        "INCR a\r\n",
    };

    (void)arg;
    trio_status rc = change_all(peer, requests, COUNT(requests));
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS);
    return rc == TRIO_OK ? change(peer, "GET d\r\n") : rc;
}

TRIO_SCENARIO(a_follower_has_what_its_leader_has)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    return kv_pair_visit_beside(&pair, make_changes);
}

// ---- A partition ----

// Counts, is parted, counts on, and is joined again.
static TRIO_CHECKPOINT trio_status count_through(struct peer *peer, void *arg)
{
    trio_status rc = change(peer, "INCR a\r\n");

    if (rc == TRIO_OK)
        rc = kv_pair_part(arg);
    if (rc == TRIO_OK)
        rc = change(peer, "INCR a\r\n");
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = change(peer, "INCR b\r\n");
    return trio_combine(rc, kv_pair_join(arg));
}

TRIO_SCENARIO(after_a_partition_the_two_are_equal)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    return kv_pair_visit_beside(&pair, count_through);
}

TRIO_SCENARIO(a_follower_comes_to_have_all, .still_clock = true)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    pair.has_to_arrive = true;
    return kv_pair_visit_beside(&pair, count_through);
}

// ---- A connection that is lost ----

// Ends the leader's connection to its follower, if there is one.
static void disconnect(struct pair *pair)
{
    struct kv_replica *replica = pair->stage.server.leader.replicas;

    if (replica != NULL)
        trio_cancel_scope_cancel(&replica->client->scope, "disconnected");
}

static TRIO_CHECKPOINT trio_status count_apart(struct peer *peer, void *arg)
{
    static const char *const requests[] = {"INCR a\r\n", "INCR a\r\n",
                                           "INCR a\r\n"};
    char reply[TEXT_MAX];
    trio_status rc = change(peer, "INCR a\r\n");

    if (rc == TRIO_OK) // Until it is there.
        rc = kv_ask(peer, "WAIT 1 5000\r\n", reply);
    if (rc == TRIO_OK)
        rc = change_all(peer, requests, COUNT(requests));
    disconnect(arg);
    return rc == TRIO_OK ? change_all(peer, requests, COUNT(requests)) : rc;
}

TRIO_SCENARIO(who_is_disconnected_goes_on_at_its_offset)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    trio_status rc = kv_pair_visit_beside(&pair, count_apart);
    TRIO_SIM_SOMETIMES(pair.follower.resumed > 0, "it needs no snapshot");
    return rc;
}

// ---- Who is too far behind ----

#define VALUE "SET k%d %0200d\r\n"
#define VALUES 8 // More than the backlog holds.

static TRIO_CHECKPOINT trio_status fill_backlog(struct peer *peer)
{
    char request[300];
    trio_status rc = TRIO_OK;

    for (int i = 0; i < VALUES && rc == TRIO_OK; i++) {
        snprintf(request, sizeof(request), VALUE, i, i);
        rc = change(peer, request);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status leave_behind(struct peer *peer, void *arg)
{
    struct pair *pair = arg;
    char reply[TEXT_MAX];
    trio_status rc = kv_ask(peer, "WAIT 1 5000\r\n", reply);

    if (rc == TRIO_OK)
        rc = kv_pair_part(pair);
    disconnect(pair);
    if (rc == TRIO_OK)
        rc = fill_backlog(peer);
    return trio_combine(rc, kv_pair_join(pair));
}

TRIO_SCENARIO(who_is_too_far_behind_begins_anew)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    trio_status rc = kv_pair_visit_beside(&pair, leave_behind);
    TRIO_SIM_SOMETIMES(pair.follower.snapshots > 1, "it loads a second one");
    return rc;
}

// ---- WAIT ----

static int64_t value_of(struct kv_store *store, const char *key)
{
    struct kv_bytes value;
    int64_t number;

    if (!kv_store_get(store, (struct kv_bytes){key, strlen(key)}, &value) ||
        !kv_bytes_to_integer(value, &number))
        return 0;
    return number;
}

// What it says has to be true when it is heard: the follower has as much.
static TRIO_CHECKPOINT trio_status count_and_wait(struct peer *peer, void *arg)
{
    struct pair *pair = arg;
    char sum[TEXT_MAX], followers[TEXT_MAX];
    trio_status rc = kv_ask(peer, "INCR a\r\n", sum);

    if (rc == TRIO_ENOBUFS)
        return TRIO_OK;
    if (rc == TRIO_OK)
        rc = kv_ask(peer, "WAIT 1 50\r\n", followers);
    if (rc != TRIO_OK)
        return rc;
    int64_t count = atoll(followers + 1);
    TRIO_SIM_ALWAYS(count <= 1, "there is one follower at most");
    TRIO_SIM_ALWAYS(count == 0 || !pair->has_copy ||
                        value_of(&pair->copy.store, "a") >= atoll(sum + 1),
                    "who was waited for has it");
    TRIO_SIM_SOMETIMES(count == 0, "the time is over");
    TRIO_SIM_SOMETIMES(count == 1, "the follower has it in time");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status wait_through(struct peer *peer, void *arg)
{
    trio_status rc = count_and_wait(peer, arg);

    if (rc == TRIO_OK)
        rc = kv_pair_part(arg);
    if (rc == TRIO_OK)
        rc = count_and_wait(peer, arg);
    rc = trio_combine(rc, kv_pair_join(arg));
    return rc == TRIO_OK ? count_and_wait(peer, arg) : rc;
}

TRIO_SCENARIO(wait_says_the_truth)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    return kv_pair_visit_beside(&pair, wait_through);
}

// ---- Memory ----

// The store is full soon, and what it refuses nobody is told.
TRIO_SCENARIO(who_follows_a_full_store_has_what_is_in_it)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    pair.stage.limits.memory = 1000;
    trio_status rc = kv_pair_visit_beside(&pair, leave_behind);
    TRIO_SIM_ALWAYS(pair.stage.server.store.bytes <= 1000,
                    "it keeps its limit");
    return rc;
}

// ---- The leader is one object ----

// Cut off from the server, the one that follows it changes nothing of that.
static TRIO_CHECKPOINT trio_status count_while_it_lags(void *arg)
{
    trio_status rc = kv_pair_part(arg);

    if (rc == TRIO_OK)
        rc = kv_count_together(arg);
    return trio_combine(rc, kv_pair_join(arg));
}

static TRIO_CHECKPOINT trio_status count_beside_it(void *arg)
{
    return kv_pair_follow(arg, count_while_it_lags);
}

TRIO_SCENARIO(each_increment_counts_once_while_a_follower_lags)
{
    struct pair pair = KV_PAIR_INIT;

    (void)arg;
    return kv_play_history(&pair.stage, &trio_history_counter, count_beside_it);
}

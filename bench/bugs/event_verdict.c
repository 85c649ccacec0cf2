// Two programs that give somebody up who is well, because the loop is late.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// event_late_heartbeat: a monitor gives up a node whose last heartbeat is 10 ms
// old. On a late loop the heartbeat and the verdict are due in one instant. The
// fix: before the verdict who is due has its turn, and what counts is whether
// it was heard, not the time.
//
// event_unlucky_retry: a client gives a server up that has not answered in
// three attempts of 10 ms. It takes 3 ms to answer; each time the loop has to
// be so late that both are over. The fix: an answer to an earlier attempt is
// one, too.

#include "bench/bugs/bugs.h"

// ---- A heartbeat that is late with the verdict ----

enum { BEATS = 3 };

struct node {
    trio_time heard;
    bool over; // It has said goodbye.
    bool fixed;
};

static TRIO_CHECKPOINT trio_status beat(void *arg)
{
    struct node *node = arg;
    trio_status rc = TRIO_OK;

    bugs_start();
    for (int i = 0; i < BEATS && rc == TRIO_OK; i++) {
        trio_touch(node, TRIO_ACCESS_WRITE);
        node->heard = trio_now();
        rc = trio_sleep_until(trio_time_add(node->heard, 8 * TRIO_MS));
    }
    node->over = true;
    return rc;
}

static bool is_silent(const struct node *node)
{
    trio_touch(node, TRIO_ACCESS_READ);
    return trio_now() >= trio_time_add(node->heard, 10 * TRIO_MS);
}

// Finds out whether the node stays silent when it has its turn: the loop looks,
// and then whoever was due goes on.
static TRIO_CHECKPOINT trio_status hear_out(const struct node *node,
                                            bool *ret_silent)
{
    trio_time heard = node->heard;

    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_touch(node, TRIO_ACCESS_READ);
    *ret_silent = node->heard == heard;
    return rc;
}

static TRIO_CHECKPOINT trio_status watch_node(void *arg)
{
    struct node *node = arg;
    trio_status rc = TRIO_OK;

    bugs_start();
    while (rc == TRIO_OK && !node->over) {
        rc = trio_sleep_until(trio_time_add(node->heard, 10 * TRIO_MS));
        bool silent = rc == TRIO_OK && is_silent(node);
        if (silent && node->fixed)
            rc = hear_out(node, &silent);
        TRIO_SIM_ALWAYS(rc != TRIO_OK || node->over || !silent,
                        "who beats is not given up");
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status run_node(bool fixed)
{
    struct node node = {.heard = trio_now(), .fixed = fixed};

    return bugs_run((struct bugs_tasks[]){
        {.name = "node", .fn = beat, .arg = &node},
        {.name = "monitor", .fn = watch_node, .arg = &node},
        {.name = NULL},
    });
}

TRIO_SCENARIO(event_late_heartbeat,
              .witness = "main node monitor clock*2 monitor")
{
    (void)arg;
    return run_node(false);
}

TRIO_SCENARIO(event_late_heartbeat_fixed)
{
    (void)arg;
    return run_node(true);
}

// ---- Three attempts that are unlucky ----

enum { ATTEMPTS = 3 };

struct exchange {
    struct trio_nursery nursery;
    struct trio_event answered[ATTEMPTS];
    bool fixed;
};

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    bugs_start();
    trio_status rc = trio_sleep(3 * TRIO_MS);
    if (rc == TRIO_OK)
        trio_event_set(arg);
    return rc;
}

// Returns in `*ret_answered` whether there was an answer in time.
static TRIO_CHECKPOINT trio_status ask(struct exchange *exchange,
                                       struct trio_event *answered,
                                       trio_duration patience,
                                       bool *ret_answered)
{
    static const struct trio_task_options server = {.name = "server"};
    struct trio_cancel_scope limit;

    trio_status rc = trio_nursery_start_soon_with(&exchange->nursery, &server,
                                                  answer, answered);
    if (rc != TRIO_OK)
        return rc;
    trio_move_on_after(&limit, patience);
    trio_sim_spare(&limit);
    rc = trio_event_wait(answered);
    *ret_answered = rc == TRIO_OK;
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status ask_thrice(struct exchange *exchange)
{
    bool answered = false;

    for (int i = 0; i < ATTEMPTS && !answered; i++) {
        bool endless = exchange->fixed && i + 1 == ATTEMPTS;
        trio_status rc = ask(exchange, &exchange->answered[i],
                             endless ? TRIO_FOREVER : 10 * TRIO_MS, &answered);
        if (rc != TRIO_OK)
            return rc;
    }
    TRIO_SIM_ALWAYS(answered, "who answers is not given up");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_exchange(bool fixed)
{
    struct exchange exchange = {
        .answered = {TRIO_EVENT_INIT, TRIO_EVENT_INIT, TRIO_EVENT_INIT},
        .fixed = fixed};

    trio_nursery_open(&exchange.nursery);
    trio_status rc = ask_thrice(&exchange);
    return trio_nursery_close(&exchange.nursery, rc);
}

TRIO_SCENARIO(event_unlucky_retry,
              .witness = "main server clock*2 main server server#2 clock*2 "
                         "main server#2 server#3 clock*2")
{
    (void)arg;
    return run_exchange(false);
}

TRIO_SCENARIO(event_unlucky_retry_fixed)
{
    (void)arg;
    return run_exchange(true);
}

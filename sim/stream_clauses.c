// What streams promise in each direction. Each clause says, by its name, what
// must be so; it begins with a fresh connection and leaves it in any state.
//
// A call of one end may wait for the other: a stream need not have a buffer. So
// whatever has to get through is sent and received by tasks of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>
#include <trio/task.h>

#include "sim/stream_contract.h"

static TRIO_CHECKPOINT trio_status receive(struct trio_stream *stream)
{
    char buffer[16];
    size_t length;

    return trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
}

// ---- Transfers ----

TRIO_PARKS static void what_is_sent_is_received(struct contract *contract)
{
    static const size_t sizes[][2] = {
        {1, 1}, {5, 5}, {100, 1}, {1000, 30}, {200000, 10000}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        trio_contract_transfer_(contract, contract->sender, contract->receiver,
                                sizes[i][0], sizes[i][1]);
}

TRIO_PARKS static void empty_sends_are_nothing(struct contract *contract)
{
    size_t sent = 7;

    for (int i = 0; i < 2; i++) {
        trio_expect_(contract,
                     trio_stream_send_all(contract->sender, "", 0, &sent),
                     TRIO_OK, "send_all");
        trio_expect_that_(contract, sent == 0, "what was sent");
        trio_contract_transfer_(contract, contract->sender, contract->receiver,
                                3, 3);
    }
}

TRIO_PARKS static void empty_buffers_are_invalid(struct contract *contract)
{
    size_t length;

    trio_expect_(contract,
                 trio_stream_receive_some(contract->receiver, NULL, 0, &length),
                 TRIO_EINVAL, "receive_some");
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 3,
                            3);
}

TRIO_PARKS static void two_receives_are_busy(struct contract *contract)
{
    struct act first = {.call = trio_act_receive_,
                        .stream = contract->receiver};
    struct act second = first;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &first);
    trio_act_begin_(contract, &nursery, &second);
    trio_expect_that_(contract, second.done, "the second");
    trio_expect_(contract, second.rc, TRIO_EBUSY, "the second");
    trio_expect_that_(contract, !first.done, "the first");
    trio_expect_(contract, trio_stream_send_all(contract->sender, "x", 1, NULL),
                 TRIO_OK, "send_all");
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_(contract, first.rc, TRIO_OK, "the first");
    trio_expect_that_(contract, first.length == 1, "the first");
}

TRIO_PARKS static void writable_if_the_peer_receives(struct contract *contract)
{
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->receiver};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &receiving);
    trio_expect_(contract, trio_stream_wait_writable(contract->sender), TRIO_OK,
                 "wait_writable");
    trio_expect_(contract, trio_stream_send_all(contract->sender, "x", 1, NULL),
                 TRIO_OK, "send_all");
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_(contract, receiving.rc, TRIO_OK, "receive_some");
}

// ---- The peer's end is closed ----

TRIO_PARKS static void to_a_closed_receiver_is_broken(struct contract *contract)
{
    trio_status rc = TRIO_OK;

    for (int forcefully = 0; forcefully < 2; forcefully++) {
        trio_contract_close_(contract, contract->receiver, forcefully == 1);
        // Somebody far away learns of it when something comes back.
        for (int i = 0; i < 100 && rc == TRIO_OK; i++) {
            trio_contract_settle_(contract);
            rc = trio_stream_send_all(contract->sender, "x", 1, NULL);
        }
        trio_expect_(contract, rc, TRIO_EBROKEN, "send_all");
        for (int i = 0; i < 2; i++)
            trio_expect_(contract,
                         trio_stream_send_all(contract->sender, "x", 1, NULL),
                         TRIO_EBROKEN, "send_all again");
        trio_expect_either_(contract,
                            trio_stream_wait_writable(contract->sender),
                            TRIO_EBROKEN, TRIO_OK, "wait_writable");
        rc = TRIO_OK;
        trio_contract_renew_(contract);
    }
}

static TRIO_CHECKPOINT trio_status send_and_close(struct act *act)
{
    trio_status rc = trio_act_send_flow_(act);

    return rc == TRIO_OK ? trio_stream_close(act->stream) : rc;
}

TRIO_PARKS static void data_comes_before_the_end(struct contract *contract)
{
    struct act sending = {.call = send_and_close,
                          .stream = contract->sender,
                          .size = 50,
                          .chunk = 20,
                          .state = 1};
    struct act receiving = {.call = trio_act_receive_flow_,
                            .stream = contract->receiver,
                            .size = 50,
                            .chunk = 7,
                            .state = 2};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &sending); // Has closed, if it can.
    trio_act_begin_(contract, &nursery, &receiving);
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_(contract, sending.rc, TRIO_OK, "send_all and close");
    trio_expect_(contract, receiving.rc, TRIO_OK, "the data");
    for (int i = 0; i < 3; i++)
        trio_expect_(contract, receive(contract->receiver), TRIO_EEND,
                     "the end");
}

TRIO_PARKS static void a_waiting_receive_sees_the_end(struct contract *contract)
{
    for (int forcefully = 0; forcefully < 2; forcefully++) {
        struct act receiving = {.call = trio_act_receive_,
                                .stream = contract->receiver};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        trio_act_begin_(contract, &nursery, &receiving);
        trio_contract_close_(contract, contract->sender, forcefully == 1);
        contract->rc = trio_nursery_close(&nursery, contract->rc);
        trio_expect_either_(contract, receiving.rc, TRIO_EEND,
                            forcefully ? TRIO_EBROKEN : TRIO_EEND,
                            "receive_some");
        trio_contract_renew_(contract);
    }
}

TRIO_PARKS static void
after_a_forceful_close_nothing_hangs(struct contract *contract)
{
    trio_stream_close_forcefully(contract->sender);
    trio_contract_settle_(contract);
    trio_expect_either_(contract, receive(contract->receiver), TRIO_EBROKEN,
                        TRIO_EEND, "the peer's receive_some");
    trio_expect_(contract, trio_stream_send_all(contract->sender, "x", 1, NULL),
                 TRIO_ECLOSED, "its own send_all");
    trio_contract_renew_(contract);
    trio_stream_close_forcefully(contract->receiver);
    trio_contract_settle_(contract);
    trio_expect_(contract, receive(contract->receiver), TRIO_ECLOSED,
                 "its own receive_some");
}

// ---- This end is closed ----

TRIO_PARKS static void closed_here_it_is_closed(struct contract *contract)
{
    struct trio_stream *sender = contract->sender;

    for (int forcefully = 0; forcefully < 2; forcefully++) {
        trio_contract_close_(contract, sender, forcefully == 1);
        trio_contract_close_(contract, contract->receiver, forcefully == 1);
        trio_expect_(contract, trio_stream_send_all(sender, "x", 1, NULL),
                     TRIO_ECLOSED, "send_all");
        trio_expect_(contract, trio_stream_send_all(sender, "", 0, NULL),
                     TRIO_ECLOSED, "send_all of nothing");
        trio_expect_(contract, trio_stream_wait_writable(sender), TRIO_ECLOSED,
                     "wait_writable");
        trio_expect_(contract, receive(contract->receiver), TRIO_ECLOSED,
                     "receive_some");
        trio_contract_renew_(contract);
        sender = contract->sender;
    }
}

TRIO_PARKS static void closing_again_is_fine(struct contract *contract)
{
    struct trio_stream *streams[] = {contract->sender, contract->receiver};

    for (size_t i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++)
            trio_contract_close_(contract, streams[i], false);
        trio_stream_close_forcefully(streams[i]);
        trio_contract_close_(contract, streams[i], false);
    }
}

static uint64_t steps(void)
{
    return trio_run_statistics().steps;
}

TRIO_PARKS static void every_call_is_a_checkpoint(struct contract *contract)
{
    uint64_t begun = steps();

    trio_expect_(contract, trio_stream_send_all(contract->sender, "", 0, NULL),
                 TRIO_OK, "send_all");
    trio_expect_that_(contract, steps() > begun, "send_all");
    for (int i = 0; i < 2; i++) {
        begun = steps();
        trio_contract_close_(contract, contract->sender, false);
        trio_expect_that_(contract, steps() > begun, "close");
    }
    begun = steps();
    trio_expect_(contract, receive(contract->receiver), TRIO_EEND,
                 "receive_some");
    trio_expect_that_(contract, steps() > begun, "receive_some");
    begun = steps();
    trio_expect_(contract, trio_stream_wait_writable(contract->sender),
                 TRIO_ECLOSED, "wait_writable");
    trio_expect_that_(contract, steps() > begun, "wait_writable");
}

TRIO_PARKS static void closing_wakes_a_receive(struct contract *contract)
{
    for (int forcefully = 0; forcefully < 2; forcefully++) {
        struct act receiving = {.call = trio_act_receive_,
                                .stream = contract->receiver};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        trio_act_begin_(contract, &nursery, &receiving);
        trio_expect_that_(contract, !receiving.done, "receive_some");
        trio_contract_close_(contract, contract->receiver, forcefully == 1);
        contract->rc = trio_nursery_close(&nursery, contract->rc);
        trio_expect_(contract, receiving.rc, TRIO_ECLOSED, "receive_some");
        trio_contract_renew_(contract);
    }
}

// ---- Cancelled ----

TRIO_PARKS static void a_cancelled_close_closes(struct contract *contract)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status sender = trio_stream_close(contract->sender);
    trio_status receiver = trio_stream_close(contract->receiver);
    contract->rc = trio_cancel_scope_close(&scope, contract->rc);
    trio_expect_that_(contract, sender == TRIO_ECANCELED, "the sender");
    trio_expect_that_(contract, receiver == TRIO_ECANCELED, "the receiver");
    trio_expect_(contract, trio_stream_send_all(contract->sender, "x", 1, NULL),
                 TRIO_ECLOSED, "send_all");
    trio_expect_(contract, receive(contract->receiver), TRIO_ECLOSED,
                 "receive_some");
}

TRIO_PARKS static void
cancelled_at_entry_nothing_happens(struct contract *contract)
{
    struct trio_cancel_scope scope;
    size_t sent = 7;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status sending =
        trio_stream_send_all(contract->sender, "lost", 4, &sent);
    trio_status waiting = trio_stream_wait_writable(contract->sender);
    trio_status receiving = receive(contract->receiver);
    contract->rc = trio_cancel_scope_close(&scope, contract->rc);
    trio_expect_that_(contract, sending == TRIO_ECANCELED, "send_all");
    trio_expect_that_(contract, sent == 0, "what was sent");
    trio_expect_that_(contract, waiting == TRIO_ECANCELED, "wait_writable");
    trio_expect_that_(contract, receiving == TRIO_ECANCELED, "receive_some");
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 30,
                            7);
}

TRIO_PARKS static void
a_cancelled_receive_leaves_no_trace(struct contract *contract)
{
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->receiver};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &receiving);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_that_(contract, receiving.rc == TRIO_ECANCELED, "receive_some");
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 30,
                            7);
}

const struct clause trio_one_way_clauses_[] = {
    {"what is sent is received", what_is_sent_is_received},
    {"empty sends are nothing", empty_sends_are_nothing},
    {"empty buffers are invalid", empty_buffers_are_invalid},
    {"two receives are busy", two_receives_are_busy},
    {"writable if the peer receives", writable_if_the_peer_receives},
    {"sent to a closed receiver it is broken", to_a_closed_receiver_is_broken},
    {"data comes before the end", data_comes_before_the_end},
    {"a waiting receive sees the end", a_waiting_receive_sees_the_end},
    {"after a forceful close nothing hangs",
     after_a_forceful_close_nothing_hangs},
    {"closed here it is closed", closed_here_it_is_closed},
    {"closing again is fine", closing_again_is_fine},
    {"every call is a checkpoint", every_call_is_a_checkpoint},
    {"closing wakes a receive", closing_wakes_a_receive},
    {"a cancelled close closes", a_cancelled_close_closes},
    {"cancelled at entry nothing happens", cancelled_at_entry_nothing_happens},
    {"a cancelled receive leaves no trace",
     a_cancelled_receive_leaves_no_trace},
    {NULL, NULL}};

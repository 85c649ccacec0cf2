// What streams promise that go both ways: that neither direction disturbs the
// other, not even by its end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/stream_contract.h"

#define MIB ((size_t)1 << 20)

TRIO_PARKS static void
a_mib_each_way_at_once_comes_through(struct contract *contract)
{
    struct act flows[] = {
        {.call = trio_act_send_flow_, .stream = contract->sender},
        {.call = trio_act_receive_flow_, .stream = contract->receiver},
        {.call = trio_act_send_flow_, .stream = contract->receiver},
        {.call = trio_act_receive_flow_, .stream = contract->sender}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 4; i++) {
        flows[i].size = MIB;
        flows[i].chunk = 16000;
        flows[i].state = i;
        trio_act_begin_(contract, &nursery, &flows[i]);
    }
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    for (size_t i = 0; i < 4; i++)
        trio_expect_(contract, flows[i].rc, TRIO_OK,
                     i % 2 == 0 ? "send_all" : "receive_some");
}

TRIO_PARKS static void
a_waiting_receive_disturbs_no_send(struct contract *contract)
{
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->sender};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &receiving);
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 30,
                            7);
    trio_expect_that_(contract, !receiving.done, "receive_some");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    contract->rc = trio_nursery_close(&nursery, contract->rc);
}

const struct clause trio_two_way_clauses_[] = {
    {"a MiB each way at once comes through",
     a_mib_each_way_at_once_comes_through},
    {"a waiting receive disturbs no send", a_waiting_receive_disturbs_no_send},
    {NULL, NULL}};

// ---- Half-close ----

TRIO_PARKS static void expect_end(struct contract *contract)
{
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->receiver};

    for (int i = 0; i < 2; i++)
        trio_expect_(contract, trio_act_receive_(&receiving), TRIO_EEND,
                     "the peer's receive_some");
}

TRIO_PARKS static void
half_closed_the_other_direction_lives(struct contract *contract)
{
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 30,
                            7);
    for (int i = 0; i < 2; i++)
        trio_expect_(contract, trio_stream_send_eof(contract->sender), TRIO_OK,
                     "send_eof");
    expect_end(contract);
    trio_contract_transfer_(contract, contract->receiver, contract->sender,
                            1000, 70);
    trio_expect_(contract, trio_stream_send_eof(contract->receiver), TRIO_OK,
                 "the peer's send_eof");
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->sender};
    trio_expect_(contract, trio_act_receive_(&receiving), TRIO_EEND,
                 "receive_some");
}

TRIO_PARKS static void half_closed_sends_are_closed(struct contract *contract)
{
    struct trio_stream *sender = contract->sender;

    trio_expect_(contract, trio_stream_send_eof(sender), TRIO_OK, "send_eof");
    trio_expect_(contract, trio_stream_send_all(sender, "x", 1, NULL),
                 TRIO_ECLOSED, "send_all");
    trio_expect_(contract, trio_stream_send_all(sender, "", 0, NULL),
                 TRIO_ECLOSED, "send_all of nothing");
    trio_expect_(contract, trio_stream_wait_writable(sender), TRIO_ECLOSED,
                 "wait_writable");
    trio_contract_close_(contract, sender, false);
    trio_expect_(contract, trio_stream_send_eof(sender), TRIO_ECLOSED,
                 "send_eof when it is closed");
}

TRIO_PARKS static void
a_waiting_receive_sees_the_half_close(struct contract *contract)
{
    struct act receiving = {.call = trio_act_receive_,
                            .stream = contract->receiver};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &receiving);
    trio_expect_(contract, trio_stream_send_eof(contract->sender), TRIO_OK,
                 "send_eof");
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_(contract, receiving.rc, TRIO_EEND, "receive_some");
}

TRIO_PARKS static void a_cancelled_end_is_none(struct contract *contract)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_stream_send_eof(contract->sender);
    contract->rc = trio_cancel_scope_close(&scope, contract->rc);
    trio_expect_that_(contract, rc == TRIO_ECANCELED, "send_eof");
    trio_contract_transfer_(contract, contract->sender, contract->receiver, 30,
                            7);
}

const struct clause trio_half_close_clauses_[] = {
    {"half-closed, the other direction lives",
     half_closed_the_other_direction_lives},
    {"half-closed, sends are closed", half_closed_sends_are_closed},
    {"a waiting receive sees the half-close",
     a_waiting_receive_sees_the_half_close},
    {"a cancelled send_eof does nothing", a_cancelled_end_is_none},
    {NULL, NULL}};

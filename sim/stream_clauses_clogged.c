// What a sending half promises while nothing more fits into it. The connection
// is clogged when a clause begins, so any call of this half waits; "the call"
// is wait_writable or send_all, and each clause holds for both.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/stream_contract.h"

typedef trio_status act_call(struct act *act);

static act_call *const calls[] = {trio_act_wait_writable_, trio_act_send_};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

// Returns a task's wait in the clogged half.
static struct act act_of(const struct contract *contract, act_call *call)
{
    return (struct act){.call = call, .stream = contract->sender};
}

TRIO_PARKS static void waits_until_it_is_drained(struct contract *contract)
{
    for (size_t i = 0; i < CALLS; i++) {
        struct act waiting = act_of(contract, calls[i]);
        struct act draining = {.call = trio_act_drain_,
                               .stream = contract->receiver};
        struct trio_nursery drain, nursery;

        trio_nursery_open(&drain);
        trio_nursery_open(&nursery);
        trio_act_begin_(contract, &nursery, &waiting);
        trio_expect_that_(contract, !waiting.done, "while it is clogged");
        trio_act_begin_(contract, &drain, &draining);
        contract->rc = trio_nursery_close(&nursery, contract->rc);
        trio_expect_(contract, waiting.rc, TRIO_OK, "when it is drained");
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&drain), NULL);
        contract->rc = trio_nursery_close(&drain, contract->rc);
        trio_expect_that_(contract, draining.rc == TRIO_ECANCELED,
                          "receive_some");
        trio_contract_renew_(contract);
    }
}

TRIO_PARKS static void a_second_sender_is_busy(struct contract *contract)
{
    for (size_t i = 0; i < CALLS; i++) {
        struct act first = act_of(contract, calls[i]);
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        trio_act_begin_(contract, &nursery, &first);
        for (size_t j = 0; j < CALLS; j++) {
            struct act second = act_of(contract, calls[j]);
            trio_expect_(contract, second.call(&second), TRIO_EBUSY,
                         "the second");
        }
        trio_contract_settle_(contract);
        trio_expect_that_(contract, !first.done, "the first");
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        contract->rc = trio_nursery_close(&nursery, contract->rc);
        trio_expect_that_(contract, first.rc == TRIO_ECANCELED, "the first");
        trio_contract_renew_(contract);
    }
}

// Has somebody close one of the ends, one way or the other, while a task is in
// the clogged half.
TRIO_PARKS static void close_under(struct contract *contract,
                                   struct act *waiting,
                                   struct trio_stream *closed, bool forcefully)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, waiting);
    trio_contract_close_(contract, closed, forcefully);
    contract->rc = trio_nursery_close(&nursery, contract->rc);
}

TRIO_PARKS static void closing_wakes_a_sender(struct contract *contract)
{
    for (size_t i = 0; i < 2 * CALLS; i++) {
        struct act waiting = act_of(contract, calls[i % CALLS]);

        close_under(contract, &waiting, contract->sender, i >= CALLS);
        trio_expect_(contract, waiting.rc, TRIO_ECLOSED, "the call");
        trio_contract_renew_(contract);
    }
}

TRIO_PARKS static void a_closed_receiver_wakes_it(struct contract *contract)
{
    for (size_t i = 0; i < 2 * CALLS; i++) {
        act_call *call = calls[i % CALLS];
        struct act waiting = act_of(contract, call);

        close_under(contract, &waiting, contract->receiver, i >= CALLS);
        // That it is broken need only be said to who sends.
        trio_expect_either_(contract, waiting.rc, TRIO_EBROKEN,
                            call == trio_act_send_ ? TRIO_EBROKEN : TRIO_OK,
                            "the call");
        trio_contract_renew_(contract);
    }
}

const struct clause trio_clogged_clauses_[] = {
    {"clogged, it waits until it is drained", waits_until_it_is_drained},
    {"clogged, a second sender is busy", a_second_sender_is_busy},
    {"clogged, closing wakes a sender", closing_wakes_a_sender},
    {"clogged, a closed receiver wakes it", a_closed_receiver_wakes_it},
    {NULL, NULL}};

// ---- Half-close ----

TRIO_PARKS static void an_end_is_busy(struct contract *contract)
{
    for (size_t i = 0; i < CALLS; i++) {
        struct act waiting = act_of(contract, calls[i]);
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        trio_act_begin_(contract, &nursery, &waiting);
        trio_expect_(contract, trio_stream_send_eof(contract->sender),
                     TRIO_EBUSY, "send_eof");
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        contract->rc = trio_nursery_close(&nursery, contract->rc);
        trio_expect_that_(contract, waiting.rc == TRIO_ECANCELED, "the call");
        trio_contract_renew_(contract);
    }
}

const struct clause trio_clogged_half_close_clauses_[] = {
    {"clogged, send_eof is busy", an_end_is_busy}, {NULL, NULL}};

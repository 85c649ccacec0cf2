// A clause is examined on a fresh connection, under a time limit: a stream that
// lets its user wait for ever is then found like any other. Only the first
// finding counts, and it is recorded last, when no failure that the clause
// provokes can push its record out.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/stream_contract.h"

#include <trio/error.h>

// Nothing takes as long in the real world; in virtual time it is over at once.
#define LIMIT (60 * TRIO_SECOND)

static bool is_cancelled(void)
{
    return trio_current_effective_deadline() == TRIO_PAST;
}

static void find(struct contract *contract, trio_status actual,
                 trio_status wanted)
{
    contract->finding = contract->at;
    contract->actual = actual;
    contract->wanted = wanted;
    contract->rc = TRIO_ECONTRACT;
}

void trio_expect_either_(struct contract *contract, trio_status actual,
                         trio_status wanted, trio_status allowed,
                         const char *what)
{
    if (contract->rc != TRIO_OK)
        return;
    contract->at = what;
    if (actual == wanted || actual == allowed)
        return;
    // By the limit, or by somebody outside: nothing is wrong with the status.
    if (actual == TRIO_ECANCELED && is_cancelled())
        contract->rc = TRIO_ECANCELED;
    else
        find(contract, actual, wanted);
}

void trio_expect_(struct contract *contract, trio_status actual,
                  trio_status wanted, const char *what)
{
    trio_expect_either_(contract, actual, wanted, wanted, what);
}

void trio_expect_that_(struct contract *contract, bool truth, const char *what)
{
    if (contract->rc != TRIO_OK)
        return;
    contract->at = what;
    if (truth)
        return;
    if (is_cancelled())
        contract->rc = TRIO_ECANCELED;
    else
        find(contract, TRIO_OK, TRIO_OK);
}

static void close_ends(struct contract *contract)
{
    if (contract->sender != NULL)
        trio_stream_close_forcefully(contract->sender);
    if (contract->receiver != NULL)
        trio_stream_close_forcefully(contract->receiver);
    contract->sender = contract->receiver = NULL;
}

// Returns TRIO_OK if there are new ends.
static TRIO_CHECKPOINT trio_status make_ends(struct contract *contract)
{
    struct trio_stream_ends ends;

    close_ends(contract);
    trio_status rc = contract->make(contract->arg, &ends);
    if (rc != TRIO_OK)
        return rc;
    contract->sender = contract->swapped ? ends.receiver : ends.sender;
    contract->receiver = contract->swapped ? ends.sender : ends.receiver;
    return TRIO_OK;
}

void trio_contract_renew_(struct contract *contract)
{
    struct trio_stream *sender = contract->sender;
    struct trio_stream *receiver = contract->receiver;

    if (contract->rc == TRIO_OK)
        contract->rc = make_ends(contract);
    if (contract->sender == NULL) { // Closed, but good enough to go on with.
        contract->sender = sender;
        contract->receiver = receiver;
    }
}

// Records what was found.
static trio_status report(const struct contract *contract, trio_status rc)
{
    if (rc == TRIO_ETIMEDOUT)
        return trio_fail(TRIO_ECONTRACT, "%s: %s: never returned",
                         contract->clause, contract->at);
    if (rc != TRIO_ECONTRACT)
        return rc;
    if (contract->actual == contract->wanted)
        return trio_fail(rc, "%s: %s", contract->clause, contract->finding);
    return trio_fail(rc, "%s: %s: %s", contract->clause, contract->finding,
                     trio_status_name(contract->actual));
}

static TRIO_CHECKPOINT trio_status check_clause(struct contract contract,
                                                const struct clause *clause)
{
    struct trio_cancel_scope scope;

    contract.clause = clause->name;
    contract.at = "made";
    trio_status rc = make_ends(&contract);
    if (rc != TRIO_OK)
        return rc;
    trio_fail_after(&scope, LIMIT);
    clause->check(&contract);
    rc = trio_cancel_scope_close(&scope, contract.rc);
    close_ends(&contract);
    if (rc == TRIO_OK)
        trio_error_clear(); // What the clause provoked has been handled.
    return report(&contract, rc);
}

static TRIO_CHECKPOINT trio_status check(const struct clause *clauses,
                                         bool swapped, trio_stream_maker make,
                                         void *arg)
{
    struct contract contract = {.make = make, .arg = arg, .swapped = swapped};
    trio_status rc = TRIO_OK;

    if (make == NULL)
        return TRIO_OK;
    for (; rc == TRIO_OK && clauses->name != NULL; clauses++)
        rc = check_clause(contract, clauses);
    return rc;
}

static TRIO_CHECKPOINT trio_status check_direction(bool swapped,
                                                   trio_stream_maker make,
                                                   trio_stream_maker clogged,
                                                   void *arg)
{
    trio_status rc = check(trio_one_way_clauses_, swapped, make, arg);

    if (rc == TRIO_OK)
        rc = check(trio_clogged_clauses_, swapped, clogged, arg);
    return rc;
}

trio_status trio_check_one_way_stream(trio_stream_maker make,
                                      trio_stream_maker make_clogged, void *arg)
{
    return check_direction(false, make, make_clogged, arg);
}

trio_status trio_check_two_way_stream(trio_stream_maker make,
                                      trio_stream_maker make_clogged, void *arg)
{
    trio_status rc = check_direction(false, make, make_clogged, arg);

    if (rc == TRIO_OK)
        rc = check_direction(true, make, make_clogged, arg);
    if (rc == TRIO_OK)
        rc = check(trio_two_way_clauses_, false, make, arg);
    return rc;
}

trio_status trio_check_half_closeable_stream(trio_stream_maker make,
                                             trio_stream_maker make_clogged,
                                             void *arg)
{
    trio_status rc = trio_check_two_way_stream(make, make_clogged, arg);

    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        rc = check(trio_half_close_clauses_, i == 1, make, arg);
        if (rc == TRIO_OK)
            rc = check(trio_clogged_half_close_clauses_, i == 1, make_clogged,
                       arg);
    }
    return rc;
}

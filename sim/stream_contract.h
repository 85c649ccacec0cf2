// What the clauses of the stream contract share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_STREAM_CONTRACT_H
#define TRIO_SIM_STREAM_CONTRACT_H

#include <trio/cancel_scope.h>
#include <trio/nursery.h>
#include <trio/stream_contract.h>

// The streams under examination, and what was found. The first finding stays;
// what a clause does after that does not matter.
struct contract {
    struct trio_stream *sender;
    struct trio_stream *receiver;
    trio_stream_maker make;
    void *arg;
    bool swapped;        // Sender and receiver are exchanged.
    const char *clause;  // Its name.
    const char *at;      // What was looked at last.
    const char *finding; // What was looked at when it was found broken.
    trio_status actual;
    trio_status wanted; // The same if the finding is not about a status.
    trio_status rc;     // TRIO_OK, TRIO_ECONTRACT, TRIO_ECANCELED, a maker's.
};

struct clause {
    const char *name;
    void (*check)(struct contract *contract);
};

// Each ends with a clause without a name.
extern const struct clause trio_one_way_clauses_[];
extern const struct clause trio_clogged_clauses_[];
extern const struct clause trio_two_way_clauses_[];
extern const struct clause trio_half_close_clauses_[];
extern const struct clause trio_clogged_half_close_clauses_[];

// One call, or a few, made by a task of its own.
struct act {
    trio_status (*call)(struct act *act);
    struct trio_stream *stream;
    size_t size;    // Of a flow: bytes in all.
    size_t chunk;   // Of a flow: most bytes in one call.
    uint64_t state; // Of a flow: what the sizes are drawn from.
    size_t length;  // What came of it.
    trio_status rc;
    bool done;
};

// Makes a fresh pair in place of the one there is.
TRIO_PARKS void trio_contract_renew_(struct contract *contract);

// Says what `actual` has to be, or one of two; or what has to be true.
void trio_expect_(struct contract *contract, trio_status actual,
                  trio_status wanted, const char *what);
void trio_expect_either_(struct contract *contract, trio_status actual,
                         trio_status wanted, trio_status allowed,
                         const char *what);
void trio_expect_that_(struct contract *contract, bool truth, const char *what);

// Lets all tasks come to their wait.
TRIO_PARKS void trio_contract_settle_(struct contract *contract);

// Starts an act and lets it come to its wait.
TRIO_PARKS void trio_act_begin_(struct contract *contract,
                                struct trio_nursery *nursery, struct act *act);

// The calls of acts: one byte sent; some received; a wait.
TRIO_CHECKPOINT trio_status trio_act_send_(struct act *act);
TRIO_CHECKPOINT trio_status trio_act_receive_(struct act *act);
TRIO_CHECKPOINT trio_status trio_act_wait_writable_(struct act *act);

// Receives until something else comes than data.
TRIO_CHECKPOINT trio_status trio_act_drain_(struct act *act);

// Sends, or receives and compares, `size` bytes, a random `chunk` at a time.
// TRIO_ECONTRACT: other bytes came.
TRIO_CHECKPOINT trio_status trio_act_send_flow_(struct act *act);
TRIO_CHECKPOINT trio_status trio_act_receive_flow_(struct act *act);

// Sends `size` bytes from one stream to another and looks at what comes.
TRIO_PARKS void trio_contract_transfer_(struct contract *contract,
                                        struct trio_stream *source,
                                        struct trio_stream *target, size_t size,
                                        size_t chunk);

// Closes one way or the other.
TRIO_PARKS void trio_contract_close_(struct contract *contract,
                                     struct trio_stream *stream,
                                     bool forcefully);

#endif // TRIO_SIM_STREAM_CONTRACT_H

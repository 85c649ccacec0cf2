// The stream contract: what every stream promises, as checks for any of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_STREAM_CONTRACT_H
#define TRIO_STREAM_CONTRACT_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>

// Both ends of a connection. If it goes both ways, either may be either.
struct trio_stream_ends {
    struct trio_stream *sender;
    struct trio_stream *receiver;
};

// Makes a fresh connection: a checkpoint, or not. The streams must stay until
// the next call, before which both have been closed, or until the check has
// returned. A status other than TRIO_OK ends the check.
//
//     static trio_status make_wires(void *arg, struct trio_stream_ends *ends)
//     {
//         struct trio_memory_stream *wires = arg;
//         trio_memory_stream_pair(&wires[0], &wires[1]);
//         ends->sender = &wires[0].stream;
//         ends->receiver = &wires[1].stream;
//         return TRIO_OK;
//     }
//
// and then, in a task,
//
//     struct trio_memory_stream wires[2];
//     rc = trio_check_half_closeable_stream(make_wires, NULL, wires);
//
// Another function, if there is one, makes connections that are clogged, in
// every direction that they have: sending a byte would wait until the peer has
// received what is on the way. NULL: such streams cannot be made.
typedef trio_status (*trio_stream_maker)(void *arg,
                                         struct trio_stream_ends *ret_ends);

TRIO_BEGIN_DECLS

// Checks, clause by clause and each with a connection of its own, that streams
// in one direction keep the contract of <trio/stream.h>. Works in the simulated
// world and in the real one; there must be no other task that keeps running.
//
//     rc = trio_check_one_way_stream(make_wires, NULL, wires);
//
// Checkpoint: always.
// Returns: TRIO_OK         they do.
//          TRIO_ECONTRACT  they do not; the newest record names the clause.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          other           what a maker returned.
TRIO_CHECKPOINT trio_status trio_check_one_way_stream(
    trio_stream_maker make, trio_stream_maker make_clogged, void *arg);

// Checks what trio_check_one_way_stream does, in both directions, and that the
// two do not disturb each other.
//
//     rc = trio_check_two_way_stream(make_wires, make_full_wires, wires);
//
// Checkpoint: always.
// Returns: as trio_check_one_way_stream.
TRIO_CHECKPOINT trio_status trio_check_two_way_stream(
    trio_stream_maker make, trio_stream_maker make_clogged, void *arg);

// Checks what trio_check_two_way_stream does, and trio_stream_send_eof.
//
// Checkpoint: always.
// Returns: as trio_check_one_way_stream.
TRIO_CHECKPOINT trio_status trio_check_half_closeable_stream(
    trio_stream_maker make, trio_stream_maker make_clogged, void *arg);

TRIO_END_DECLS

#endif // TRIO_STREAM_CONTRACT_H

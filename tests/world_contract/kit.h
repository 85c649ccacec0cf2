// Calls to the seam as the clauses make them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_WORLD_CONTRACT_KIT_H
#define TESTS_WORLD_CONTRACT_KIT_H

#include <trio/trio.h>

#include "tests/world_contract/contract.h"

// The net table of the current run, and its context, which comes first in each
// call: `net()->close(context(), handle, false)`.
const struct trio_net *net(void);
void *context(void);

// Opens a socket that is bound to `text`.
trio_handle open_at(const char *text, enum trio_socket_type type);

struct trio_address own_address(trio_handle handle);

// Both ends of a connection over the network.
struct ends {
    trio_handle near;
    trio_handle far;
};

TRIO_PARKS struct ends connect_ends(const struct world_traits *traits);
void close_ends(const struct ends *ends);

// Calls until it is not TRIO_EWOULDBLOCK, waiting in between.
TRIO_CHECKPOINT trio_status receive_some(trio_handle handle, void *data,
                                         size_t size, size_t *ret_length);
TRIO_CHECKPOINT trio_status send_some(trio_handle handle, const void *data,
                                      size_t size, size_t *ret_length);
TRIO_CHECKPOINT trio_status accept_one(trio_handle listener,
                                       trio_handle *ret_handle,
                                       struct trio_address *ret_peer);
TRIO_CHECKPOINT trio_status connect_to(trio_handle handle,
                                       const struct trio_address *address);

// Receives what has to be `text`, all at once.
TRIO_PARKS void expect(trio_handle handle, const char *text);

// Sends `text`, which has to fit.
TRIO_PARKS void say(trio_handle handle, const char *text);

#endif // TESTS_WORLD_CONTRACT_KIT_H

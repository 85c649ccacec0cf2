// Clients that share a pool.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_TUTORIAL_CLIENTS_H
#define EXAMPLES_TUTORIAL_CLIENTS_H

#include "examples/tutorial/pool.h"

// Has up to three clients ask something each. Who has no answer in time does
// without.
TRIO_CHECKPOINT trio_status run_clients(struct pool *pool, size_t count);

#endif // EXAMPLES_TUTORIAL_CLIENTS_H

// The answer to one question: of the system's resolver, or of whoever is set in
// its place.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_ANSWER_H
#define TRIO_IO_NET_ANSWER_H

#include <trio/backend.h>
#include <trio/resolve.h>

// Looks up the addresses of `lookup->host`, each once, or, if `backwards`, the
// name of the first of its addresses. `resolver`, unless it is NULL or cannot,
// is asked in place of the system's. TRIO_OK: the answer is in `lookup`, and
// its status says what it is.
TRIO_CHECKPOINT trio_status trio_answer_(struct trio_lookup *lookup,
                                         bool backwards,
                                         const struct trio_resolver *resolver);

#endif // TRIO_IO_NET_ANSWER_H

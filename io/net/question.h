// Questions to the resolver: each is asked once at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_QUESTION_H
#define TRIO_IO_NET_QUESTION_H

#include <trio/backend.h>

// Asks for the addresses of `lookup->host`, or, if `backwards`, for the name of
// the first of its addresses; joins who asks the same already. TRIO_OK: the
// answer is in `lookup`, and its status says what it is. Otherwise there is
// none: TRIO_ECANCELED, TRIO_ENOMEM.
TRIO_CHECKPOINT trio_status trio_question_ask_(struct trio_lookup *lookup,
                                               bool backwards);

#endif // TRIO_IO_NET_QUESTION_H

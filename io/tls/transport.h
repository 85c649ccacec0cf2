// Moving bytes between the buffers and the transport.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_TRANSPORT_H
#define TRIO_IO_TLS_TRANSPORT_H

#include <trio/tls.h>

// Waits for the progress of the task that does what this one wanted to do.
//
// Returns: TRIO_OK, TRIO_ECANCELED
TRIO_CHECKPOINT trio_status trio_tls_await_(struct trio_tls_stream *tls);

// Wakes who waits for progress.
void trio_tls_progress_(struct trio_tls_stream *tls);

// Receives something into the buffer, or lets another task do so. Returns at
// once if there is something in it.
//
// Returns: TRIO_OK, also if nothing came; what the transport returned.
TRIO_CHECKPOINT trio_status trio_tls_fill_(struct trio_tls_stream *tls);

// Sends all that was written. What the transport has not taken when it fails,
// or when this is cancelled, stays for the next time.
//
// Returns: TRIO_OK, what the transport returned.
TRIO_CHECKPOINT trio_status trio_tls_flush_(struct trio_tls_stream *tls);

// Calls `fn(tls)`, which sends, for a second at most.
//
// Returns: TRIO_OK         whether it succeeded or not.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status
trio_tls_last_words_(struct trio_tls_stream *tls,
                     trio_status (*fn)(struct trio_tls_stream *tls));

#endif // TRIO_IO_TLS_TRANSPORT_H

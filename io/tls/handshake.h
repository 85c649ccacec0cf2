// The handshake, once for all who need it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_HANDSHAKE_H
#define TRIO_IO_TLS_HANDSHAKE_H

#include <trio/tls.h>

// Says whether the stream can be used.
//
// Returns: TRIO_OK, TRIO_ECLOSED, TRIO_EBROKEN
TRIO_MUST_USE trio_status trio_tls_state_(const struct trio_tls_stream *tls);

// Does what remains of the handshake, or waits until another task has done it.
// Returns at once when it is done.
//
// Returns: as trio_tls_handshake.
TRIO_CHECKPOINT trio_status trio_tls_shake_(struct trio_tls_stream *tls);

// A task begins to use the stream. What the stream holds is given back when it
// was closed and the last one has left.
void trio_tls_enter_(struct trio_tls_stream *tls);
void trio_tls_leave_(struct trio_tls_stream *tls);

#endif // TRIO_IO_TLS_HANDSHAKE_H

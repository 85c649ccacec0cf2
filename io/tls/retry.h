// What OpenSSL needs before a call that could not be done is made again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_RETRY_H
#define TRIO_IO_TLS_RETRY_H

#include <trio/tls.h>

// After a call that writes, or does the handshake, and returned `result`: sends
// what there is and receives what is missing.
//
// Returns: TRIO_OK, also if the stream was closed meanwhile; TRIO_EBROKEN at
//          the peer's end; as trio_tls_failed_; what the transport returned.
TRIO_CHECKPOINT trio_status trio_tls_retry_write_(struct trio_tls_stream *tls,
                                                  int result);

// After a call that reads. Only an answer to the peer that there is no room for
// has to be sent first.
//
// Returns: TRIO_OK, if the stream can be used; as trio_tls_cut_ at the peer's
//          end; as trio_tls_failed_, trio_tls_state_; what the transport
//          returned.
TRIO_CHECKPOINT trio_status trio_tls_retry_read_(struct trio_tls_stream *tls,
                                                 int result);

#endif // TRIO_IO_TLS_RETRY_H

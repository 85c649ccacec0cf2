// Ways to end a TLS stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_CLOSE_H
#define TRIO_IO_TLS_CLOSE_H

#include <trio/tls.h>

// Says goodbye, if that was not done, and sends it. For who has the sending
// half, after the handshake.
TRIO_CHECKPOINT trio_status trio_tls_end_(struct trio_tls_stream *tls);

TRIO_CHECKPOINT trio_status trio_tls_close_(struct trio_stream *stream);
void trio_tls_close_forcefully_(struct trio_stream *stream);

#endif // TRIO_IO_TLS_CLOSE_H

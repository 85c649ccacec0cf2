// What went wrong in OpenSSL, said as a status and in one line.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_FAILURE_H
#define TRIO_IO_TLS_FAILURE_H

#include <openssl/err.h>
#include <trio/tls.h>

// Forgets the errors of earlier calls, which OpenSSL would take for those of
// the next one. Clearing the queue costs some per cent of a record, also if it
// is empty; looking into it does not.
static inline void trio_tls_clear_errors_(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

// The peer as records name it: by the host that was asked for, if there is one.
const char *trio_tls_peer_name_(const struct trio_tls_stream *tls);

// The last call of OpenSSL failed for good: the stream is broken, and the peer
// is told why. Returns the status, with a record.
TRIO_PARKS TRIO_MUST_USE trio_status
trio_tls_failed_(struct trio_tls_stream *tls);

// The transport has ended before TLS has. Returns TRIO_EBROKEN with a record;
// TRIO_EEND if that is how connections of this kind end.
TRIO_MUST_USE trio_status trio_tls_cut_(struct trio_tls_stream *tls);

// A context could not be made because of `what`, a file or an option. Returns
// the status, with a record.
TRIO_MUST_USE trio_status trio_tls_context_failed_(const char *what);

#endif // TRIO_IO_TLS_FAILURE_H

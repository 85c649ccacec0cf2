// The buffers between OpenSSL and the transport.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_BUFFERS_H
#define TRIO_IO_TLS_BUFFERS_H

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <trio/tls.h>

enum {
    // What a record can become: 16 KiB, a header, and what authenticates it;
    // and an answer to the peer that has to go before it.
    TLS_RECORD_ROOM = 17 * 1024,
    TLS_ALERT_ROOM = 1024,
    TLS_IN_SIZE = TLS_RECORD_ROOM,
    TLS_OUT_SIZE = 2 * TLS_RECORD_ROOM
};

static inline unsigned char *trio_tls_in_(const struct trio_tls_stream *tls)
{
    return tls->buffers;
}

static inline unsigned char *trio_tls_out_(const struct trio_tls_stream *tls)
{
    return tls->buffers + TLS_IN_SIZE;
}

// Returns how much OpenSSL can write. What is being sent does not move.
static inline size_t trio_tls_room_(const struct trio_tls_stream *tls)
{
    return TLS_OUT_SIZE - (tls->out_end - (tls->flushing ? 0 : tls->out_start));
}

// Makes what tells OpenSSL how to read and write buffers; NULL if there is no
// memory. The caller frees it.
BIO_METHOD *trio_tls_make_method_(void);

// Has OpenSSL read and write the buffers of `tls`, which must have an SSL;
// false if there is no memory.
bool trio_tls_connect_buffers_(struct trio_tls_stream *tls);

#endif // TRIO_IO_TLS_BUFFERS_H

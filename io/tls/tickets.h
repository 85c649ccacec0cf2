// What a client needs to resume: the newest ticket of each host.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_TLS_TICKETS_H
#define TRIO_IO_TLS_TICKETS_H

#include <openssl/ssl.h>
#include <trio/tls.h>

// Has the context keep the tickets of its clients; false if there is no
// memory.
bool trio_tls_tickets_open_(struct trio_tls_context *context);
void trio_tls_tickets_close_(struct trio_tls_context *context);

// Has the stream, which has an SSL, use the ticket of its host, if there is
// one.
void trio_tls_tickets_resume_(const struct trio_tls_stream *tls);

#endif // TRIO_IO_TLS_TICKETS_H

// A host's place is that of its last ticket, or else the one that was filled
// longest ago. A ticket of TLS 1.3 is used once, so that nobody on the way can
// tell two connections to be of the same client; each brings new ones.
// OpenSSL's SSL_SESSION is a ticket and what belongs to it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/tickets.h"

#include <string.h>

#include <openssl/crypto.h>

enum { HOSTS_MAX = 64 };

struct entry {
    char host[TRIO_TLS_HOST_MAX];
    SSL_SESSION *ticket; // NULL: none.
};

struct trio_tls_tickets {
    struct entry entries[HOSTS_MAX];
    size_t next; // Is filled next, by a host that has no place.
};

static struct entry *find(struct trio_tls_tickets *tickets, const char *host)
{
    for (size_t i = 0; i < HOSTS_MAX; i++)
        if (strcmp(tickets->entries[i].host, host) == 0)
            return &tickets->entries[i];
    return NULL;
}

static void clear(struct entry *entry)
{
    SSL_SESSION_free(entry->ticket);
    entry->ticket = NULL;
}

// Returns 1 if it keeps the ticket.
static int keep(SSL *ssl, SSL_SESSION *ticket)
{
    const struct trio_tls_stream *tls = SSL_get_app_data(ssl);

    if (tls == NULL || tls->host[0] == '\0')
        return 0;
    struct trio_tls_tickets *tickets = tls->context->tickets;
    struct entry *entry = find(tickets, tls->host);
    if (entry == NULL) {
        entry = &tickets->entries[tickets->next];
        tickets->next = (tickets->next + 1) % HOSTS_MAX;
        memcpy(entry->host, tls->host, sizeof(entry->host));
    }
    clear(entry);
    entry->ticket = ticket;
    return 1;
}

bool trio_tls_tickets_open_(struct trio_tls_context *context)
{
    context->tickets = OPENSSL_zalloc(sizeof(*context->tickets));
    if (context->tickets == NULL)
        return false;
    SSL_CTX_set_session_cache_mode(
        context->ssl_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context->ssl_ctx, keep);
    return true;
}

void trio_tls_tickets_close_(struct trio_tls_context *context)
{
    if (context->tickets == NULL)
        return;
    for (size_t i = 0; i < HOSTS_MAX; i++)
        clear(&context->tickets->entries[i]);
    OPENSSL_free(context->tickets);
    context->tickets = NULL;
}

void trio_tls_tickets_resume_(const struct trio_tls_stream *tls)
{
    if (tls->context->tickets == NULL || tls->host[0] == '\0')
        return;
    struct entry *entry = find(tls->context->tickets, tls->host);
    if (entry == NULL || entry->ticket == NULL)
        return;
    bool once =
        SSL_SESSION_get_protocol_version(entry->ticket) >= TLS1_3_VERSION;
    // If it cannot be resumed, the handshake is a full one.
    (void)SSL_set_session(tls->ssl, entry->ticket);
    if (once)
        clear(entry);
}

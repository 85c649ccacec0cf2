// OpenSSL never sees the transport. It reads what came and writes what is to
// go, and where there is nothing, or no room, it is told to try again. So none
// of its calls waits, and what a peer can make us hold is bounded by the size
// of the buffers.
//
// Both are plain: what came is all read before more is asked for, so it always
// begins anew. What is to go is moved to the front when room is needed, but not
// while the transport has it in its hands.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/buffers.h"

#include <string.h>

#include <openssl/bio.h>

static int read_buffer(BIO *bio, char *data, int size)
{
    struct trio_tls_stream *tls = BIO_get_data(bio);
    size_t length = tls->in_end - tls->in_start;

    BIO_clear_retry_flags(bio);
    if (length == 0 || size <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if (length > (size_t)size)
        length = (size_t)size;
    memcpy(data, trio_tls_in_(tls) + tls->in_start, length);
    tls->in_start += length;
    return (int)length;
}

static void move_to_front(struct trio_tls_stream *tls)
{
    unsigned char *out = trio_tls_out_(tls);

    if (tls->flushing || tls->out_start == 0)
        return;
    memmove(out, out + tls->out_start, tls->out_end - tls->out_start);
    tls->out_end -= tls->out_start;
    tls->out_start = 0;
}

static int write_buffer(BIO *bio, const char *data, int size)
{
    struct trio_tls_stream *tls = BIO_get_data(bio);
    size_t length = trio_tls_room_(tls);

    BIO_clear_retry_flags(bio);
    if (tls->sent_eof) // Nothing comes after the goodbye: not even answers.
        return size;
    if (length == 0 || size <= 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    if (length > (size_t)size)
        length = (size_t)size;
    if (tls->out_end + length > TLS_OUT_SIZE)
        move_to_front(tls);
    memcpy(trio_tls_out_(tls) + tls->out_end, data, length);
    tls->out_end += length;
    return (int)length;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH; // It is as far as it gets.
}

static int create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *trio_tls_make_method_(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "trio stream");

    if (method == NULL)
        return NULL;
    BIO_meth_set_read(method, read_buffer);
    BIO_meth_set_write(method, write_buffer);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
    return method;
}

bool trio_tls_connect_buffers_(struct trio_tls_stream *tls)
{
    BIO *bio = BIO_new(tls->context->method);

    if (bio == NULL)
        return false;
    BIO_set_data(bio, tls);
    SSL_set_bio(tls->ssl, bio, bio);
    return true;
}

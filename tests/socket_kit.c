// As tests/sockets.c has them for streams.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/socket_kit.h"

#include "tests/check.h"
#include "tests/sockets.h"

struct trio_socket open_bound(const char *address, enum trio_socket_type type)
{
    struct trio_address parsed;
    struct trio_socket socket;

    REQUIRE(trio_address_parse(address, &parsed) == TRIO_OK);
    REQUIRE(trio_socket_open(parsed.family, type, &socket) == TRIO_OK);
    REQUIRE(trio_socket_bind(&socket, &parsed) == TRIO_OK);
    return socket;
}

struct trio_address address_of(const struct trio_socket *socket)
{
    struct trio_address address;

    REQUIRE(trio_socket_local_address(socket, &address) == TRIO_OK);
    return address;
}

static trio_status only_cancellation(struct socket_transfer *transfer)
{
    transfer->done = true;
    return transfer->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

trio_status socket_receive_once(void *arg)
{
    struct socket_transfer *transfer = arg;

    transfer->rc = trio_socket_receive(transfer->socket, transfer->data,
                                       transfer->size, &transfer->length);
    return only_cancellation(transfer);
}

trio_status socket_send_once(void *arg)
{
    struct socket_transfer *transfer = arg;

    transfer->rc = trio_socket_send(transfer->socket, transfer->data,
                                    transfer->size, &transfer->length);
    return only_cancellation(transfer);
}

size_t socket_fill(struct trio_socket *socket, size_t size)
{
    static char zeros[64 * 1024];
    size_t count = 0;

    REQUIRE(size <= sizeof(zeros));
    for (;; count++) {
        struct socket_transfer transfer = {
            .socket = socket, .data = zeros, .size = size};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(
            trio_nursery_start_soon(&nursery, socket_send_once, &transfer));
        settle();
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        if (transfer.rc != TRIO_OK)
            return count;
    }
}

// The clauses look at what the calls return; here is only how to wait.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/world_contract/kit.h"
#include "tests/check.h"
#include "tests/world_contract/contract.h"

const struct trio_net *net(void)
{
    return trio_run_world()->net;
}

void *context(void)
{
    return trio_run_world()->context;
}

trio_handle open_at(const char *text, enum trio_socket_type type)
{
    struct trio_address address;
    trio_handle handle = TRIO_HANDLE_NONE;

    REQUIRE(trio_address_parse(text, &address) == TRIO_OK);
    CHECK_OK(net()->open(context(), address.family, type, &handle));
    CHECK_OK(net()->bind(context(), handle, &address));
    return handle;
}

struct trio_address own_address(trio_handle handle)
{
    struct trio_address address = {.port = 0};

    CHECK_OK(net()->local_address(context(), handle, &address));
    return address;
}

trio_status receive_some(trio_handle handle, void *data, size_t size,
                         size_t *ret_length)
{
    trio_status rc;

    while ((rc = net()->receive(context(), handle, data, size, ret_length)) ==
           TRIO_EWOULDBLOCK) {
        rc = trio_wait_readable(handle);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

trio_status send_some(trio_handle handle, const void *data, size_t size,
                      size_t *ret_length)
{
    trio_status rc;

    while ((rc = net()->send(context(), handle, data, size, ret_length)) ==
           TRIO_EWOULDBLOCK) {
        rc = trio_wait_writable(handle);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

trio_status accept_one(trio_handle listener, trio_handle *ret_handle,
                       struct trio_address *ret_peer)
{
    trio_status rc;

    while ((rc = net()->accept(context(), listener, ret_handle, ret_peer)) ==
           TRIO_EWOULDBLOCK) {
        rc = trio_wait_readable(listener);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

trio_status connect_to(trio_handle handle, const struct trio_address *address)
{
    trio_status rc = net()->connect(context(), handle, address);

    while (rc == TRIO_EWOULDBLOCK) {
        rc = trio_wait_writable(handle);
        if (rc == TRIO_OK)
            rc = net()->connect_result(context(), handle);
    }
    return rc;
}

struct ends connect_ends(const struct world_traits *traits)
{
    trio_handle listener = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(listener), peer;
    struct ends ends = {TRIO_HANDLE_NONE, TRIO_HANDLE_NONE};

    CHECK_OK(net()->listen(context(), listener, 1));
    CHECK_OK(
        net()->open(context(), address.family, TRIO_SOCKET_STREAM, &ends.near));
    CHECK_OK(connect_to(ends.near, &address));
    CHECK_OK(accept_one(listener, &ends.far, &peer));
    net()->close(context(), listener, false);
    return ends;
}

void close_ends(const struct ends *ends)
{
    net()->close(context(), ends->near, true);
    net()->close(context(), ends->far, true);
}

void expect(trio_handle handle, const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(receive_some(handle, data, sizeof(data) - 1, &length));
    CHECK_EQ(length, strlen(text));
    CHECK_STRING(data, text);
}

void say(trio_handle handle, const char *text)
{
    size_t length = 0;

    CHECK_OK(send_some(handle, text, strlen(text), &length));
    CHECK_EQ(length, strlen(text));
}

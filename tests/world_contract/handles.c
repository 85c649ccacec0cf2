// Clauses about handles: what is not open, what is adopted, released, passed
// on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

// Every call on what is no handle, or none any more.
static void check_unknown(trio_handle handle)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4};
    struct trio_message message = {.buffer_count = 0};
    enum trio_address_family family;
    enum trio_socket_type type;
    struct trio_descriptor descriptor;
    trio_handle other;
    char byte = 0;
    size_t length;
    uint64_t sent;
    int value;

    CHECK_STATUS(net()->bind(context(), handle, &address), TRIO_EBADHANDLE);
    CHECK_STATUS(net()->listen(context(), handle, 1), TRIO_EBADHANDLE);
    CHECK_STATUS(net()->accept(context(), handle, &other, &address),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->connect(context(), handle, &address), TRIO_EBADHANDLE);
    CHECK_STATUS(net()->connect_result(context(), handle), TRIO_EBADHANDLE);
    CHECK_STATUS(net()->receive(context(), handle, &byte, 1, &length),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->send(context(), handle, &byte, 1, &length),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->receive_message(context(), handle, &message),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->send_message(context(), handle, &message, &length),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->send_file(context(), handle, 0, 0, 1, &sent),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->shutdown_send(context(), handle), TRIO_EBADHANDLE);
    CHECK_STATUS(
        net()->set_option(context(), handle, TRIO_SOCKET_KEEP_ALIVE, 1),
        TRIO_EBADHANDLE);
    CHECK_STATUS(
        net()->get_option(context(), handle, TRIO_SOCKET_KEEP_ALIVE, &value),
        TRIO_EBADHANDLE);
    CHECK_STATUS(net()->set_member(context(), handle, &address, 0, true),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->local_address(context(), handle, &address),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->peer_address(context(), handle, &address),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->adopt(context(), handle, &family, &type),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(net()->adopt_descriptor(context(), handle, &descriptor),
                 TRIO_EBADHANDLE);
    net()->release(context(), handle);
    net()->close(context(), handle, false);
    net()->close(context(), handle, true);
}

static TRIO_PARKS void knows_its_own(const struct world_traits *traits)
{
    trio_handle handle = open_at(traits->address, TRIO_SOCKET_STREAM);

    net()->close(context(), handle, false);
    check_unknown(handle);
    check_unknown(TRIO_HANDLE_NONE);
    check_unknown(INTPTR_MAX);
}

static TRIO_PARKS void makes_pairs(const struct world_traits *traits)
{
    for (int i = 0; i < 2; i++) {
        enum trio_socket_type type =
            i == 0 ? TRIO_SOCKET_STREAM : TRIO_SOCKET_DATAGRAM;
        trio_handle ends[2];
        trio_status rc = net()->pair(context(), type, ends);
        if (!traits->has_local) {
            CHECK_STATUS(rc, TRIO_ENOTSUP);
            continue;
        }
        CHECK_OK(rc);
        say(ends[0], "there");
        expect(ends[1], "there");
        say(ends[1], "back");
        expect(ends[0], "back");
        net()->close(context(), ends[0], false);
        net()->close(context(), ends[1], false);
    }
}

static TRIO_PARKS void gives_and_takes(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    enum trio_address_family family;
    enum trio_socket_type type;
    size_t length;

    CHECK_STATUS(net()->adopt(context(), ends.near, &family, &type),
                 TRIO_EBUSY);
    say(ends.far, "kept");
    net()->release(context(), ends.near);
    CHECK_STATUS(net()->send(context(), ends.near, "x", 1, &length),
                 TRIO_EBADHANDLE);
    CHECK_OK(net()->adopt(context(), ends.near, &family, &type));
    CHECK_EQ(family, own_address(ends.near).family);
    CHECK_EQ(type, TRIO_SOCKET_STREAM);
    expect(ends.near, "kept");
    close_ends(&ends);
}

static TRIO_CHECKPOINT trio_status wait_for(void *arg)
{
    return trio_wait_readable(*(const trio_handle *)arg);
}

static TRIO_PARKS void takes_nothing_away(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    enum trio_address_family family;
    enum trio_socket_type type;
    struct trio_nursery nursery;

    net()->release(context(), ends.near);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_for, &ends.near));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(net()->adopt(context(), ends.near, &family, &type),
                 TRIO_EBUSY);
    say(ends.far, "for it");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(net()->adopt(context(), ends.near, &family, &type));
    expect(ends.near, "for it");
    close_ends(&ends);
}

// Sends [0] of a pair over another one, and what arrives is used in its place.
static TRIO_PARKS void passes_on(const struct world_traits *traits)
{
    trio_handle carrier[2], passed[2], arrived[4];
    enum trio_address_family family;
    enum trio_socket_type type;
    char byte = 'x';
    struct trio_buffer buffer = {&byte, 1};
    struct trio_message message = {.buffers = &buffer,
                                   .buffer_count = 1,
                                   .handles = passed,
                                   .handle_count = 1};
    size_t length;

    if (!traits->has_local)
        return;
    CHECK_OK(net()->pair(context(), TRIO_SOCKET_STREAM, carrier));
    CHECK_OK(net()->pair(context(), TRIO_SOCKET_STREAM, passed));
    CHECK_OK(net()->send_message(context(), carrier[0], &message, &length));
    net()->close(context(), passed[0], false); // It goes on.
    message.handles = arrived;
    message.handle_count = COUNT(arrived);
    CHECK_OK(trio_wait_readable(carrier[1]));
    CHECK_OK(net()->receive_message(context(), carrier[1], &message));
    CHECK_EQ(message.handle_count, 1);
    CHECK_OK(net()->adopt(context(), arrived[0], &family, &type));
    say(arrived[0], "through");
    expect(passed[1], "through");
    net()->close(context(), arrived[0], false);
    CHECK_STATUS(receive_some(passed[1], &byte, 1, &length), TRIO_EEND);
    net()->close(context(), passed[1], false);
    net()->close(context(), carrier[0], false);
    net()->close(context(), carrier[1], false);
}

static TRIO_PARKS void has_pipes(const struct world_traits *traits)
{
    trio_handle ends[2];
    char byte;
    size_t length;
    trio_status rc = net()->open_pipe(context(), ends);

    if (!traits->has_pipes) {
        CHECK_STATUS(rc, TRIO_ENOTSUP);
        return;
    }
    CHECK_OK(rc);
    CHECK_STATUS(net()->receive(context(), ends[0], &byte, 1, &length),
                 TRIO_EWOULDBLOCK);
    say(ends[1], "down");
    expect(ends[0], "down");
    net()->close(context(), ends[1], false);
    CHECK_STATUS(receive_some(ends[0], &byte, 1, &length), TRIO_EEND);
    net()->close(context(), ends[0], false);
    CHECK_OK(net()->open_pipe(context(), ends));
    net()->close(context(), ends[0], false);
    CHECK_STATUS(send_some(ends[1], "x", 1, &length), TRIO_EBROKEN);
    net()->close(context(), ends[1], false);
}

const struct world_clause world_handle_clauses[] = {
    {"what is not open is told from what is", knows_its_own},
    {"pairs are connected", makes_pairs},
    {"handles are given away and taken over", gives_and_takes},
    {"what somebody waits for is not taken over", takes_nothing_away},
    {"handles go over local sockets", passes_on},
    {"pipes go one way", has_pipes},
    {NULL, NULL}};

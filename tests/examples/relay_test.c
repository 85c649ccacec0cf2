// Relays: whoever is cut off on one side is cut off on the other, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/relay/relay.h"
#include "tests/check.h"
#include "tests/sockets.h"
#include "tests/tls/kit.h"

struct kit {
    struct trio_memory_stream near, far;
    struct tls_pair tls; // Over these; its server is the relay's client.
    struct trio_tcp_listener listener;
    struct trio_tcp_stream target;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status relay_task(void *arg)
{
    struct kit *kit = arg;

    kit->rc = relay(&kit->tls.server.stream, &kit->listener.address);
    return trio_stream_close(&kit->tls.server.stream);
}

static TRIO_PARKS void open_kit(struct kit *kit, struct trio_nursery *nursery)
{
    trio_memory_stream_pair(&kit->near, &kit->far);
    CHECK_OK(open_tls(&kit->tls, contexts_of(TRIO_TLS_1_3), &kit->near.stream,
                      &kit->far.stream));
    CHECK_OK(shake_hands(&kit->tls));
    kit->listener = open_listener();
    CHECK_OK(trio_nursery_start_soon(nursery, relay_task, kit));
    CHECK_OK(trio_tcp_accept(&kit->listener, &kit->target));
}

static void close_kit(struct kit *kit)
{
    drop_tls(&kit->tls);
    trio_stream_close_forcefully(&kit->target.stream);
    trio_listener_close(&kit->listener.listener);
}

static TRIO_PARKS void say(struct trio_stream *from, struct trio_stream *to)
{
    char byte = 0;
    size_t length = 0;

    CHECK_OK(trio_stream_send_all(from, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(to, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
}

static TRIO_CHECKPOINT trio_status meet_end(struct trio_stream *stream)
{
    char byte;
    size_t length;

    return trio_stream_receive_some(stream, &byte, 1, &length);
}

TEST_REAL(relay, an_end_is_an_end_on_the_other_side)
{
    struct kit kit;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    open_kit(&kit, &nursery);
    say(&kit.target.stream, &kit.tls.client.stream);
    CHECK_OK(trio_stream_close(&kit.target.stream));
    CHECK_STATUS(meet_end(&kit.tls.client.stream), TRIO_EEND);
    CHECK_OK(trio_stream_close(&kit.tls.client.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(kit.rc);
    close_kit(&kit);
}

TEST_REAL(relay, a_target_that_is_cut_off_has_not_ended)
{
    struct kit kit;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    open_kit(&kit, &nursery);
    say(&kit.target.stream, &kit.tls.client.stream);
    trio_stream_close_forcefully(&kit.target.stream);
    CHECK_STATUS(meet_end(&kit.tls.client.stream), TRIO_EBROKEN);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(kit.rc, TRIO_EBROKEN);
    close_kit(&kit);
}

TEST_REAL(relay, a_client_that_is_cut_off_has_not_ended)
{
    struct kit kit;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    open_kit(&kit, &nursery);
    say(&kit.tls.client.stream, &kit.target.stream);
    CHECK_OK(trio_stream_close(&kit.near.stream)); // Without a goodbye.
    CHECK_STATUS(meet_end(&kit.target.stream), TRIO_EBROKEN);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(kit.rc, TRIO_EBROKEN);
    close_kit(&kit);
}

// TLS streams keep the stream contract, over whatever stream: also over
// themselves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/stream_contract.h>

#include <trio/lockstep_stream.h>
#include <trio/sim_net.h>

#include "tests/check.h"
#include "tests/sockets.h"
#include "tests/tls/kit.h"

struct kit {
    enum trio_tls_version version;
    struct trio_memory_stream memory[2];
    struct trio_lockstep_stream lockstep[2];
    struct pair tcp;
    struct tls_pair inner;
    struct tls_pair tls;
};

static TRIO_CHECKPOINT trio_status make_tls(struct kit *kit,
                                            struct tls_pair *pair,
                                            struct trio_stream *near,
                                            struct trio_stream *far)
{
    trio_status rc = open_tls(pair, contexts_of(kit->version), near, far);

    return rc == TRIO_OK ? shake_hands(pair) : rc;
}

static TRIO_CHECKPOINT trio_status make_over(struct kit *kit,
                                             struct trio_stream *near,
                                             struct trio_stream *far,
                                             struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_tls(kit, &kit->tls, near, far);

    ret_ends->sender = &kit->tls.client.stream;
    ret_ends->receiver = &kit->tls.server.stream;
    return rc;
}

static TRIO_CHECKPOINT trio_status
make_over_memory(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_memory_stream_pair(&kit->memory[0], &kit->memory[1]);
    return make_over(kit, &kit->memory[0].stream, &kit->memory[1].stream,
                     ret_ends);
}

static TRIO_CHECKPOINT trio_status
make_over_lockstep(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_lockstep_stream_pair(&kit->lockstep[0], &kit->lockstep[1]);
    return make_over(kit, &kit->lockstep[0].stream, &kit->lockstep[1].stream,
                     ret_ends);
}

// The server of one is the client of the other.
static TRIO_CHECKPOINT trio_status make_twice(struct kit *kit,
                                              struct trio_stream *near,
                                              struct trio_stream *far,
                                              struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_tls(kit, &kit->inner, near, far);

    if (rc != TRIO_OK)
        return rc;
    return make_over(kit, &kit->inner.server.stream, &kit->inner.client.stream,
                     ret_ends);
}

static TRIO_CHECKPOINT trio_status
make_over_tls(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_memory_stream_pair(&kit->memory[0], &kit->memory[1]);
    return make_twice(kit, &kit->memory[0].stream, &kit->memory[1].stream,
                      ret_ends);
}

static TRIO_CHECKPOINT trio_status
make_over_tls_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_lockstep_stream_pair(&kit->lockstep[0], &kit->lockstep[1]);
    return make_twice(kit, &kit->lockstep[0].stream, &kit->lockstep[1].stream,
                      ret_ends);
}

static TRIO_CHECKPOINT trio_status
make_over_tcp(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    open_pair(&kit->tcp);
    return make_over(kit, &kit->tcp.near.stream, &kit->tcp.far.stream,
                     ret_ends);
}

static TRIO_CHECKPOINT trio_status
make_over_tcp_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_over_tcp(arg, ret_ends);

    if (rc == TRIO_OK) {
        fill(ret_ends->sender);
        fill(ret_ends->receiver);
    }
    return rc;
}

static TRIO_PARKS void check_kept(enum trio_tls_version version,
                                  trio_stream_maker make,
                                  trio_stream_maker make_clogged)
{
    struct kit kit = {.version = version};
    trio_status rc = trio_check_half_closeable_stream(make, make_clogged, &kit);

    if (!CHECK_OK(rc) && trio_error_find(rc) != NULL)
        CHECK_STRING(trio_error_find(rc)->text, "");
}

// S64
TEST_ONCE(tls_contract, is_kept_over_memory)
{
    check_kept(TRIO_TLS_1_3, make_over_memory, make_over_lockstep);
    check_kept(TRIO_TLS_1_2, make_over_memory, make_over_lockstep);
}

// S64
TEST_ONCE(tls_contract, is_kept_over_tls)
{
    check_kept(TRIO_TLS_1_3, make_over_tls, make_over_tls_clogged);
}

// The same over the simulated network, over a link that takes time.
// S64
TEST_ONCE(tls_contract, is_kept_over_simulated_tcp)
{
    struct trio_sim_host *home = trio_sim_host_home();

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    check_kept(TRIO_TLS_1_3, make_over_tcp, make_over_tcp_clogged);
    check_kept(TRIO_TLS_1_2, make_over_tcp, make_over_tcp_clogged);
}

// S64
TEST_REAL(tls_contract, is_kept_over_tcp)
{
    check_kept(TRIO_TLS_1_3, make_over_tcp, make_over_tcp_clogged);
    check_kept(TRIO_TLS_1_2, make_over_tcp, make_over_tcp_clogged);
}

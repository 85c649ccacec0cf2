// TLS streams in all weather: whatever goes wrong below some of them, nothing
// of them is left, and once it is over the next ones keep the stream contract.
//
// OpenSSL has all the memory that it asks for; see weather_scenario.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/sim_net.h>

#include "tests/streams/ends.h"
#include "tests/streams/weather.h"
#include "tests/tls/kit.h"

struct tls_kit {
    struct ends_kit below;
    struct tls_pair tls;
};

// Made before there is a run, in which nothing may be read.
__attribute__((constructor)) static void make_contexts(void)
{
    contexts_of(TRIO_TLS_1_3);
}

static TRIO_CHECKPOINT trio_status
shake_hands_over(struct tls_pair *tls, const struct trio_stream_ends *below)
{
    trio_status rc = open_tls(tls, contexts_of(TRIO_TLS_1_3), below->sender,
                              below->receiver);

    if (rc != TRIO_OK)
        return rc;
    rc = shake_hands(tls);
    if (rc != TRIO_OK)
        drop_tls(tls);
    return rc;
}

static TRIO_CHECKPOINT trio_status make_tls(void *arg,
                                            struct trio_stream_ends *ret_ends)
{
    struct tls_kit *kit = arg;
    struct trio_stream_ends below;
    trio_status rc = make_tcp(&kit->below, &below);

    if (rc != TRIO_OK)
        return rc;
    rc = shake_hands_over(&kit->tls, &below);
    if (rc != TRIO_OK) {
        trio_stream_close_forcefully(below.sender);
        trio_stream_close_forcefully(below.receiver);
    }
    ret_ends->sender = &kit->tls.client.stream;
    ret_ends->receiver = &kit->tls.server.stream;
    return rc;
}

static TRIO_CHECKPOINT trio_status
make_tls_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    return clog_ends(ret_ends, true, make_tls(arg, ret_ends));
}

TRIO_SCENARIO(tls_over_a_link_keeps_the_contract, .no_cancel_sweep = true,
              .no_malloc_failures = true)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct tls_kit kit;

    (void)arg;
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc != TRIO_OK)
        return rc;
    return keep_in_all_weather(trio_check_half_closeable_stream, make_tls,
                               make_tls_clogged, &kit);
}

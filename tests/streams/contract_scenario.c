// The stream contract in all weather: whatever goes wrong with some streams,
// nothing of them is left, and once it is over the next ones keep it. In
// sim_stream_test it is cancelled everywhere, besides.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/sim_net.h>

#include "tests/streams/ends.h"
#include "tests/streams/weather.h"

TRIO_SCENARIO(tcp_keeps_the_contract, .no_cancel_sweep = true)
{
    struct ends_kit kit;

    (void)arg;
    return keep_in_all_weather(trio_check_half_closeable_stream, make_tcp,
                               make_tcp_clogged, &kit);
}

TRIO_SCENARIO(tcp_over_a_link_keeps_the_contract, .no_cancel_sweep = true)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct ends_kit kit;

    (void)arg;
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc != TRIO_OK)
        return rc;
    return keep_in_all_weather(trio_check_half_closeable_stream, make_tcp,
                               make_tcp_clogged, &kit);
}

TRIO_SCENARIO(local_sockets_keep_the_contract, .no_cancel_sweep = true)
{
    struct ends_kit kit;

    (void)arg;
    return keep_in_all_weather(trio_check_half_closeable_stream, make_local,
                               make_local_clogged, &kit);
}

TRIO_SCENARIO(pipes_keep_the_contract, .no_cancel_sweep = true)
{
    struct ends_kit kit;

    (void)arg;
    return keep_in_all_weather(trio_check_one_way_stream, make_pipe,
                               make_pipe_clogged, &kit);
}

// The stream contract holds over the simulated network, in every order, with a
// cancellation and a failure wherever one can be.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/check.h"
#include "tests/streams/ends.h"

// Says what was found, if it was the contract that is broken.
static void check_kept(trio_status rc)
{
    if (!CHECK_OK(rc) && trio_error_find(rc) != NULL)
        CHECK_STRING(trio_error_find(rc)->text, "");
}

// S64
TEST(sim_stream, tcp_streams_keep_the_contract)
{
    struct ends_kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_tcp, make_tcp_clogged, &kit));
}

// S64
TEST(sim_stream, local_streams_keep_the_contract)
{
    struct ends_kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_local, make_local_clogged, &kit));
}

// S64
TEST(sim_stream, pipes_keep_the_contract)
{
    struct ends_kit kit;

    check_kept(trio_check_one_way_stream(make_pipe, make_pipe_clogged, &kit));
}

// S64
TEST(sim_stream, tcp_streams_keep_the_contract_over_a_link)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct ends_kit kit;

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    check_kept(
        trio_check_half_closeable_stream(make_tcp, make_tcp_clogged, &kit));
}

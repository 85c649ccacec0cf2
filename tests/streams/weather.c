// The stream contract in all weather.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/streams/weather.h"

#include <trio/probe.h>
#include <trio/sim_fault.h>

// What there is to wait for in calm is over in minutes.
#define CALM TRIO_HOUR

static const struct trio_sim_fault_options storm = {.calls = true,
                                                    .memory = true,
                                                    .loss = true,
                                                    .delay = true,
                                                    .reset = true,
                                                    .partition = true,
                                                    .spurious = true};

trio_status keep_in_all_weather(contract_check check, trio_stream_maker make,
                                trio_stream_maker make_clogged, void *arg)
{
    trio_sim_faults(&storm);
    trio_status rc = check(make, make_clogged, arg);
    TRIO_SIM_SOMETIMES(rc == TRIO_OK, "it is kept in some weather");
    TRIO_SIM_SOMETIMES(rc != TRIO_OK, "it is not kept in other weather");
    trio_sim_calm(CALM);
    rc = check(make, make_clogged, arg);
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "in calm it is kept");
    return rc;
}

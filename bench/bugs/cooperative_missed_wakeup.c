// One task looks whether it has to wait, says so, at a checkpoint, and waits.
// Who wakes it may come in between; a lot does not store that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/parking_lot.h>

#include "bench/bugs/bugs.h"

struct gate {
    struct trio_parking_lot lot;
    bool open;
};

static const struct trio_wait pass_wait = {.verb = "pass",
                                           .access = TRIO_ACCESS_READ};

static TRIO_CHECKPOINT trio_status pass_gate(void *arg)
{
    struct gate *gate = arg;

    bugs_start();
    trio_touch(gate, TRIO_ACCESS_READ);
    if (gate->open)
        return TRIO_OK;
    trio_status rc = trio_checkpoint(); // Writes into the log that it waits.
    if (rc != TRIO_OK)
        return rc;
    return trio_parking_lot_park(&gate->lot, &pass_wait, gate);
}

static TRIO_CHECKPOINT trio_status open_gate(void *arg)
{
    struct gate *gate = arg;

    bugs_start();
    trio_status rc = trio_checkpoint();
    if (rc != TRIO_OK)
        return rc;
    trio_touch(gate, TRIO_ACCESS_RELEASE);
    gate->open = true;
    trio_parking_lot_unpark_all(&gate->lot);
    return TRIO_OK;
}

TRIO_SCENARIO(missed_wakeup, .witness = "main walker keeper keeper")
{
    struct gate gate = {TRIO_PARKING_LOT_INIT, false};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "walker", .fn = pass_gate, .arg = &gate},
        {.name = "keeper", .fn = open_gate, .arg = &gate},
        {.name = NULL},
    });
}

// What trio_race returns is who has won. What became of the others, each writes
// into its own racer: nobody else does, and all have ended when it returns.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/dns_race/race.h"

#include <stdio.h>

#include <trio/clock.h>
#include <trio/race.h>
#include <trio/resolve.h>

static TRIO_CHECKPOINT trio_status run_racer(void *item)
{
    struct racer *racer = item;
    struct trio_resolve_options options = {.family = racer->family};
    trio_time began = trio_now();
    size_t count;

    racer->rc =
        trio_resolve(racer->host, 0, &options, &racer->address, 1, &count);
    racer->took = trio_now() - began;
    const struct trio_error *error = trio_error_find(racer->rc);
    if (error != NULL)
        snprintf(racer->why, sizeof(racer->why), "%s", error->text);
    return racer->rc;
}

trio_status race(struct racer *racers, size_t count, size_t *ret_winner)
{
    static const struct trio_task_options task = {.name = "racer"};
    static const struct trio_race_options options = {.task = &task};

    for (size_t i = 0; i < count; i++) {
        racers[i].rc = TRIO_ENOTSTARTED;
        racers[i].took = 0;
        racers[i].why[0] = '\0';
    }
    return trio_race(racers, count, sizeof(*racers), &options, run_racer,
                     ret_winner);
}

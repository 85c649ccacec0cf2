// A bus stop: a bus takes so many, some walk to the next stop, some give up.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/parking_lot.h>

#include "tests/scenarios/kit.h"

static const struct trio_wait bus_wait = {"board a bus at", TRIO_ACCESS_ACQUIRE,
                                          NULL};

struct stop {
    struct trio_parking_lot here;
    struct trio_parking_lot next;
    size_t told;    // Tasks that were unparked,
    size_t boarded; // and those that know.
    bool closed;
};

struct passenger {
    struct stop *stop;
    trio_duration patience;
};

static TRIO_CHECKPOINT trio_status travel(void *arg)
{
    struct passenger *passenger = arg;
    struct stop *stop = passenger->stop;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, passenger->patience);
    trio_status rc = trio_parking_lot_park(&stop->here, &bus_wait, stop);
    stop->boarded += rc == TRIO_OK;
    TRIO_SIM_ALWAYS(rc != TRIO_EBROKEN || stop->closed,
                    "broken means: somebody broke it");
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && trio_cancel_scope_called(&patience),
                       "somebody just catches the bus");
    if (rc == TRIO_EBROKEN)
        rc = TRIO_OK;
    return trio_cancel_scope_close(&patience, rc);
}

// Nothing makes this one leave but the bus.
static TRIO_CHECKPOINT trio_status travel_anyway(void *arg)
{
    struct passenger *passenger = arg;
    struct stop *stop = passenger->stop;

    trio_status rc =
        trio_parking_lot_park_shielded(&stop->here, &bus_wait, stop);
    TRIO_SIM_ALWAYS(rc == TRIO_OK || stop->closed,
                    "a shielded park ends by a wake");
    stop->boarded += rc == TRIO_OK;
    return rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status drive(struct stop *stop)
{
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_SOMETIMES(trio_parking_lot_count(&stop->here) == 5, "all wait");
    stop->told += trio_parking_lot_unpark(&stop->here, 2);
    size_t waiting = trio_parking_lot_count(&stop->here) +
                     trio_parking_lot_count(&stop->next);
    trio_parking_lot_repark(&stop->here, &stop->next, 1);
    TRIO_SIM_ALWAYS(trio_parking_lot_count(&stop->here) +
                            trio_parking_lot_count(&stop->next) ==
                        waiting,
                    "who walks to the next stop still waits");
    rc = trio_sleep(TRIO_SECOND);
    if (rc != TRIO_OK)
        return rc;
    stop->told += trio_parking_lot_unpark_all(&stop->next);
    return trio_checkpoint();
}

TRIO_SCENARIO(no_passenger_is_forgotten)
{
    struct stop stop = {.here = TRIO_PARKING_LOT_INIT,
                        .next = TRIO_PARKING_LOT_INIT};
    struct passenger passengers[] = {{&stop, TRIO_SECOND},
                                     {&stop, TRIO_FOREVER},
                                     {&stop, 2 * TRIO_SECOND},
                                     {&stop, TRIO_FOREVER}};
    struct passenger stubborn = {&stop, TRIO_FOREVER};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&stop, "stop");
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(passengers); i++)
        rc = trio_nursery_start_soon(&nursery, travel, &passengers[i]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, travel_anyway, &stubborn);
    if (rc == TRIO_OK)
        rc = drive(&stop);
    stop.closed = true; // Whoever still waits, or comes later, is sent home.
    trio_parking_lot_break(&stop.here);
    trio_parking_lot_break(&stop.next);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(stop.told == stop.boarded, "no wake-up is lost");
    TRIO_SIM_ALWAYS(trio_parking_lot_count(&stop.here) == 0 &&
                        trio_parking_lot_count(&stop.next) == 0,
                    "nobody is left at the stop");
    return rc;
}

// Two programs that something comes to twice, or never, because an event falls
// between two of their steps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// event_doubled_batch: items are sent when there are three, or when the first
// has waited for 10 ms. If the time is up while three are being sent, they are
// sent again. The fix: who sends a batch takes it first.
//
// event_missed_completion: a task looks whether a job is done, writes into the
// log that it is not, and waits. The job tells those that wait. The fix: look
// again before waiting.

#include <trio/parking_lot.h>
#include <trio/sim_job.h>

#include "bench/bugs/bugs.h"

// ---- A batch that is sent twice ----

enum { BATCH = 3 };

struct batch {
    int items;
    int sent;
    bool fixed;
};

static TRIO_PARKS void send_batch(struct batch *batch)
{
    trio_touch(batch, TRIO_ACCESS_WRITE);
    int items = batch->items;

    if (batch->fixed)
        batch->items = 0;
    trio_cancel_shielded_checkpoint(); // sends them
    trio_touch(batch, TRIO_ACCESS_WRITE);
    batch->sent += items;
    if (!batch->fixed)
        batch->items = 0;
}

static TRIO_CHECKPOINT trio_status add_items(void *arg)
{
    struct batch *batch = arg;
    trio_status rc = TRIO_OK;

    bugs_start();
    for (int i = 0; i < BATCH && rc == TRIO_OK; i++) {
        rc = trio_sleep(3 * TRIO_MS);
        batch->items += rc == TRIO_OK;
    }
    if (batch->items == BATCH)
        send_batch(batch);
    return rc;
}

static TRIO_CHECKPOINT trio_status send_in_time(void *arg)
{
    bugs_start();
    trio_status rc = trio_sleep(10 * TRIO_MS);
    if (rc == TRIO_OK)
        send_batch(arg);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_batch(bool fixed)
{
    struct batch batch = {.fixed = fixed};

    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "source", .fn = add_items, .arg = &batch},
        {.name = "timer", .fn = send_in_time, .arg = &batch},
        {.name = NULL},
    });
    TRIO_SIM_ALWAYS(batch.sent <= BATCH, "no item is sent twice");
    return rc;
}

TRIO_SCENARIO(event_doubled_batch,
              .witness = "main source timer source source source clock timer")
{
    (void)arg;
    return run_batch(false);
}

TRIO_SCENARIO(event_doubled_batch_fixed)
{
    (void)arg;
    return run_batch(true);
}

// ---- A completion that nobody waits for yet ----

static const struct trio_wait completion_wait = {.verb = "complete",
                                                 .access = TRIO_ACCESS_READ};

struct errand {
    struct trio_sim_job job; // First.
    struct trio_parking_lot lot;
    bool done;
    bool fixed;
};

static void complete(struct trio_sim_job *job)
{
    struct errand *errand = (struct errand *)job;

    trio_touch(errand, TRIO_ACCESS_RELEASE);
    errand->done = true;
    trio_parking_lot_unpark_all(&errand->lot);
}

static TRIO_CHECKPOINT trio_status await_completion(struct errand *errand)
{
    trio_touch(errand, TRIO_ACCESS_READ);
    if (errand->done)
        return TRIO_OK;
    trio_status rc = trio_checkpoint(); // writes into the log
    trio_touch(errand, TRIO_ACCESS_READ);
    if (rc != TRIO_OK || (errand->fixed && errand->done))
        return rc;
    return trio_parking_lot_park(&errand->lot, &completion_wait, errand);
}

static TRIO_CHECKPOINT trio_status run_errand(bool fixed)
{
    struct errand errand = {.lot = TRIO_PARKING_LOT_INIT, .fixed = fixed};

    bugs_start();
    trio_sim_job_start(&errand.job, complete);
    trio_status rc = await_completion(&errand);
    trio_sim_job_withdraw(&errand.job);
    return rc;
}

TRIO_SCENARIO(event_missed_completion, .witness = "main job main")
{
    (void)arg;
    return run_errand(false);
}

TRIO_SCENARIO(event_missed_completion_fixed)
{
    (void)arg;
    return run_errand(true);
}

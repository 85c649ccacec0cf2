// A program whose shutdown overtakes its start.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_shutdown_against_start: one task starts a service while another, which
// is to use it, stops it at the end of its visit. If the visit ends while the
// start is under way, there is no running service to be stopped; a moment later
// there is one that nobody will ever stop. The fix: a stop is remembered, also
// before the service runs.

#include "bench/bugs/bugs.h"

struct service {
    struct trio_nursery nursery;
    struct trio_event running;
    struct trio_event stopped;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct service *service = arg;

    bugs_start();
    trio_status rc = trio_sleep(10 * TRIO_MS); // bind and listen
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    trio_event_set(&service->running);
    return trio_event_wait(&service->stopped);
}

static TRIO_CHECKPOINT trio_status boot(void *arg)
{
    struct service *service = arg;

    bugs_start();
    return trio_nursery_start(&service->nursery, serve, service, NULL);
}

static void stop(struct service *service)
{
    if (service->fixed || trio_event_is_set(&service->running))
        trio_event_set(&service->stopped);
}

static TRIO_CHECKPOINT trio_status use(struct service *service)
{
    trio_status rc = trio_event_wait(&service->running);

    return rc == TRIO_OK ? trio_sleep(TRIO_SECOND) : rc;
}

static TRIO_CHECKPOINT trio_status run_visit(bool fixed)
{
    static const struct trio_task_options booter = {.name = "booter"};
    struct service service = {.fixed = fixed};
    struct trio_cancel_scope visit;

    bugs_start();
    trio_nursery_open(&service.nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&service.nursery, &booter, boot, &service);
    trio_move_on_after(&visit, TRIO_MINUTE);
    if (rc == TRIO_OK)
        rc = use(&service);
    rc = trio_cancel_scope_close(&visit, rc);
    stop(&service);
    return trio_nursery_close(&service.nursery, rc);
}

TRIO_SCENARIO(cancel_shutdown_against_start, .witness = "main booter clock")
{
    (void)arg;
    return run_visit(false);
}

TRIO_SCENARIO(cancel_shutdown_against_start_fixed)
{
    (void)arg;
    return run_visit(true);
}

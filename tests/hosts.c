// Programs on hosts that crash.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/hosts.h"

#include <trio/testing.h>

const struct trio_address port_80 = {.family = TRIO_ADDRESS_IPV4, .port = 80};

// Runs a program on a host until nobody there can go on, and has that crash.
// Whether the program ends before is its own affair.
TRIO_CHECKPOINT trio_status crash_while(trio_task_fn program, void *arg)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &host);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, program, arg);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK)
        trio_sim_host_crash(host);
    return trio_nursery_close(&nursery, rc);
}

trio_status never(trio_status rc)
{
    TRIO_SIM_ALWAYS(rc != TRIO_OK, "nothing comes after the crash");
    return rc;
}

TRIO_CHECKPOINT trio_status sleep_long(void *arg)
{
    (void)arg;
    return never(trio_sleep(TRIO_HOUR));
}

TRIO_CHECKPOINT trio_status take_lock(void *arg)
{
    trio_status rc = trio_lock_acquire(arg);

    if (rc != TRIO_OK)
        return rc;
    rc = never(trio_sleep(TRIO_HOUR));
    trio_lock_release(arg);
    return rc;
}

// Two contend for a lock of the host's own.
TRIO_CHECKPOINT trio_status contend(void *arg)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, take_lock, &lock);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, take_lock, &lock);
    return trio_nursery_close(&nursery, rc);
}

TRIO_CHECKPOINT trio_status accept_nobody(void *arg)
{
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;

    (void)arg;
    trio_status rc = trio_tcp_listen(&port_80, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = never(trio_tcp_accept(&listener, &stream));
    trio_tcp_listener_close(&listener);
    return rc;
}

TRIO_CHECKPOINT trio_status connect_to(void *arg)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(arg, &stream);

    if (rc != TRIO_OK)
        return rc;
    trio_stream_close_forcefully(&stream.stream);
    return TRIO_OK;
}

// Programs on hosts that crash.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_HOSTS_H
#define TESTS_HOSTS_H

#include <trio/sim_net.h>
#include <trio/trio.h>

// Runs a program on a host until nobody there can go on, and has that crash.
// Whether the program ends before is its own affair.
TRIO_CHECKPOINT trio_status crash_while(trio_task_fn program, void *arg);

// Says that nothing comes after the crash: `rc` is no success. Returns it.
TRIO_MUST_USE trio_status never(trio_status rc);

// Programs: sleep for an hour, two of which each takes a lock, accept nobody.
TRIO_CHECKPOINT trio_status sleep_long(void *arg);
TRIO_CHECKPOINT trio_status contend(void *arg);
TRIO_CHECKPOINT trio_status accept_nobody(void *arg);

// Takes a lock, `arg`, and sleeps for an hour.
TRIO_CHECKPOINT trio_status take_lock(void *arg);

// Connects to an address, and closes the connection.
TRIO_CHECKPOINT trio_status connect_to(void *arg);

// Port 80 of whoever binds to it.
extern const struct trio_address port_80;

#endif // TESTS_HOSTS_H

// Realms: tasks that belong together, and may have to be given up together.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_REALM_H
#define TRIO_REALM_H

#include <trio/base.h>

// A realm is whatever an address stands for: a machine of a simulated world, a
// plug-in, a customer. Whom a task starts begins in the same one. The core does
// not look at it; it is for worlds that have parts. In simulation the parts are
// the hosts of <trio/sim_net.h>: once there is one, each realm has to be one.
struct trio_task;
struct trio_task_exit;

// A realm that is paused. The caller owns the storage, and keeps it in place
// until the realm goes on.
struct trio_realm_pause {
    const void *realm;             // Private.
    struct trio_realm_pause *next; // Private.
};

TRIO_BEGIN_DECLS

// Returns where the current task keeps in which part of the world it is, for a
// world that has parts; whoever a task starts begins in the same one, and the
// main task with NULL. Outside any task there is no such place, and NULL is
// returned. Misuse outside a run.
//
//     void **realm = trio_task_realm();
//
//     if (realm != NULL)
//         *realm = machine; // and of all whom this task starts
//
// Checkpoint: never.
void **trio_task_realm(void);

// Returns the realm of a task, NULL if it is in none. For observers and
// schedulers, too.
//
//     if (trio_task_realm_of(job->task) == machine)
//         trio_wake(job->task, TRIO_EUNREACHABLE);
//
// Checkpoint: never.
void *trio_task_realm_of(const struct trio_task *task);

// Moves the current task to another realm, and returns its own: for what it
// starts there, or takes on behalf of nobody.
//
//     void *own = trio_task_swap_realm(NULL);
//     char *table = make_table(); // Whoever needs it first.
//
//     trio_task_swap_realm(own);
//
// Checkpoint: never. Misuse outside a task.
void *trio_task_swap_realm(void *realm);

// Gives up all tasks of a realm, as if their machine had lost its power: no
// step, no cleanup, no exit function of theirs comes any more. Whoever is in a
// nursery of such a task is given up as well, whatever its realm. Those outside
// see them end, with TRIO_OK. Their stacks are free again; parking lots,
// deadlines and the world forget their waits. So that it does, the abort
// functions of those that are parked are called, also of those that refused
// before; what they return does not matter. What was handed to a task that has
// not run since is lost with it.
//
// Not the caller's own task: if that is one of them, it has to call
// trio_task_abandon as soon as it has done the rest. Misuse outside a task, for
// the realm NULL, and if a task that lives on is to be started in a nursery of
// one that is given up.
//
//     bool ours = trio_realm_abandon(machine);
//
//     close_all_handles_of(machine);
//     if (ours)
//         trio_task_abandon();
//
// Checkpoint: never.
// Returns: whether the caller is one of them.
TRIO_MUST_USE bool trio_realm_abandon(void *realm);

// Gives up the caller's task like that, and whoever is in a nursery of its.
//
// Checkpoint: never. Misuse outside a task.
__attribute__((noreturn)) void trio_task_abandon(void);

// Has the tasks of a realm take no steps until trio_realm_resume. Whoever of
// them is woken meanwhile is runnable, but has to wait; its deadlines pass. A
// task of that realm which calls this ends its own step first. Misuse outside a
// task, and for the realm NULL.
//
//     struct trio_realm_pause pause;
//
//     trio_realm_pause(&pause, machine);
//     rc = trio_sleep(TRIO_SECOND);
//     trio_realm_resume(&pause);
//
// Checkpoint: never.
void trio_realm_pause(struct trio_realm_pause *pause, void *realm);

// Has them go on, in the order in which they were woken. Misuse if that is no
// pause.
//
// Checkpoint: never. Also from entry callbacks.
void trio_realm_resume(struct trio_realm_pause *pause);

// Has `fn(node)` called if the current task is given up like that, and only
// then: for what others share with it, and would wait for. `node` stays in
// place until trio_task_cancel_abandon, or the task's end; adding it again
// before is misuse. `fn` must not park.
//
//     static void on_loss_of_owner(struct trio_task_exit *node)
//     {
//         struct lease *lease = (struct lease *)node; // its first member
//         lease->pool->taken--;
//     }
//
//     trio_task_on_abandon(&lease->exit, on_loss_of_owner);
//
// Checkpoint: never.
void trio_task_on_abandon(struct trio_task_exit *node,
                          void (*fn)(struct trio_task_exit *node));

// Withdraws such a node of the current task.
//
//     lease->pool->taken--; // given back in order
//     trio_task_cancel_abandon(&lease->exit);
//
// Checkpoint: never.
void trio_task_cancel_abandon(struct trio_task_exit *node);

TRIO_END_DECLS

#endif // TRIO_REALM_H

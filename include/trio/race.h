// Racing: the first to succeed wins.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_RACE_H
#define TRIO_RACE_H

#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/status.h>

// How to race. Zero, or NULL for the whole, is the default.
struct trio_race_options {
    // Called, in its task, for each item that came to TRIO_OK without being the
    // winner: what it has produced is to be given back. NULL: there is nothing.
    // Must not park.
    void (*discard)(void *item);
    const struct trio_task_options *task; // Of each task, or NULL.
};

TRIO_BEGIN_DECLS

// Runs `fn(item)`, each in a task of its own, for `count` items of `size` bytes
// at `items`. The first that returns TRIO_OK wins; the others are cancelled and
// awaited, and what becomes of them does not matter. A failure leaves the
// others in the race.
//
//     static const struct trio_race_options give_back = {.discard = drop_page};
//     struct page mirrors[3];
//     size_t winner;
//
//     trio_status rc = trio_race(mirrors, 3, sizeof(mirrors[0]), &give_back,
//                                fetch_page, &winner);
//     if (rc == TRIO_OK)
//         print_page(&mirrors[winner]);
//
// `*ret_winner` is the index of the winner. If there is one, it is returned,
// also if the caller was cancelled meanwhile. Once there is one, `fn` is no
// longer called for items whose tasks have not begun yet: those stay as they
// were, and are not discarded.
//
// Checkpoint: always.
// Returns: TRIO_OK         item `*ret_winner` won.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nobody won.
//          TRIO_EGROUP     all failed, with different statuses.
//          TRIO_EINVAL     there is no item, or `options->task` asks for a
//                          stack that is too large; nobody won.
//          TRIO_ENOMEM     out of memory for a task; nobody won.
//          other           all failed, with this status.
TRIO_CHECKPOINT trio_status trio_race(void *items, size_t count, size_t size,
                                      const struct trio_race_options *options,
                                      trio_task_fn fn, size_t *ret_winner);

TRIO_END_DECLS

#endif // TRIO_RACE_H

// Gathering: one function over many items at the same time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_GATHER_H
#define TRIO_GATHER_H

#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/status.h>

// How to gather. Zero, or NULL for the whole, is the default.
struct trio_gather_options {
    size_t limit;          // Tasks at once. 0: one for each item.
    trio_status *statuses; // An array of `count`, or NULL; see trio_gather.
    bool keep_going;       // A failure of one item does not stop the others.
    const struct trio_task_options *task; // Of each task, or NULL.
};

TRIO_BEGIN_DECLS

// Runs `fn(item)`, each in a task of its own, for `count` items of `size` bytes
// at `items`, and waits for all of them. They begin in order, at most
// `options->limit` at once. The first failure cancels the rest.
//
//     struct page pages[20];
//     static const struct trio_gather_options four_at_once = {.limit = 4};
//
//     trio_status rc = trio_gather(pages, 20, sizeof(pages[0]), &four_at_once,
//                                  fetch_page);
//
// If `options->statuses` is given, each of its elements is set in every case:
// to what `fn` returned for that item, or to TRIO_ENOTSTARTED where `fn` was
// not called. With `options->keep_going` that is where failures go: they cancel
// nothing, and are not returned.
//
// Checkpoint: always, also if there are no items.
// Returns: TRIO_OK         every `fn` returned TRIO_OK, or they keep going.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EGROUP     several failed, with different statuses.
//          TRIO_EINVAL     `options->task` asks for a stack that is too large.
//          TRIO_ENOMEM     out of memory for a task; the others have ended.
//          other           the status of the only failure, or of all of them.
TRIO_CHECKPOINT trio_status
trio_gather(void *items, size_t count, size_t size,
            const struct trio_gather_options *options, trio_task_fn fn);

TRIO_END_DECLS

#endif // TRIO_GATHER_H

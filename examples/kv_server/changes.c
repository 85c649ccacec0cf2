// Observers are few, and all are told: in a list.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/changes.h"

void kv_changes_observe(struct kv_changes *changes,
                        struct kv_observer *observer)
{
    observer->next = changes->first;
    changes->first = observer;
}

void kv_changes_leave(struct kv_changes *changes, struct kv_observer *observer)
{
    struct kv_observer **link = &changes->first;

    while (*link != observer)
        link = &(*link)->next;
    *link = observer->next;
}

// The changes of a server's store, for whoever keeps them or sends them on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_CHANGES_H
#define EXAMPLES_KV_SERVER_CHANGES_H

#include "examples/kv_server/bytes.h"

// A `kv_observer` is told of each change as a request: who executes them all in
// their order, on an empty store and each at the time of the original, has the
// same store. kv_request_add makes the bytes of the protocol of one. A key that
// expires is a change of its own, a DEL, and comes before the change that found
// out.
//
// The caller owns the storage, which must not move while it observes.
struct kv_observer {
    // Called once the change is done, and before anybody else can see it. Must
    // not wait, nor change the store. The words are valid during the call.
    void (*changed)(struct kv_observer *observer, const struct kv_bytes *words,
                    size_t count);
    struct kv_observer *next; // Private.
};

// A `kv_changes` has any number of observers. Zero has none.
struct kv_changes {
    struct kv_observer *first; // Private.
};

// Tells an observer of all changes from now on, until it leaves.
void kv_changes_observe(struct kv_changes *changes,
                        struct kv_observer *observer);
void kv_changes_leave(struct kv_changes *changes, struct kv_observer *observer);

// Tells all observers of a change that was made.
static inline void kv_changes_tell(const struct kv_changes *changes,
                                   const struct kv_bytes *words, size_t count)
{
    struct kv_observer *observer = changes->first;

    for (; observer != NULL; observer = observer->next)
        observer->changed(observer, words, count);
}

#endif // EXAMPLES_KV_SERVER_CHANGES_H

// The append-only log: each change of a store, as a request, in a file. Who
// executes them all has the store again.
//
// A key that expires is removed from the log when that happens, by a DEL; how
// long it has to live is kept as it was asked for, and begins anew when the log
// is loaded.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_LOG_H
#define EXAMPLES_KV_SERVER_LOG_H

#include <trio/file.h>
#include <trio/parking_lot.h>
#include <trio/time.h>

#include "examples/kv_server/buffer.h"
#include "examples/kv_server/changes.h"
#include "examples/kv_server/protocol.h"

// So much may wait to be written before those who make changes do, too.
#define KV_LOG_BEHIND_MAX ((uint64_t)1 << 20)

// After so long what has failed is tried again.
#define KV_LOG_RETRY (1 * TRIO_SECOND)

// When what was written is made durable.
enum kv_fsync {
    KV_FSYNC_ALWAYS,   // Before anybody hears of it.
    KV_FSYNC_EVERYSEC, // Within about a second.
    KV_FSYNC_NO        // When the system does so by itself.
};

// A `kv_log` observes the changes of a store. One task writes and syncs all
// that has come meanwhile at once. Offsets are bytes from the file's beginning.
// The caller owns the storage, which must not move.
struct kv_log {
    struct kv_observer observer; // Private. Comes first.
    struct kv_changes *changes;  // Private. NULL: it does not observe yet.
    enum kv_fsync fsync;         // Private.
    struct trio_file file;       // Private.
    struct kv_buffer pending;    // Private. Changes that nobody writes yet.
    struct kv_buffer writing;    // Private. Those that are being written.
    uint64_t told;               // Offset of the last change,
    uint64_t written;            // of what is in the file,
    uint64_t synced;             // and of what is durable.
    uint64_t syncs;              // That there were.
    uint64_t cut;                // Bytes that were found after the last whole
                                 // request, and cut off.
    trio_time sync_at;           // Private.
    trio_time retry_at;          // Private.
    trio_status failure;         // Private. Of the last write or sync.
    trio_status lost;            // Private. Why a change is not in it,
    uint64_t lost_from;          // Private. nor any that comes after this.
    struct trio_parking_lot idle;    // Private. Who writes.
    struct trio_parking_lot waiting; // Private. Who waits until he has.
};

// Executes one request of a log. Anything but TRIO_OK ends the loading.
typedef trio_status (*kv_log_execute_fn)(const struct kv_request *request,
                                         void *arg);

// Opens the log of a path, which is made if it is not there, and executes what
// is in it. What comes after the last whole request is cut off: a request that
// was torn by a power failure, or never reached the disk. No request is longer
// than `request_max` bytes. `parser` is a new one, and has each request when it
// is to be executed.
//
// Checkpoint: always.
// Returns: TRIO_OK        the caller closes it.
//          TRIO_EMSGSIZE  a request is longer.
//          TRIO_ENOMEM    out of memory.
//          other          what a call on the file, or `execute`, returned.
TRIO_CHECKPOINT trio_status kv_log_open(struct kv_log *ret_log,
                                        const char *path, enum kv_fsync fsync,
                                        struct kv_parser *parser,
                                        size_t request_max,
                                        kv_log_execute_fn execute, void *arg);

// Ends it, at once. What kv_log_run has not written is lost.
void kv_log_close(struct kv_log *log);

// Logs all changes from now on.
void kv_log_observe(struct kv_log *log, struct kv_changes *changes);

// Writes what is logged until it is cancelled, and then what is left: a task.
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status kv_log_run(void *log);

// Waits until what was logged up to an offset may be told of: until it is
// durable, with KV_FSYNC_ALWAYS; else until not too much waits to be written.
//
// Checkpoint: when it has to wait.
// Returns: TRIO_OK         it may.
//          TRIO_EBROKEN    it could not be written or synced: nobody may hear
//                          that it was.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status kv_log_wait(struct kv_log *log, uint64_t offset);

// Says why changes are not to be made for now: what the last write or sync
// came to. TRIO_OK: they are.
TRIO_MUST_USE trio_status kv_log_failure(const struct kv_log *log);

// Reads the name of a policy. Returns false if it is none.
bool kv_fsync_from_text(const char *text, enum kv_fsync *ret_fsync);

#endif // EXAMPLES_KV_SERVER_LOG_H

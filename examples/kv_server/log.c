// Changes are added to a buffer; the task that writes takes all of it and puts
// an empty one in its place. Whatever came while it was writing and syncing is
// the next write: so one sync is for all who wait for it.
//
// What could be written only in part is gone on with where it stopped: the file
// is always a part of the log, from the beginning on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/log.h"

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/task.h>

#define SYNC_EVERY (1 * TRIO_SECOND)
#define FINISH_LIMIT (5 * TRIO_SECOND)

// ---- What is logged ----

// There is no memory for a change. Nothing that comes after it would be right,
// so that nothing of it is kept, and its offset is one that is never reached.
static void lose(struct kv_log *log, size_t held)
{
    log->pending.held = held;
    if (log->lost == TRIO_OK) {
        log->lost = log->pending.failure;
        log->lost_from = log->told;
    }
    log->told++;
}

static void changed(struct kv_observer *observer, const struct kv_bytes *words,
                    size_t count)
{
    struct kv_log *log = (struct kv_log *)observer; // Its first member.
    struct kv_buffer *pending = &log->pending;
    size_t before = pending->held;

    if (log->lost == TRIO_OK)
        kv_request_add(pending, words, count);
    if (log->lost != TRIO_OK || pending->failure != TRIO_OK) {
        lose(log, before);
        return;
    }
    log->told += pending->held - before;
    trio_parking_lot_unpark_all(&log->idle);
}

void kv_log_observe(struct kv_log *log, struct kv_changes *changes)
{
    log->observer.changed = changed;
    log->changes = changes;
    kv_changes_observe(changes, &log->observer);
}

void kv_log_close(struct kv_log *log)
{
    if (log->changes != NULL)
        kv_changes_leave(log->changes, &log->observer);
    trio_file_close_forcefully(&log->file);
    kv_buffer_free(&log->pending);
    kv_buffer_free(&log->writing);
}

trio_status kv_log_failure(const struct kv_log *log)
{
    return log->lost != TRIO_OK ? log->lost : log->failure;
}

// ---- Waiting for it ----

static bool may_be_told(const struct kv_log *log, uint64_t offset)
{
    if (log->lost != TRIO_OK && offset > log->lost_from)
        return false;
    if (log->fsync == KV_FSYNC_ALWAYS)
        return offset <= log->synced;
    return offset <= log->written + KV_LOG_BEHIND_MAX;
}

trio_status kv_log_wait(struct kv_log *log, uint64_t offset)
{
    static const struct trio_wait wait = {"wait for", TRIO_ACCESS_READ, NULL};
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !may_be_told(log, offset))
        rc = kv_log_failure(log) == TRIO_OK
                 ? trio_parking_lot_park(&log->waiting, &wait, log)
                 : TRIO_EBROKEN;
    return rc;
}

// ---- Writing ----

static size_t unwritten(const struct kv_log *log)
{
    return log->pending.held + log->writing.held;
}

static bool is_unsynced(const struct kv_log *log)
{
    return log->fsync != KV_FSYNC_NO && log->synced < log->written;
}

// When there is something to be synced, or anything to be done at all.
static trio_time sync_due(const struct kv_log *log)
{
    if (!is_unsynced(log))
        return TRIO_FOREVER;
    if (log->failure != TRIO_OK)
        return log->retry_at;
    return log->fsync == KV_FSYNC_ALWAYS ? TRIO_PAST : log->sync_at;
}

static trio_time due(const struct kv_log *log)
{
    trio_time sync = sync_due(log);
    trio_time write = unwritten(log) == 0       ? TRIO_FOREVER
                      : log->failure != TRIO_OK ? log->retry_at
                                                : TRIO_PAST;

    return sync < write ? sync : write;
}

// Takes down what a write or a sync came to. Only a cancellation goes further.
static trio_status take_down(struct kv_log *log, trio_status rc)
{
    if (rc == TRIO_ECANCELED)
        return rc;
    log->failure = rc;
    if (rc != TRIO_OK)
        log->retry_at = trio_time_add(trio_now(), KV_LOG_RETRY);
    trio_parking_lot_unpark_all(&log->waiting);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status write_some(struct kv_log *log)
{
    struct kv_buffer *writing = &log->writing;
    size_t written;

    if (writing->held == 0) {
        struct kv_buffer empty = *writing;
        *writing = log->pending;
        log->pending = empty;
    }
    trio_status rc = trio_file_append_all(&log->file, kv_buffer_first(writing),
                                          writing->held, &written);
    kv_buffer_take(writing, written);
    log->written += written;
    return take_down(log, rc);
}

static TRIO_CHECKPOINT trio_status sync_all(struct kv_log *log)
{
    uint64_t written = log->written;
    trio_status rc = trio_file_sync(&log->file);

    if (rc == TRIO_OK) {
        log->synced = written;
        log->syncs++;
    }
    log->sync_at = trio_time_add(trio_now(), SYNC_EVERY);
    return take_down(log, rc);
}

// After each write what was written is synced first, if that is due.
static TRIO_CHECKPOINT trio_status do_next(struct kv_log *log)
{
    return sync_due(log) <= trio_now() ? sync_all(log) : write_some(log);
}

static TRIO_CHECKPOINT trio_status wait_until_due(struct kv_log *log)
{
    static const struct trio_wait wait = {"wait for changes of",
                                          TRIO_ACCESS_ACQUIRE, NULL};
    struct trio_cancel_scope scope;

    trio_move_on_at(&scope, due(log));
    return trio_cancel_scope_close(
        &scope, trio_parking_lot_park(&log->idle, &wait, log));
}

// Nobody makes changes any more: what has been made is written and synced.
static TRIO_PARKS void finish(struct kv_log *log)
{
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;

    trio_shield_after(&scope, FINISH_LIMIT);
    while (rc == TRIO_OK && log->failure == TRIO_OK &&
           (unwritten(log) > 0 || is_unsynced(log)))
        rc = unwritten(log) > 0 ? write_some(log) : sync_all(log);
    trio_ignore(trio_cancel_scope_close(&scope, rc));
}

trio_status kv_log_run(void *arg)
{
    struct kv_log *log = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK)
        rc = due(log) <= trio_now() ? do_next(log) : wait_until_due(log);
    finish(log);
    return rc;
}

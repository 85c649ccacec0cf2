// Error records: a status steers, a record explains.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_ERROR_H
#define TRIO_ERROR_H

#include <trio/base.h>
#include <trio/status.h>

#define TRIO_ERROR_TEXT_MAX 80

// A `trio_error` explains one failure: what was being done, by which task, what
// the system said. A record with children stands for several failures, or adds
// to one what came of it: its status is their common one, or TRIO_EGROUP, and
// where they tell all, its text only counts them. Read it; never change it.
struct trio_error {
    trio_status status;
    int os_error;                // errno or its like; 0 if none.
    uint64_t task;               // Number of the task, 0 outside of tasks.
    const char *task_name;       // Or NULL.
    const void *place;           // An address in the code that failed, or NULL.
    struct trio_error *children; // First of several, or NULL.
    struct trio_error *next;     // Next sibling.
    struct trio_error *parent;   // Or NULL.
    uint64_t sequence;           // In the order of failing.
    uint32_t unrecorded;         // Further failures that found no record.
    uint32_t flags;              // Private.
    char text[TRIO_ERROR_TEXT_MAX]; // "connect 10.0.0.1:80", cut if too long;
                                    // "2 errors" of a group, empty if all that
                                    // is known is the status.
};

TRIO_BEGIN_DECLS

// Records a failure of the application and returns `status`:
//
//     return trio_fail(QUOTA_EXCEEDED, "user %s has %zu files", user, count);
//
// Never fails itself: a task keeps its few newest records. Outside a task, or
// with TRIO_OK or TRIO_ECANCELED, it only returns `status`.
//
// Checkpoint: never.
// Returns: status  always.
trio_status trio_fail(trio_status status, const char *format, ...)
    TRIO_PRINTF(2, 3);

// Records a failure like trio_fail, with the system's error number.
//
//     length = read(descriptor, buffer, sizeof(buffer));
//     if (length < 0)
//         return trio_fail_os(TRIO_EIO, errno, "read %s", url);
//
// Checkpoint: never.
// Returns: status  always.
trio_status trio_fail_os(trio_status status, int os_error, const char *format,
                         ...) TRIO_PRINTF(3, 4);

// Drops the newest record of the current task with this status: for a library
// that returns a status without a record, so that no older one is taken for
// its. Returns `status`.
//
// Checkpoint: never.
// Returns: status  always.
trio_status trio_fail_bare(trio_status status);

// Merges the statuses of two things that both were done. A real failure beats
// TRIO_ECANCELED, which beats TRIO_OK; of two different real failures both are
// kept, in a group.
//
// Checkpoint: never.
// Returns: a or b       whichever matters more, or both alike.
//          TRIO_EGROUP  two different real failures.
TRIO_MUST_USE trio_status trio_combine(trio_status a, trio_status b);

// Returns the newest record of the current task, or NULL. Valid until the next
// call in this task that fails.
//
// Any failure may leave none, so look for NULL first. Mostly a status leaves
// none where it says all by itself: TRIO_EEND, TRIO_ECLOSED, TRIO_EBUSY,
// TRIO_EWOULDBLOCK, TRIO_ETRUNCATED, TRIO_EBROKEN of a lock, TRIO_EINVAL of a
// size of 0 or of text that is no address. Then the newest record may be an
// older failure's: trio_error_find takes the status for that.
//
//     if (trio_is_failure(rc) && trio_error_last() != NULL)
//         printf("%s\n", trio_error_last()->text);
//
// Checkpoint: never.
const struct trio_error *trio_error_last(void);

// Returns the newest record of the current task with this status, or NULL: any
// failure may leave none, see trio_error_last.
//
// Checkpoint: never.
const struct trio_error *trio_error_find(trio_status status);

// Drops every record of the current task: call it where a failure was handled.
//
// Checkpoint: never.
void trio_error_clear(void);

// Says whether a leaf of `error` has this status. NULL contains nothing.
//
//     const struct trio_error *error = trio_error_find(rc);
//
//     if (trio_error_only(error, TRIO_ECONNREFUSED))
//         return TRIO_OK; // Nobody is there: that is all that is wrong.
//     if (trio_error_contains(error, QUOTA_EXCEEDED))
//         printf("%s began it\n", trio_error_cause(error)->text);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_error_contains(const struct trio_error *error,
                                       trio_status status);

// Says whether every leaf of `error` has this status, and none is missing.
// False for NULL.
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_error_only(const struct trio_error *error,
                                   trio_status status);

// Returns the leaf of `error` that failed first, NULL for NULL.
//
// Checkpoint: never.
const struct trio_error *trio_error_cause(const struct trio_error *error);

// Walks a tree: returns the node after `node`, a parent before its children, or
// NULL at the end. Start with the root itself.
//
//     const struct trio_error *all = trio_error_find(rc), *each;
//
//     for (each = all; each != NULL; each = trio_error_next(all, each))
//         printf("%s\n", each->text);
//
// Checkpoint: never.
const struct trio_error *trio_error_next(const struct trio_error *root,
                                         const struct trio_error *node);

// Prints an error and its tree, a line each, through the run's report. Only
// inside a run.
//
//     trio_error_print(trio_error_find(rc)); // and goes on
//     trio_error_clear();
//
// Checkpoint: never.
void trio_error_print(const struct trio_error *error);

// Frees the tree that a run left in `config.ret_error`. NULL is fine. For any
// thread, after the run.
//
//     struct trio_config config = trio_config_platform();
//     struct trio_error *error = NULL;
//
//     config.ret_error = &error;
//     rc = trio_run_with(&config, program, NULL);
//     if (error != NULL)
//         printf("%s\n", trio_error_cause(error)->text);
//     trio_error_free(error);
//
// Checkpoint: never.
void trio_error_free(struct trio_error *error);

TRIO_END_DECLS

#endif // TRIO_ERROR_H

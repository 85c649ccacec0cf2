// A nursery counts its tasks, and its close does not return before none lives.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What keeps it open is a task of its own, or a trio_nursery_start that is
// under way: that one's task may yet become one of its own. Failures are kept
// in the order in which tasks ended; the body's comes when its status does,
// with close. The first of them cancels the scope. The status is what all
// failures have in common, or TRIO_EGROUP, so that a handler for one code never
// hides another failure.

#include "core/nursery.h"
#include "core/base.h"
#include "core/cancel.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/step.h"
#include "core/task.h"

static const struct trio_wait close_wait = {"close", TRIO_ACCESS_READ, NULL};

void trio_nursery_init_(struct trio_nursery *nursery)
{
    nursery->living = 0;
    nursery->starts = NULL;
    nursery->errors = NULL;
    nursery->last_error = NULL;
    nursery->unrecorded = 0;
    nursery->status = TRIO_OK;
    nursery->closing = false;
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_nursery_open(struct trio_nursery *nursery)
{
    trio_scope_open_(trio_run_in_task_(), &nursery->scope, SCOPE_NURSERY,
                     TRIO_FOREVER, CALLER());
    trio_nursery_init_(nursery);
}

struct trio_cancel_scope *
trio_nursery_cancel_scope(struct trio_nursery *nursery)
{
    struct trio_run *run = trio_current_run_;

    if (run != NULL)
        trio_note_(run, TRIO_NOTE_SCOPE_SHARE, run->current, &nursery->scope,
                   0);
    return &nursery->scope;
}

// The run, once it is sure that a task can be started there by `function`.
static inline struct trio_run *
run_of_open(struct trio_nursery *nursery, trio_task_fn fn, const char *function)
{
    struct trio_run *run = trio_run_for_(function);
    if (UNLIKELY(fn == NULL))
        trio_required_missing(function, "fn");
    if (UNLIKELY(!nursery->scope.open))
        trio_misuse_by_(function, "was called for a nursery that is closed",
                        nursery, nursery->scope.place);
    return run;
}

static struct trio_nursery *nursery_of(const struct trio_task *task)
{
    TRIO_ASSERT(task->start == NULL);
    return (struct trio_nursery *)task->root.parent; // Its first member.
}

static inline trio_status start_soon(struct trio_run *run,
                                     struct trio_nursery *nursery,
                                     const struct trio_task_options *options,
                                     trio_task_fn fn, void *arg)
{
    struct trio_task *task;

    trio_status rc =
        trio_task_spawn_(run, &nursery->scope, options, fn, arg, &task);
    if (rc == TRIO_OK)
        nursery->living++;
    return rc;
}

trio_status trio_nursery_start_soon(struct trio_nursery *nursery,
                                    trio_task_fn fn, void *arg)
{
    struct trio_run *run = run_of_open(nursery, fn, __func__);
    return start_soon(run, nursery, NULL, fn, arg);
}

trio_status
trio_nursery_start_soon_with(struct trio_nursery *nursery,
                             const struct trio_task_options *options,
                             trio_task_fn fn, void *arg)
{
    struct trio_run *run = run_of_open(nursery, fn, __func__);
    return start_soon(run, nursery, options, fn, arg);
}

trio_status trio_nursery_start_soon_copy(struct trio_nursery *nursery,
                                         trio_task_fn fn, const void *data,
                                         size_t size)
{
    struct trio_run *run = run_of_open(nursery, fn, __func__);
    struct trio_task *task;

    if (size > TRIO_COPY_MAX)
        return trio_fail(TRIO_EINVAL,
                         "copy an argument of %zu bytes: at most %d", size,
                         TRIO_COPY_MAX);
    trio_status rc =
        trio_task_spawn_(run, &nursery->scope, NULL, fn, NULL, &task);
    if (rc != TRIO_OK)
        return rc;
    trio_task_copy_(run, task, data, size);
    nursery->living++;
    return TRIO_OK;
}

void trio_nursery_failed_(struct trio_run *run, struct trio_nursery *nursery,
                          trio_status rc, struct trio_error *error)
{
    if (nursery->status == TRIO_OK)
        nursery->status = rc;
    else if (nursery->status != rc)
        nursery->status = TRIO_EGROUP;

    if (error == NULL) {
        nursery->unrecorded++;
    } else {
        error->next = NULL;
        if (nursery->errors == NULL)
            nursery->errors = error;
        else
            nursery->last_error->next = error;
        nursery->last_error = error;
    }
    trio_scope_cancel_(run, &nursery->scope, TRIO_CANCEL_SIBLING,
                       "something else in the nursery failed");
}

void trio_nursery_child_ended_(struct trio_run *run, struct trio_task *task,
                               trio_status rc, struct trio_error *error)
{
    struct trio_nursery *nursery = nursery_of(task);

    if (task->root.had_cancel)
        nursery->scope.had_cancel = true; // S23
    if (trio_is_failure(rc)) {
        trio_nursery_failed_(run, nursery, rc, error);
        if (nursery == &run->system) // S9
            trio_scope_cancel_(run, &run->main.scope, TRIO_CANCEL_SHUTDOWN,
                               "a system task failed");
    }
    nursery->living--;
    trio_nursery_check_empty_(run, nursery);
}

// Makes one record of what failed, with the nursery's status.
struct trio_error *trio_nursery_take_error_(struct trio_run *run,
                                            struct trio_nursery *nursery,
                                            struct trio_task *task)
{
    struct trio_error *first = nursery->errors;

    nursery->errors = NULL;
    if (first == NULL || (first->next == NULL && nursery->unrecorded == 0))
        return first;
    struct trio_error *group = trio_error_take_(run, task);
    if (group == NULL && first->next != NULL) { // Then one makes room for it.
        struct trio_error *second = first->next;
        first->next = second->next;
        trio_error_give_(run, second);
        nursery->unrecorded++;
        group = trio_error_take_(run, task);
    }
    if (group == NULL) { // Then the only one speaks for all.
        first->status = nursery->status;
        first->unrecorded += (uint32_t)nursery->unrecorded;
        return first;
    }
    group->status = nursery->status;
    group->place = nursery->scope.place;
    group->unrecorded = (uint32_t)nursery->unrecorded;
    trio_error_adopt_(group, first);
    trio_error_count_(run, group);
    return group;
}

static void wait_for_tasks(struct trio_run *run, struct trio_nursery *nursery,
                           struct trio_task *task)
{
    if (nursery->living == 0 && nursery->starts == NULL)
        trio_yield_(run, task); // S35: a schedule point even so.
    while (nursery->living > 0 || nursery->starts != NULL) {
        task->park = (struct park){.wait = &close_wait,
                                   .object = nursery,
                                   .shielded = true,
                                   .own = true};
        nursery->closing = true;
        trio_ignore(trio_park_(run, task));
    }
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME trio_status
trio_nursery_close(struct trio_nursery *nursery, trio_status rc)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    trio_scope_frame_check_(task, __builtin_frame_address(0));
    trio_scope_close_check_(task, &nursery->scope);
    if (rc == TRIO_ECANCELED)
        nursery->scope.had_cancel = true;
    else if (rc != TRIO_OK)
        trio_nursery_failed_(run, nursery, rc,
                             trio_error_detach_(run, task, rc));
    wait_for_tasks(run, nursery, task);

    rc = nursery->status;
    if (rc != TRIO_OK) {
        struct trio_error *error = trio_nursery_take_error_(run, nursery, task);
        if (error != NULL)
            trio_error_push_(run, task, error);
        else
            trio_fail_bare(rc);
    }
    return trio_scope_close_(run, task, &nursery->scope, rc);
}

trio_status trio_nursery_run(trio_status (*fn)(struct trio_nursery *nursery,
                                               void *arg),
                             void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_nursery_close(&nursery, fn(&nursery, arg));
}

// Two things were done, and both came to something: neither may get lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A group made here is marked, so that combining a third failure adds a leaf to
// it instead of building a group of a group.

#include "core/error.h"
#include "core/run.h"
#include "core/task.h"

#define FLAG_COMBINED 1u

static struct trio_error *open_group(struct trio_task *task, trio_status status)
{
    struct trio_error *error = task->errors;

    if (status != TRIO_EGROUP)
        return NULL;
    while (error != NULL && error->status != status)
        error = error->next;
    return error != NULL && (error->flags & FLAG_COMBINED) ? error : NULL;
}

static struct trio_error *group_of(struct trio_run *run, struct trio_task *task,
                                   struct trio_error *first,
                                   struct trio_error *second)
{
    struct trio_error *group = trio_error_take_(run, task);

    if (group == NULL) { // Then the second makes room for it.
        trio_error_give_(run, second);
        second = NULL;
        group = trio_error_take_(run, task);
        group->unrecorded = 1;
    }
    group->status = TRIO_EGROUP;
    group->flags = FLAG_COMBINED;
    trio_error_adopt_(group, first);
    if (second != NULL)
        trio_error_adopt_(group, second);
    trio_error_count_(run, group);
    return group;
}

static void combine_records(struct trio_run *run, struct trio_task *task,
                            trio_status a, trio_status b)
{
    struct trio_error *group = open_group(task, a);
    struct trio_error *second = trio_error_detach_(run, task, b);

    if (group != NULL) {
        if (second == NULL)
            group->unrecorded++;
        else
            trio_error_adopt_(group, second);
        trio_error_count_(run, group);
        return;
    }
    struct trio_error *first = trio_error_detach_(run, task, a);
    if (first != NULL && second != NULL) {
        trio_error_push_(run, task, group_of(run, task, first, second));
        return;
    }
    // A record for one of them at most: it counts the other.
    if (first == NULL)
        first = second;
    if (first == NULL)
        return;
    first->status = TRIO_EGROUP;
    first->unrecorded++;
    trio_error_push_(run, task, first);
}

trio_status trio_combine(trio_status a, trio_status b)
{
    struct trio_task *task = trio_task_acting_();

    if (!trio_is_failure(a))
        return b == TRIO_OK ? a : b;
    if (!trio_is_failure(b) || a == b)
        return a;
    if (task != NULL)
        combine_records(task->run, task, a, b);
    return TRIO_EGROUP;
}

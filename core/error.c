// The records of a task: a few of the newest, and one always in reserve.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every task holds one record from its start on, so that whatever else is out,
// one failure can be told. More come from what the pool has free, and, when it
// has none, from the oldest record that the task keeps. Nothing here allocates.
//
// A record is found by its status and given to nobody else: a status that was
// returned without a record gets a bare one, never one that was written for
// another failure.

#include "core/error.h"
#include "core/base.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/pool.h"
#include "core/run.h"
#include "core/task.h"

static void drop(struct trio_run *run, struct trio_task *task,
                 struct trio_error *error);

static struct trio_error **newest_with(struct trio_task *task,
                                       trio_status status)
{
    struct trio_error **link = &task->errors;
    while (*link != NULL && (*link)->status != status)
        link = &(*link)->next;
    return link;
}

// Of a list of records, the oldest that stands for one failure only, or else
// the oldest.
static struct trio_error **least_wanted(struct trio_error **link)
{
    struct trio_error **plain = NULL;

    for (;; link = &(*link)->next) {
        if ((*link)->children == NULL)
            plain = link;
        if ((*link)->next == NULL)
            return plain == NULL ? link : plain;
    }
}

static struct trio_error *unlink_at(struct trio_error **link)
{
    struct trio_error *error = *link;
    *link = error->next;
    error->next = NULL;
    return error;
}

struct trio_error *trio_error_take_(struct trio_run *run,
                                    struct trio_task *task)
{
    struct trio_error *error = trio_pool_take_free_(&run->errors);

    if (error == NULL && task != NULL) {
        if (task->reserve == NULL && task->errors != NULL &&
            (*least_wanted(&task->errors))->children == NULL)
            drop(run, task, unlink_at(least_wanted(&task->errors)));
        error = task->reserve;
        task->reserve = NULL;
    }
    if (error == NULL)
        return NULL;
    error->os_error = 0;
    error->task = task == NULL ? 0 : task->number;
    error->task_name = task == NULL ? NULL : task->name;
    error->place = NULL;
    error->children = NULL;
    error->next = NULL;
    error->parent = NULL;
    error->sequence = ++run->failures;
    error->unrecorded = 0;
    error->flags = 0;
    error->text[0] = '\0';
    return error;
}

static void put_back(struct trio_run *run, struct trio_task *task,
                     struct trio_error *error)
{
    if (task != NULL && task->reserve == NULL)
        task->reserve = error;
    else
        trio_pool_give_(&run->errors, error);
}

// Gives back a whole tree: always a leaf, then its place in the tree.
static void drop(struct trio_run *run, struct trio_task *task,
                 struct trio_error *error)
{
    struct trio_error *root = error;

    for (;;) {
        while (error->children != NULL)
            error = error->children;
        if (error == root)
            break;
        struct trio_error *parent = error->parent;
        parent->children = error->next;
        put_back(run, task, error);
        error = parent;
    }
    put_back(run, task, root);
}

void trio_error_give_(struct trio_run *run, struct trio_error *error)
{
    drop(run, NULL, error);
}

void trio_error_adopt_(struct trio_error *group, struct trio_error *children)
{
    struct trio_error **link = &group->children;

    while (*link != NULL)
        link = &(*link)->next;
    *link = children;
    for (; children != NULL; children = children->next)
        children->parent = group;
}

void trio_error_count_(struct trio_run *run, struct trio_error *group)
{
    const struct trio_error *child = group->children;
    size_t count = group->unrecorded;

    for (; child != NULL; child = child->next)
        count++;
    trio_format_(&run->config.report, group->text, sizeof(group->text),
                 "%zu errors", count);
}

void trio_error_push_(struct trio_run *run, struct trio_task *task,
                      struct trio_error *error)
{
    size_t count = 0;

    error->next = task->errors;
    error->parent = NULL;
    task->errors = error;
    for (; error != NULL; error = error->next)
        count++;
    if (count <= ERRORS_KEPT)
        return;
    error = unlink_at(least_wanted(&task->errors->next)); // Not the newest.
    if (UNLIKELY(run->observed))
        trio_note_tell_(run, TRIO_NOTE_ERROR_DROPPED, task, NULL, error->text,
                        error->status);
    drop(run, task, error);
}

// Copies as much of `text` as fits behind the first `length` bytes.
static void put_text(struct trio_error *error, size_t length, const char *text)
{
    while (length < TRIO_ERROR_TEXT_MAX - 1 && *text != '\0')
        error->text[length++] = *text++;
    error->text[length] = '\0';
}

void trio_error_append_(struct trio_task *task, trio_status rc,
                        const char *text)
{
    struct trio_error *error = *newest_with(task, rc);
    size_t length = 0;

    if (error == NULL)
        return;
    while (error->text[length] != '\0')
        length++;
    put_text(error, length, text);
}

void trio_error_note_(struct trio_run *run, struct trio_task *task,
                      trio_status rc, int os_error, const void *place,
                      const char *text)
{
    struct trio_error *error = trio_error_take_(run, task);

    if (error == NULL)
        return;
    error->status = rc;
    error->os_error = os_error;
    error->place = place;
    put_text(error, 0, text);
    trio_error_push_(run, task, error);
}

struct trio_error *trio_error_detach_(struct trio_run *run,
                                      struct trio_task *task, trio_status rc)
{
    struct trio_error **link = newest_with(task, rc);
    if (*link != NULL)
        return unlink_at(link);
    struct trio_error *bare = trio_error_take_(run, task);
    if (bare != NULL)
        bare->status = rc;
    return bare;
}

void trio_errors_end_(struct trio_run *run, struct trio_task *task)
{
    while (task->errors != NULL)
        drop(run, task, unlink_at(&task->errors));
    if (task->reserve == NULL)
        task->reserve = trio_pool_take_free_(&run->errors);
}

static void fail_for(struct trio_task *task, trio_status status, int os_error,
                     const void *place, const char *format, va_list arguments)
{
    const struct trio_report *report = &task->run->config.report;
    char text[TRIO_ERROR_TEXT_MAX];

    report->format(report->context, text, sizeof(text), format, arguments);
    trio_error_note_(task->run, task, status, os_error, place, text);
}

static void fail(trio_status status, int os_error, const void *place,
                 const char *format, va_list arguments)
{
    struct trio_task *task = trio_task_acting_();

    if (task != NULL && trio_is_failure(status))
        fail_for(task, status, os_error, place, format, arguments);
}

void trio_error_fail_for_(struct trio_task *task, trio_status rc,
                          const void *place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail_for(task, rc, 0, place, format, arguments);
    va_end(arguments);
}

trio_status trio_fail(trio_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail(status, 0, TRIO_CALLER(), format, arguments);
    va_end(arguments);
    return status;
}

trio_status trio_fail_os(trio_status status, int os_error, const char *format,
                         ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail(status, os_error, TRIO_CALLER(), format, arguments);
    va_end(arguments);
    return status;
}

void trio_error_forget_(struct trio_run *run, struct trio_task *task,
                        trio_status rc)
{
    struct trio_error **link = newest_with(task, rc);

    if (*link != NULL)
        drop(run, task, unlink_at(link));
}

trio_status trio_fail_bare(trio_status status)
{
    struct trio_task *task = trio_task_acting_();

    if (task != NULL)
        trio_error_forget_(task->run, task, status);
    return status;
}

const struct trio_error *trio_error_last(void)
{
    return trio_task_current()->errors;
}

const struct trio_error *trio_error_find(trio_status status)
{
    return *newest_with(trio_task_current(), status);
}

void trio_error_clear(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    while (task->errors != NULL)
        drop(run, task, unlink_at(&task->errors));
}

// Error trees as their readers see them: walked, asked, printed, taken out.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Trees may be very deep, so every walk is a loop that climbs by parents. A
// leaf is a record without children; where leaves are said to be missing
// (`unrecorded`), nothing is claimed of all of them.

#include "core/base.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/run.h"

const struct trio_error *trio_error_next(const struct trio_error *root,
                                         const struct trio_error *node)
{
    if (node->children != NULL)
        return node->children;
    while (node != root && node->next == NULL)
        node = node->parent;
    return node == root ? NULL : node->next;
}

bool trio_error_contains(const struct trio_error *error, trio_status status)
{
    const struct trio_error *node = error;

    for (; node != NULL; node = trio_error_next(error, node))
        if (node->children == NULL && node->status == status)
            return true;
    return false;
}

bool trio_error_only(const struct trio_error *error, trio_status status)
{
    const struct trio_error *node = error;

    for (; node != NULL; node = trio_error_next(error, node))
        if (node->unrecorded > 0 ||
            (node->children == NULL && node->status != status))
            return false;
    return error != NULL;
}

const struct trio_error *trio_error_cause(const struct trio_error *error)
{
    const struct trio_error *cause = NULL;
    const struct trio_error *node = error;

    for (; node != NULL; node = trio_error_next(error, node))
        if (node->children == NULL &&
            (cause == NULL || node->sequence < cause->sequence))
            cause = node;
    return cause;
}

static void print_node(const struct trio_report *report, int depth,
                       const struct trio_error *error)
{
    char place[128] = "";
    char os_error[32] = "";

    if (error->place != NULL)
        report->place(report->context, error->place, place, sizeof(place));
    if (error->os_error != 0)
        trio_format_(report, os_error, sizeof(os_error), ", system error %d",
                     error->os_error);
    trio_report_line_(report, "%*s%s%s%s (%s%s)", 2 * depth, "",
                      depth == 0 ? "trio: error: " : "", error->text,
                      error->text[0] == '\0' ? "failed" : "",
                      trio_status_name(error->status), os_error);
    if (error->task != 0 || error->place != NULL)
        trio_report_line_(report, "%*s    in task %llu \"%s\"%s%s", 2 * depth,
                          "", (unsigned long long)error->task,
                          error->task_name == NULL ? "" : error->task_name,
                          error->place == NULL ? "" : " at ", place);
    if (error->unrecorded > 0)
        trio_report_line_(report, "%*s    and %u more without a record",
                          2 * depth, "", (unsigned)error->unrecorded);
}

void trio_error_print_(const struct trio_report *report,
                       const struct trio_error *error)
{
    const struct trio_error *node = error;
    const struct trio_error *above = NULL;
    int depth = 0;

    for (; node != NULL; node = trio_error_next(error, node)) {
        if (node != error && node->parent == above) {
            depth++;
        } else {
            for (; above != NULL && above->parent != node->parent && depth > 0;
                 above = above->parent)
                depth--;
        }
        print_node(report, depth > 16 ? 16 : depth, node);
        above = node;
    }
}

void trio_error_print(const struct trio_error *error)
{
    trio_error_print_(&trio_run_current_()->config.report, error);
}

// ---- A tree that outlives its run is one block. ----

struct exported {
    void (*release)(void *context, void *block, size_t size);
    void *context;
    size_t size;
    struct trio_error nodes[];
};

static size_t count_nodes(const struct trio_error *error)
{
    const struct trio_error *node = error;
    size_t count = 0;

    for (; node != NULL; node = trio_error_next(error, node))
        count++;
    return count;
}

static void copy_nodes(struct trio_error *copy, const struct trio_error *error)
{
    const struct trio_error *node = error;
    struct trio_error *fresh = copy;

    *copy = *error;
    copy->next = NULL;
    while (node->children != NULL || node != error) {
        if (node->children != NULL) {
            node = node->children;
            *++fresh = *node;
            fresh->parent = copy;
            copy->children = fresh;
            copy = fresh;
            continue;
        }
        while (node != error && node->next == NULL) {
            node = node->parent;
            copy = copy->parent;
        }
        if (node == error)
            return;
        node = node->next;
        *++fresh = *node;
        fresh->parent = copy->parent;
        copy->next = fresh;
        copy = fresh;
    }
}

struct trio_error *trio_error_export_(struct trio_run *run,
                                      const struct trio_error *error)
{
    const struct trio_memory *memory = &run->config.memory;
    size_t size = sizeof(struct exported) +
                  count_nodes(error) * sizeof(struct trio_error);

    struct exported *block = memory->allocate(memory->context, size);
    if (block == NULL)
        return NULL;
    block->release = memory->release;
    block->context = memory->context;
    block->size = size;
    copy_nodes(block->nodes, error);
    return block->nodes;
}

void trio_error_free(struct trio_error *error)
{
    if (error == NULL)
        return;
    struct exported *block = CONTAINER_OF(error, struct exported, nodes);
    block->release(block->context, block, block->size);
}

// A step of which no row is shown is left out, and counted for its task. Where
// that task is shown again, or at the end if it is not, a row says how many.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/runner/rows.h"

enum { TASKS_TOLD_MAX = 8 };

struct shortening {
    const struct kernel *kernel;
    const struct rows *rows;
    struct rows shown;
    size_t *left_out; // Steps, of each task, since it was shown last.
    bool *has_column;
    size_t tasks;
    uint64_t now;
};

static const char *steps(size_t count)
{
    return count == 1 ? "step" : "steps";
}

static void tell_left_out(struct shortening *shortening, uint32_t task)
{
    struct row row = {.task = task};
    char name[ROW_NAME_MAX];
    size_t count = shortening->left_out[task];

    if (count == 0)
        return;
    shortening->left_out[task] = 0;
    trio_sim_actor_name_(shortening->kernel, task, name, sizeof(name));
    trio_runner_row_say_(&row, "... %zu %s of %s left out", count, steps(count),
                         name);
    trio_runner_rows_add_(&shortening->shown, &row);
}

static void tell_time(struct shortening *shortening, const struct row *next)
{
    struct row row = {.task = 0};
    uint64_t passed = next->now - shortening->now;

    if (passed == 0)
        return;
    shortening->now = next->now;
    trio_runner_row_say_(
        &row, "%" PRIu64 ".%03u %s later",
        passed / (passed < 1000000 ? 1000 : 1000000),
        (unsigned)(passed < 1000000 ? passed % 1000 : passed / 1000 % 1000),
        passed < 1000000 ? "ms" : "s");
    trio_runner_rows_add_(&shortening->shown, &row);
}

// Counts the rows from `i` on that belong to the same step.
static size_t step_length(const struct rows *rows, size_t i)
{
    size_t length = 1;

    while (rows->items[i].step != 0 && i + length < rows->count &&
           rows->items[i + length].step == rows->items[i].step)
        length++;
    return length;
}

static void pass_on(struct shortening *shortening, size_t i, size_t length)
{
    const struct row *first = &shortening->rows->items[i];
    bool any = false;

    for (const struct row *row = first; row < first + length; row++) {
        if (!row->shown)
            continue;
        any = true;
        if (row->task != 0)
            tell_left_out(shortening, row->task);
        tell_time(shortening, row);
        trio_runner_rows_add_(&shortening->shown, row);
    }
    if (!any && first->step != 0)
        shortening->left_out[first->task]++;
}

// Of the tasks that have a column.
static void tell_rest(struct shortening *shortening)
{
    const struct rows *rows = shortening->rows;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].shown)
            shortening->has_column[rows->items[i].task] = true;
    for (uint32_t task = 1; task < shortening->tasks; task++)
        if (shortening->has_column[task])
            tell_left_out(shortening, task);
}

// Of the others.
static void tell_strangers(struct shortening *shortening)
{
    struct row row = {.task = 0};
    char text[ROW_TEXT_MAX] = "";
    char name[ROW_NAME_MAX];
    size_t length = 0, told = 0, more = 0;

    for (uint32_t task = 1; task < shortening->tasks; task++) {
        size_t count = shortening->left_out[task];
        if (count == 0)
            continue;
        if (told == TASKS_TOLD_MAX || length > ROW_TEXT_MAX / 2) {
            more += count;
            continue;
        }
        trio_sim_actor_name_(shortening->kernel, task, name, sizeof(name));
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "%s%zu %s of %s", told++ == 0 ? "" : ", ",
                                   count, steps(count), name);
    }
    if (told == 0)
        return;
    if (more == 0)
        trio_runner_row_say_(&row, "%.120s left out", text);
    else
        trio_runner_row_say_(&row, "%.100s and %zu of others left out", text,
                             more);
    trio_runner_rows_add_(&shortening->shown, &row);
}

static void shorten(struct shortening *shortening)
{
    const struct rows *rows = shortening->rows;
    size_t length;

    for (size_t i = 0; i < rows->count; i += length) {
        length = step_length(rows, i);
        if (i + length == rows->count)
            tell_rest(shortening);
        pass_on(shortening, i, length);
    }
    tell_strangers(shortening);
}

struct rows trio_runner_rows_shown_(const struct kernel *kernel,
                                    const struct rows *rows)
{
    struct shortening shortening = {
        .kernel = kernel, .rows = rows, .tasks = trio_sim_actor_count_(kernel)};

    shortening.left_out =
        calloc(shortening.tasks + 1, sizeof(*shortening.left_out));
    shortening.has_column =
        calloc(shortening.tasks + 1, sizeof(*shortening.has_column));
    if (shortening.left_out != NULL && shortening.has_column != NULL)
        shorten(&shortening);
    free(shortening.left_out);
    free(shortening.has_column);
    return shortening.shown;
}

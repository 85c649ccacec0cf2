// Rows come in the order of the run. A column is as wide as what is in it
// needs, until all of them together are too wide: then the widest give way.
// Texts need not: a row has only one, and nothing to the right of that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/deviations.h"
#include "sim/runner/place.h"
#include "sim/runner/rows.h"

enum { COLUMNS_MAX = 12, COLUMN_MIN = 12, GAP = 2, STEP_WIDTH = 7 };

struct column {
    uint32_t task;
    char name[ROW_NAME_MAX];
    const char *host; // That the task is on, or NULL.
    size_t width;
};

struct timeline {
    struct rows rows;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    size_t place_width; // 0: no place is known.
    bool others;        // The last column is of all tasks that have none.
};

// Returns the column of a task.
static struct column *column_of(struct timeline *timeline, uint32_t task)
{
    size_t i = 0;

    while (i + 1 < timeline->column_count && timeline->columns[i].task != task)
        i++;
    return &timeline->columns[i];
}

// Gives the tasks that have a row, and those that a deviation names, a column
// each, those of low numbers first.
static void add_columns(struct timeline *timeline, const struct kernel *kernel)
{
    size_t tasks = trio_sim_actor_count_(kernel);
    bool *seen = trio_runner_deviations_named_(kernel);

    if (seen == NULL)
        return;
    for (size_t i = 0; i < timeline->rows.count; i++)
        seen[timeline->rows.items[i].task] = true;
    for (uint32_t task = 1; task < tasks; task++) {
        if (!seen[task])
            continue;
        if (timeline->column_count == COLUMNS_MAX) {
            snprintf(timeline->columns[COLUMNS_MAX - 1].name, ROW_NAME_MAX,
                     "others");
            timeline->others = true;
            break;
        }
        struct column *column = &timeline->columns[timeline->column_count++];
        column->task = task;
        column->host = trio_sim_actor_host_(kernel, task);
        trio_sim_actor_name_(kernel, task, column->name, sizeof(column->name));
    }
    free(seen);
}

static void widen(struct column *column, size_t width)
{
    if (width > column->width)
        column->width = width;
}

static void widen_for(struct column *column)
{
    widen(column, strlen(column->name));
    if (column->host != NULL)
        widen(column, strlen(column->host) + 3);
}

static size_t total_width(const struct timeline *timeline)
{
    size_t sum = STEP_WIDTH + timeline->place_width;

    for (size_t i = 0; i < timeline->column_count; i++)
        sum += timeline->columns[i].width + GAP;
    return sum;
}

static void fit_columns(struct timeline *timeline, size_t width)
{
    for (size_t i = 0; i < timeline->column_count; i++)
        widen_for(&timeline->columns[i]);
    for (size_t i = 0; i < timeline->rows.count; i++) {
        const struct row *row = &timeline->rows.items[i];
        size_t length = strlen(trio_runner_place_name_(row->place));

        if (length > 0 && length + GAP > timeline->place_width)
            timeline->place_width = length + GAP;
        if (row->task != 0)
            widen(column_of(timeline, row->task), strlen(row->text));
    }
    while (total_width(timeline) > width) {
        struct column *widest = &timeline->columns[0];

        for (size_t i = 1; i < timeline->column_count; i++)
            if (timeline->columns[i].width > widest->width)
                widest = &timeline->columns[i];
        if (widest->width <= COLUMN_MIN)
            return;
        widest->width--;
    }
}

static void write_cell(FILE *out, const struct timeline *timeline, size_t i,
                       const char *text)
{
    const struct column *column = &timeline->columns[i];
    bool last = i + 1 == timeline->column_count;

    fprintf(out, "%*s%-*.*s", GAP, "", last ? 0 : (int)column->width,
            (int)column->width, text);
}

static void write_names(FILE *out, const struct timeline *timeline)
{
    fprintf(out, "%*s", STEP_WIDTH, "step");
    if (timeline->place_width > 0)
        fprintf(out, "%*s%-*s", GAP, "", (int)timeline->place_width - GAP,
                "at");
    for (size_t i = 0; i < timeline->column_count; i++)
        write_cell(out, timeline, i, timeline->columns[i].name);
    putc('\n', out);
}

static void write_hosts(FILE *out, const struct timeline *timeline)
{
    char text[ROW_NAME_MAX];

    fprintf(out, "%*s", STEP_WIDTH + (int)timeline->place_width, "");
    for (size_t i = 0; i < timeline->column_count; i++) {
        const char *host = timeline->columns[i].host;
        snprintf(text, sizeof(text), "%s%.28s", host == NULL ? "" : "on ",
                 host == NULL ? "" : host);
        write_cell(out, timeline, i, text);
    }
    putc('\n', out);
}

static void write_row(FILE *out, struct timeline *timeline,
                      const struct kernel *kernel, const struct row *row)
{
    const struct column *end = column_of(timeline, row->task);
    const struct column *last = &timeline->columns[timeline->column_count - 1];
    char name[ROW_NAME_MAX] = "";
    size_t indent = GAP;

    if (row->task == 0) {
        fprintf(out, "%*s-- %s --\n", GAP, "", row->text);
        return;
    }
    for (const struct column *at = timeline->columns; at < end; at++)
        indent += at->width + GAP;
    if (timeline->others && end == last)
        trio_sim_actor_name_(kernel, row->task, name, sizeof(name));
    fprintf(out, "%*s%s%s", (int)indent, "", name, name[0] != '\0' ? ": " : "");
    trio_runner_place_write_(out, row->text);
    putc('\n', out);
}

static void write_rows(FILE *out, struct timeline *timeline,
                       const struct kernel *kernel, size_t width)
{
    uint64_t step = 0;

    fit_columns(timeline, width);
    write_names(out, timeline);
    if (timeline->columns[0].host != NULL)
        write_hosts(out, timeline);
    for (size_t i = 0; i < timeline->rows.count; i++) {
        const struct row *row = &timeline->rows.items[i];

        if (row->step != 0 && row->step != step)
            fprintf(out, "%*" PRIu64, STEP_WIDTH, row->step);
        else
            fprintf(out, "%*s", STEP_WIDTH, "");
        if (row->step != 0)
            step = row->step;
        if (timeline->place_width > 0)
            fprintf(out, "%*s%-*s", GAP, "", (int)timeline->place_width - GAP,
                    trio_runner_place_name_(row->place));
        write_row(out, timeline, kernel, row);
    }
}

void trio_runner_timeline_(FILE *out, const struct kernel *kernel,
                           const char *failure, bool full, size_t width)
{
    struct timeline timeline = {.column_count = 0};
    struct rows rows = trio_runner_rows_(kernel, failure, full);

    timeline.rows = trio_runner_rows_shown_(kernel, &rows);
    add_columns(&timeline, kernel);
    if (timeline.column_count > 0)
        write_rows(out, &timeline, kernel, width);
    trio_runner_rows_free_(&timeline.rows);
    trio_runner_rows_free_(&rows);
}

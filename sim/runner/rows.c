// What has led to the end is shown: the causal cone, of that at most so many
// rows of tasks that no deviation names, and of all tasks so many that one can
// read them. What is near a deviation or near the end stays.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/rows.h"

#include <stdlib.h>

#include "sim/kernel/state.h"
#include "sim/runner/cone.h"
#include "sim/runner/deviations.h"

enum { OTHERS_MAX = 60, ROWS_MAX = 400, FIRST_ROWS = 64 };

void trio_runner_rows_add_(struct rows *rows, const struct row *row)
{
    if (rows->count == rows->max) {
        size_t max = rows->max == 0 ? FIRST_ROWS : 2 * rows->max;
        struct row *items = realloc(rows->items, max * sizeof(*items));
        if (items == NULL)
            return;
        rows->items = items;
        rows->max = max;
    }
    rows->items[rows->count++] = *row;
}

void trio_runner_rows_free_(struct rows *rows)
{
    free(rows->items);
}

// ---- Thinning out ----

static bool is_landmark(const struct rows *rows, size_t i)
{
    return rows->items[i].kind == EVENT_FIRED || i + 1 == rows->count;
}

// How many shown rows lie between each row and a deviation or the end.
static void measure(const struct rows *rows, size_t *distances)
{
    size_t distance = rows->count;

    for (size_t i = 0; i < rows->count; i++) {
        distance = is_landmark(rows, i) ? 0 : distance + rows->items[i].shown;
        distances[i] = distance;
    }
    for (size_t i = rows->count; i-- > 0;) {
        distance = is_landmark(rows, i) ? 0 : distance + rows->items[i].shown;
        if (distance < distances[i])
            distances[i] = distance;
    }
}

// Leaves at most `max` rows; `named`: not counting, and not touching, those of
// tasks that it has.
static void thin_out(struct rows *rows, const size_t *distances,
                     const bool *named, size_t max)
{
    size_t limit = rows->count;
    size_t count;

    for (;;) {
        count = 0;
        for (size_t i = 0; i < rows->count; i++) {
            struct row *row = &rows->items[i];
            if (named != NULL && named[row->task])
                continue;
            row->shown = row->shown && distances[i] <= limit;
            count += row->shown;
        }
        if (count <= max || limit == 0)
            return;
        limit -= (limit + 15) / 16;
    }
}

static void thin_out_all(struct rows *rows, const bool *named)
{
    size_t *distances = calloc(rows->count + 1, sizeof(*distances));

    if (distances == NULL)
        return;
    measure(rows, distances);
    thin_out(rows, distances, named, OTHERS_MAX);
    thin_out(rows, distances, NULL, ROWS_MAX);
    free(distances);
}

// ---- Reading ----

// What fails without an event of its own, like a check, does so last.
static void add_end(struct rows *rows, const struct cone *cone,
                    const char *failure)
{
    struct row row = {.shown = true};
    size_t last = cone->count;

    trio_runner_row_say_(&row, "FAILS: %s", failure);
    while (last > 0 && row.task == 0)
        row.task = cone->actors[--last];
    if (rows->count > 0) {
        row.step = rows->items[rows->count - 1].step;
        row.now = rows->items[rows->count - 1].now;
    }
    trio_runner_rows_add_(rows, &row);
}

static void read_all(struct rows *rows, const struct kernel *kernel,
                     const struct cone *cone)
{
    struct names names = trio_runner_names_(kernel);
    struct row_reader reader = {.kernel = kernel, .names = &names};
    struct row row;

    for (size_t i = 0; i < cone->count; i++) {
        if (!trio_runner_row_read_(&reader, cone->actors[i], &row))
            continue;
        row.shown = cone->inside[i];
        trio_runner_rows_add_(rows, &row);
    }
    trio_runner_names_free_(&names);
}

struct rows trio_runner_rows_(const struct kernel *kernel, const char *failure,
                              bool full)
{
    struct rows rows = {NULL, 0, 0};
    bool *named = trio_runner_deviations_named_(kernel);

    if (named == NULL)
        return rows;
    struct cone cone = trio_runner_cone_(kernel, named);
    read_all(&rows, kernel, &cone);
    if (failure != NULL && !cone.failed)
        add_end(&rows, &cone, failure);
    for (size_t i = 0; full && i < rows.count; i++)
        rows.items[i].shown = true;
    // Who would go on for ever does the same most of the time.
    if (!full)
        thin_out_all(&rows, kernel->capped || kernel->fair ? NULL : named);
    trio_runner_cone_free_(&cone);
    free(named);
    return rows;
}

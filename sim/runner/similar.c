// Shrinking has tried to leave out each deviation, and the run passed: so there
// is a run that does the same up to where that one was, and comes to a good
// end. The later the deviation, the more they have in common.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/similar.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/place.h"
#include "sim/runner/rows.h"
#include "sim/runner/text.h"
#include "sim/search/search.h"

enum { TRIES_MAX = 50, ROWS_TOLD = 6, CELL_SIZE = 256, GAP = 3 };

// A run, which another one may have followed, and a place in it.
struct side {
    struct rows rows;
    char (*names)[ROW_NAME_MAX]; // Of its tasks, by number.
    size_t next;
    char cells[ROWS_TOLD][CELL_SIZE];
};

// ---- Finding it ----

// Runs what is left of the deviations without one of them.
static bool passes_without(struct kernel *kernel, struct plan *plan,
                           const struct deviation *all, size_t count,
                           size_t without)
{
    struct deviation left[DEVIATIONS_MAX];
    struct outcome outcome;

    plan->deviation_count = 0;
    for (size_t i = 0; i < count; i++)
        if (i != without)
            left[plan->deviation_count++] = all[i];
    plan->deviations = left;
    trio_sim_run_(kernel, plan, &outcome);
    return outcome.verdict == VERDICT_PASSED ||
           outcome.verdict == VERDICT_CANCELLED;
}

// Returns the number of the deviation, counted from 1, without which the run
// passes; it was last then. 0: there is none.
static size_t find_passing(struct kernel *kernel, struct plan *plan)
{
    struct deviation all[DEVIATIONS_MAX];
    size_t count;
    const struct deviation *fired = trio_sim_fired_(kernel, &count);

    if (count > DEVIATIONS_MAX)
        return 0;
    if (count > 0)
        memcpy(all, fired, count * sizeof(*all));
    for (size_t i = count; i > 0 && count - i < TRIES_MAX; i--)
        if (passes_without(kernel, plan, all, count, i - 1))
            return i;
    return 0;
}

// ---- Comparing ----

// Returns the next row that is no deviation, NULL at the end.
static const struct row *row_of(struct side *side)
{
    const struct rows *rows = &side->rows;

    while (side->next < rows->count &&
           rows->items[side->next].kind == EVENT_FIRED)
        side->next++;
    return side->next < rows->count ? &rows->items[side->next] : NULL;
}

// Takes down the run that was last.
static bool read_side(struct side *side, const struct kernel *kernel,
                      const char *failure)
{
    size_t tasks = trio_sim_actor_count_(kernel);

    side->rows = trio_runner_rows_(kernel, failure, true);
    side->names = calloc(tasks + 1, sizeof(*side->names));
    for (uint32_t task = 1; side->names != NULL && task < tasks; task++)
        trio_sim_actor_name_(kernel, task, side->names[task], ROW_NAME_MAX);
    return side->names != NULL;
}

static void free_side(struct side *side)
{
    trio_runner_rows_free_(&side->rows);
    free(side->names);
}

// Goes on to where they part; returns the last step that they have in common.
static uint64_t find_parting(struct side *sides)
{
    uint64_t step = 0;

    for (;;) {
        const struct row *a = row_of(&sides[0]);
        const struct row *b = row_of(&sides[1]);
        if (a == NULL || b == NULL || a->hash != b->hash)
            return step;
        if (a->step != 0)
            step = a->step;
        sides[0].next++;
        sides[1].next++;
    }
}

// ---- Telling ----

static void fill_cell(struct side *side, char *cell)
{
    const struct row *row = row_of(side);
    struct text text;

    if (row == NULL || !trio_runner_text_open_(&text))
        return;
    side->next++;
    const char *place = trio_runner_place_name_(row->place);
    if (row->task != 0)
        fprintf(text.out, "%s: ", side->names[row->task]);
    trio_runner_place_write_(text.out, row->text);
    if (*place != '\0')
        fprintf(text.out, " (%s)", place);
    char *content = trio_runner_text_close_(&text);
    if (content != NULL)
        snprintf(cell, CELL_SIZE, "%s", content);
    free(content);
}

static void fill_cells(struct side *side)
{
    for (size_t i = 0; i < ROWS_TOLD; i++)
        fill_cell(side, side->cells[i]);
    if (row_of(side) != NULL)
        snprintf(side->cells[ROWS_TOLD - 1], CELL_SIZE, "...");
}

static void write_table(FILE *out, const struct side *sides)
{
    size_t width = strlen("this run");

    for (size_t i = 0; i < ROWS_TOLD; i++)
        if (strlen(sides[0].cells[i]) > width)
            width = strlen(sides[0].cells[i]);
    fprintf(out, "    %-*s%*s%s\n", (int)width, "this run", GAP, "",
            "that one");
    for (size_t i = 0; i < ROWS_TOLD; i++) {
        const char *right = sides[1].cells[i];
        if (*right != '\0')
            fprintf(out, "    %-*s%*s%s\n", (int)width, sides[0].cells[i], GAP,
                    "", right);
        else if (sides[0].cells[i][0] != '\0')
            fprintf(out, "    %s\n", sides[0].cells[i]);
    }
}

static void write_parting(FILE *out, struct side *sides, size_t without)
{
    uint64_t step = find_parting(sides);

    fprintf(out,
            "\n  Without deviation %zu the run passes. They part after step"
            " %" PRIu64 ":\n\n",
            without, step);
    fill_cells(&sides[0]);
    fill_cells(&sides[1]);
    write_table(out, sides);
}

void trio_runner_similar_(FILE *out, struct trio_campaign *campaign,
                          const struct trio_scenario *scenario,
                          const char *token, const char *failure)
{
    struct kernel *kernel = trio_sim_campaign_kernel_(campaign);
    struct deviation deviations[DEVIATIONS_MAX];
    struct plan plan = {.scenario = scenario};
    struct side sides[2] = {{.next = 0}, {.next = 0}};
    size_t without = 0;

    if (!trio_sim_token_read_(token, &plan, deviations, DEVIATIONS_MAX))
        return;
    plan.details = plan.words = true;
    if (read_side(&sides[0], kernel, failure))
        without = find_passing(kernel, &plan);
    if (without > 0 && read_side(&sides[1], kernel, NULL))
        write_parting(out, sides, without);
    free_side(&sides[0]);
    free_side(&sides[1]);
}

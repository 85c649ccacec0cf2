// The bar is drawn over itself and taken away before anything else is printed,
// so that it never stays between lines. It goes to where errors go: what is
// piped away has none of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "sim/runner/terminal.h"

enum { WIDTH = 16 };

static const trio_duration interval = 150 * TRIO_MS;

struct progress trio_runner_progress_(struct trio_clock clock, size_t count)
{
    trio_time now = clock.now(clock.context);

    return (struct progress){.terminal = trio_runner_terminal_(),
                             .clock = clock,
                             .begun = now,
                             .drawn = now,
                             .count = count};
}

static void draw_bar(char *bar, size_t done, size_t count)
{
    size_t filled = count > 0 ? done * WIDTH / count : 0;

    for (size_t i = 0; i < WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[WIDTH] = '\0';
}

TRIO_PRINTF(3, 4)
static void append(char *line, size_t size, const char *format, ...)
{
    size_t length = strlen(line);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line + length, size - length, format, arguments);
    va_end(arguments);
}

static void draw(struct progress *progress, const struct record *record)
{
    const struct trio_campaign_result *result = &record->result;
    uint64_t ms = (uint64_t)((progress->drawn - progress->begun) / TRIO_MS);
    uint64_t runs = progress->runs + result->runs;
    char bar[WIDTH + 1];
    char line[512] = "";

    draw_bar(bar, progress->done, progress->count);
    append(line, sizeof(line),
           "[%s] %zu/%zu %s  %" PRIu64 "/s  %" PRIu64 " runs  %" PRIu64
           " traces",
           bar, progress->done, progress->count, record->scenario->name,
           runs * 1000 / (ms + 1), result->runs, result->traces);
    if (result->cancel_points > 0)
        append(line, sizeof(line), "  %" PRIu64 "/%" PRIu64 " cancel points",
               result->cancel_points_tried, result->cancel_points);
    uint64_t faults = trio_runner_faults_tried_(result);
    if (faults > 0)
        append(line, sizeof(line), "  %" PRIu64 " faults", faults);
    if (result->sometimes > 0)
        append(line, sizeof(line), "  %" PRIu64 "/%" PRIu64 " sometimes",
               result->sometimes_held, result->sometimes);
    fprintf(progress->terminal, "\r\033[K%.*s", trio_runner_terminal_columns_(),
            line);
    fflush(progress->terminal);
    progress->visible = true;
}

void trio_runner_progress_show_(struct progress *progress,
                                const struct record *record)
{
    if (progress->terminal == NULL)
        return;
    trio_time now = progress->clock.now(progress->clock.context);
    if (now - progress->drawn < interval)
        return;
    progress->drawn = now;
    draw(progress, record);
}

void trio_runner_progress_hide_(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\033[K", progress->terminal);
    fflush(progress->terminal);
    progress->visible = false;
}

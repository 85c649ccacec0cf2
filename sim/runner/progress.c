// The bar is drawn over itself and taken away before anything else is printed,
// so that it never stays between lines. It goes to where errors go: what is
// piped away has none of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/progress.h"

#include <inttypes.h>
#include <unistd.h>

enum { WIDTH = 16 };

static const trio_duration interval = 150 * TRIO_MS;

struct progress trio_runner_progress_(struct trio_clock clock, size_t count)
{
    trio_time now = clock.now(clock.context);

    return (struct progress){.terminal = isatty(STDERR_FILENO) ? stderr : NULL,
                             .clock = clock,
                             .begun = now,
                             .drawn = now,
                             .count = count};
}

static void draw_bar(FILE *terminal, size_t done, size_t count)
{
    size_t filled = count > 0 ? done * WIDTH / count : 0;

    fputs("\r\033[K[", terminal);
    for (size_t i = 0; i < WIDTH; i++)
        putc(i < filled ? '#' : '.', terminal);
    fprintf(terminal, "] %zu/%zu ", done, count);
}

void trio_runner_progress_show_(struct progress *progress,
                                const struct record *record)
{
    const struct trio_campaign_result *result = &record->result;
    FILE *terminal = progress->terminal;

    if (terminal == NULL)
        return;
    trio_time now = progress->clock.now(progress->clock.context);
    if (now - progress->drawn < interval)
        return;
    progress->drawn = now;
    progress->visible = true;

    uint64_t ms = (uint64_t)((now - progress->begun) / TRIO_MS);
    uint64_t runs = progress->runs + result->runs;
    draw_bar(terminal, progress->done, progress->count);
    fprintf(terminal, "%s  %" PRIu64 "/s  %" PRIu64 " runs  %" PRIu64 " traces",
            record->scenario->name, runs * 1000 / (ms + 1), result->runs,
            result->traces);
    if (result->cancel_points > 0)
        fprintf(terminal, "  %" PRIu64 "/%" PRIu64 " cancel points",
                result->cancel_points_tried, result->cancel_points);
    if (result->sometimes > 0)
        fprintf(terminal, "  %" PRIu64 "/%" PRIu64 " sometimes",
                result->sometimes_held, result->sometimes);
    fflush(terminal);
}

void trio_runner_progress_hide_(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\033[K", progress->terminal);
    fflush(progress->terminal);
    progress->visible = false;
}

// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/summary.h"

#include <inttypes.h>

#include "sim/search/search.h"

static const char *verdict_word(const struct record *record)
{
    static const char *const words[] = {[TRIO_SIM_PASSED] = "PASSED",
                                        [TRIO_SIM_FAILED] = "FAILED",
                                        [TRIO_SIM_CANCELLED] = "PASSED",
                                        [TRIO_SIM_CAPPED] = "CAPPED"};

    if (trio_runner_record_is_unfair_(record))
        return "UNFAIR";
    if (record->stopped && !trio_runner_record_failed_(record))
        return "STOPPED";
    return trio_runner_record_failed_(record) ? words[TRIO_SIM_FAILED]
                                              : words[record->result.verdict];
}

static void write_faults(FILE *out, const struct trio_campaign_result *result)
{
    uint64_t tried = trio_runner_faults_tried_(result);

    if (tried == 0)
        return;
    fprintf(out, ", %" PRIu64 " faults (", tried);
    for (size_t i = 0; i < TRIO_SIM_FAULTS_MAX; i++)
        if (result->faults[i].name != NULL)
            fprintf(out, "%s%s %" PRIu64, i > 0 ? ", " : "",
                    result->faults[i].name, result->faults[i].tried);
    putc(')', out);
}

void trio_runner_summary_line_(FILE *out, const struct record *record,
                               size_t width)
{
    const struct trio_campaign_result *result = &record->result;

    fprintf(out, "%-*s  %s  %" PRIu64 " runs, %" PRIu64 " traces", (int)width,
            record->scenario->name, verdict_word(record), result->runs,
            result->traces);
    if (result->schedules > 0)
        fprintf(out, ", all %" PRIu64 " schedule%s seen", result->schedules,
                result->schedules > 1 ? "s" : "");
    if (result->cancel_points > 0)
        fprintf(out, ", %" PRIu64 "/%" PRIu64 " cancel points%s",
                result->cancel_points_tried, result->cancel_points,
                result->cancel_cut ? " (cut)" : "");
    if (result->moments > 0)
        fprintf(out,
                ", timers %" PRIu64 "/%" PRIu64 " at %" PRIu64 "/%" PRIu64
                " moments%s",
                result->timers_tried, result->timers, result->moments_tried,
                result->moments, result->time_cut ? " (cut)" : "");
    if (result->failure_cut)
        fprintf(out, ", %" PRIu64 " failures (cut)", result->failure_runs);
    write_faults(out, result);
    if (result->capped > 0)
        fprintf(out, ", %" PRIu64 " capped", result->capped);
    if (record->replayed > 0)
        fprintf(out, ", %" PRIu64 " of the corpus", record->replayed);
    if (result->found_by != NULL)
        fprintf(out, ", found by %s", result->found_by);
    putc('\n', out);
}

void trio_runner_summary_details_(FILE *out, const struct record *record)
{
    const struct trio_campaign_result *result = &record->result;
    uint64_t ms = (uint64_t)(record->time / TRIO_MS);

    fprintf(out,
            "    %" PRIu64 " steps in %" PRIu64 " ms; sweeps: %" PRIu64
            " cancelled, %" PRIu64 " with early timers, %" PRIu64
            " failed calls of %" PRIu64 "; %" PRIu64 " twins\n",
            result->steps, ms, result->cancel_runs, result->time_runs,
            result->failure_runs, result->calls, result->twins);
    for (size_t i = 0; i < TRIO_SIM_STRATEGIES_MAX; i++) {
        const struct trio_strategy_count *count = &result->strategies[i];

        if (count->name == NULL)
            break;
        fprintf(out, "    %-16s %8" PRIu64 " runs", count->name, count->runs);
        if (count->failures > 0)
            fputs(", the first to fail", out);
        putc('\n', out);
    }
}

// A failure is told from a replay of its token, and never from memory: if the
// token does not lead to the failure again, the report says so in place of the
// story that it does not have.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/report.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/runner/command.h"
#include "sim/runner/crash.h"
#include "sim/runner/deviations.h"
#include "sim/runner/inquest.h"
#include "sim/runner/output.h"
#include "sim/runner/place.h"
#include "sim/runner/similar.h"
#include "sim/runner/timeline.h"
#include "sim/search/search.h"

enum { WIDTH_DEFAULT = 100 };

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

void trio_runner_report_line_(FILE *out, const struct record *record,
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

void trio_runner_report_details_(FILE *out, const struct record *record)
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

static const char *words_of_order(const struct trio_campaign_result *result)
{
    if (result->possible_in_pass)
        return "possible on today's loop";
    return result->sought_in_pass ? "needs a loop with another fairness"
                                  : "any; not looked for on today's loop";
}

static void write_search(FILE *out, const struct trio_campaign_result *result)
{
    if (result->found_by != NULL)
        fprintf(out, "  found    by %s, after %" PRIu64 " runs\n",
                result->found_by, result->found_after);
    if (result->replays > 0)
        fprintf(out,
                "  shrunk   from %zu to %zu deviations, by %" PRIu64
                " replays\n",
                result->deviations_found, result->deviations, result->replays);
    if (result->token[0] == '\0')
        return;
    fprintf(out, "  order    %s\n", words_of_order(result));
}

static size_t terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    int width = columns != NULL ? atoi(columns) : 0;

    return width >= 40 ? (size_t)width : WIDTH_DEFAULT;
}

struct scene {
    FILE *out;
    const struct options *options;
};

static void write_scene(const struct scene *scene, const struct kernel *kernel,
                        const char *failure)
{
    trio_runner_deviations_write_(scene->out, kernel);
    putc('\n', scene->out);
    trio_runner_timeline_(scene->out, kernel, failure, scene->options->full,
                          terminal_width());
}

static void write_printed(FILE *out, char *text)
{
    trio_runner_output_write_(out, "It prints", text);
}

static void write_calls(FILE *out, const struct death *death)
{
    bool any = false;

    for (size_t i = 0; i < death->call_count; i++) {
        const char *place = trio_runner_place_of_call_(death->calls[i]);
        if (place == NULL)
            continue;
        if (!any)
            fputs("\n  It was in the calls\n\n", out);
        any = true;
        fprintf(out, "    %s\n", place);
    }
}

__attribute__((noreturn)) static void
end_with_scene(const struct scene *scene, const struct kernel *kernel,
               const struct death *death, char *printed)
{
    if (kernel != NULL)
        write_scene(scene, kernel, death->text);
    write_calls(scene->out, death);
    write_printed(scene->out, printed);
    fclose(scene->out);
    _exit(EXIT_FAILED);
}

// Called in a process that is dying, in place of its end.
static void write_last_scene(void *context, const struct death *death,
                             struct kernel *kernel)
{
    end_with_scene(context, kernel, death, trio_runner_output_release_());
}

// Its runs were all tried when shrinking. Others may end the process, which is
// in order only if there is nothing else to do.
static void write_similar(FILE *out, struct trio_campaign *campaign,
                          const struct record *record, const char *failure)
{
    trio_runner_crash_expect_(NULL, NULL);
    trio_runner_output_hold_();
    trio_runner_similar_(out, campaign, record->scenario, record->result.token,
                         failure);
    free(trio_runner_output_release_());
}

// Replays the token, which leaves what there is to tell in the kernel.
static void write_story(FILE *out, const struct options *options,
                        struct trio_campaign *campaign,
                        const struct record *record)
{
    const struct trio_campaign_result *first = &record->result;
    struct trio_campaign_result again;
    const struct kernel *kernel = trio_sim_campaign_kernel_(campaign);
    trio_runner_output_hold_();
    trio_status rc =
        trio_campaign_replay(campaign, record->scenario, first->token, &again);
    char *printed = trio_runner_output_release_();

    if (rc == TRIO_OK && again.verdict == first->verdict) {
        const struct scene scene = {out, options};
        bool failed = again.verdict == TRIO_SIM_FAILED;
        write_scene(&scene, kernel, failed ? again.text : NULL);
        write_printed(out, printed);
        if (failed && (first->minimal || options->replay != NULL))
            write_similar(out, campaign, record, again.text);
        return;
    }
    free(printed);
    fprintf(out,
            "\n  Replayed in this process, the token comes to something else:\n"
            "  what decides is not in the schedule. Does the scenario keep "
            "something\n  from run to run?%s%s\n",
            rc == TRIO_ESTALE ? " It " : "",
            rc == TRIO_ESTALE ? again.text : "");
}

// The same of a run that ends its process.
static void write_story_apart(FILE *out, const struct options *options,
                              struct trio_campaign *campaign,
                              const struct record *record)
{
    struct scene scene = {.options = options};

    trio_runner_inquest_story_(out, &scene.out, options, campaign, record,
                               write_last_scene, &scene);
}

void trio_runner_report_death_(void *context, const struct death *death,
                               struct kernel *kernel)
{
    const struct options *options = context;
    struct scene scene = {stdout, options};
    char *printed = trio_runner_output_release_();
    char command[COMMAND_MAX];

    trio_runner_command_(command, sizeof(command), options, &death->record,
                         death->token);
    printf("%s failed: ", death->record.scenario->name);
    trio_runner_place_write_(stdout, death->text);
    printf("\n  token    %s\n  replay   %s\n", death->token, command);
    end_with_scene(&scene, kernel, death, printed);
}

char *trio_runner_report_story_(const struct options *options,
                                struct trio_campaign *campaign,
                                const struct record *record)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return NULL;
    write_story(out, options, campaign, record);
    fclose(out);
    return text;
}

char *trio_runner_report_failure_(const struct options *options,
                                  struct trio_campaign *campaign,
                                  const struct record *record)
{
    const struct trio_campaign_result *result = &record->result;
    char command[COMMAND_MAX];
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return NULL;
    fprintf(out, "%s %s: ", record->scenario->name,
            trio_runner_record_failed_(record) ? "failed" : "was capped");
    trio_runner_place_write_(out, result->text);
    putc('\n', out);
    if (result->token[0] != '\0')
        fprintf(out, "  token    %s\n", result->token);
    trio_runner_command_(command, sizeof(command), options, record,
                         result->token);
    fprintf(out, "  replay   %s\n", command);
    write_search(out, result);
    if (record->died && result->token[0] != '\0')
        write_story_apart(out, options, campaign, record);
    else if (result->token[0] != '\0')
        write_story(out, options, campaign, record);
    fclose(out);
    return text;
}

static void leave(const char *folder, const char *scenario, const char *suffix,
                  const char *text)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s.%s", folder, scenario, suffix);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return;
    }
    fputs(text, file);
    fclose(file);
}

void trio_runner_report_leave_(const struct options *options,
                               const struct record *record, const char *report)
{
    const char *name = record->scenario->name;
    const char *token = record->result.token;
    char line[TRIO_SIM_TOKEN_MAX + 1];

    if (options->outputs == NULL)
        return;
    leave(options->outputs, name, "txt", report);
    if (token[0] == '\0')
        return;
    snprintf(line, sizeof(line), "%s\n", token);
    leave(options->outputs, name, "token", line);
}

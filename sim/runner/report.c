// A failure is told from a replay of its token, and never from memory: if the
// token does not lead to the failure again, the report says so in place of the
// story that it does not have.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/report.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
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
#include "sim/runner/text.h"
#include "sim/runner/timeline.h"
#include "sim/search/search.h"

enum { WIDTH_DEFAULT = 100 };

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
    struct text text;

    if (!trio_runner_text_open_(&text))
        return NULL;
    write_story(text.out, options, campaign, record);
    return trio_runner_text_close_(&text);
}

char *trio_runner_report_failure_(const struct options *options,
                                  struct trio_campaign *campaign,
                                  const struct record *record)
{
    const struct trio_campaign_result *result = &record->result;
    char command[COMMAND_MAX];
    struct text text;

    if (!trio_runner_text_open_(&text))
        return NULL;
    FILE *out = text.out;
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
    return trio_runner_text_close_(&text);
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

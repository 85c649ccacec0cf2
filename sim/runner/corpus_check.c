// A corpus that has lost what it was kept for would go on as if nothing could
// fail any more. So each of its lines is a token of some scenario, or is told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/corpus_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/corpus_file.h"
#include "sim/runner/folder.h"
#include "sim/runner/selection.h"
#include "sim/search/corpus.h"
#include "sim/search/search.h"

struct check {
    const char *path;
    const struct listener *listener;
    size_t warnings;
};

static const char suffix[] = ".token";

TRIO_PRINTF(2, 3)
static void warn(struct check *check, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    check->warnings++;
    check->listener->warn(check->listener->context, line);
}

static bool is_token_of(const char *token, const struct trio_scenario *scenario)
{
    static struct deviation deviations[DEVIATIONS_MAX];
    struct plan plan = {.scenario = scenario};

    return trio_sim_token_read_(token, &plan, deviations, DEVIATIONS_MAX);
}

// Returns the scenario that a token is of, NULL if it is of none.
static const struct trio_scenario *owner_of(const char *token)
{
    const struct trio_scenario *scenario = trio_scenario_first();

    while (scenario != NULL && !is_token_of(token, scenario))
        scenario = scenario->next;
    return scenario;
}

// Checks the tokens of a scenario; NULL: of any.
static void check_text(struct check *check, const struct trio_scenario *of,
                       struct corpus corpus)
{
    const char *name = of != NULL ? of->name : check->path;

    while (trio_sim_corpus_next_(&corpus)) {
        if (of != NULL && is_token_of(corpus.token, of))
            continue;
        const struct trio_scenario *owner = owner_of(corpus.token);
        if (of == NULL && owner != NULL)
            continue;
        warn(check, "%.200s: line %zu: %s%.100s", name, corpus.line,
             owner != NULL ? "a token of " : trio_sim_token_flaw_(corpus.token),
             owner != NULL ? owner->name : "");
    }
}

static void check_tokens(struct check *check, const struct trio_scenario *of)
{
    size_t length = 0;
    char *text = trio_runner_corpus_read_(check->path,
                                          of != NULL ? of->name : "", &length);

    if (text == NULL)
        warn(check, "%.400s: cannot be read", check->path);
    else
        check_text(check, of, (struct corpus){.at = text, .left = length});
    free(text);
}

static void check_file(struct check *check, char *name)
{
    size_t length = strlen(name);

    if (length < sizeof(suffix) ||
        strcmp(name + length - (sizeof(suffix) - 1), suffix) != 0)
        return;
    name[length - (sizeof(suffix) - 1)] = '\0';
    const struct trio_scenario *scenario = trio_runner_scenario_named_(name);
    if (scenario != NULL)
        check_tokens(check, scenario);
    else
        warn(check, "%.200s/%.200s%s: there is no scenario of this name",
             check->path, name, suffix);
}

static void check_folder(struct check *check)
{
    struct folder folder;

    if (!trio_runner_folder_read_(check->path, &folder)) {
        warn(check, "%.400s: cannot be read", check->path);
        return;
    }
    for (size_t i = 0; i < folder.count; i++)
        check_file(check, folder.items[i]);
    trio_runner_folder_free_(&folder);
}

size_t trio_runner_corpus_check_(const char *path,
                                 const struct listener *listener)
{
    struct check check = {.path = path, .listener = listener};

    if (trio_runner_is_folder_(path))
        check_folder(&check);
    else
        check_tokens(&check, NULL);
    return check.warnings;
}

// Whom a deviation names is read from its words: they are what the reader sees,
// and wants to find again in the timeline.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/deviations.h"

#include <stdlib.h>
#include <string.h>

#include "sim/runner/place.h"
#include "sim/runner/row.h"

static size_t told_count(const struct kernel *kernel)
{
    size_t count;

    trio_sim_fired_(kernel, &count);
    return count < DEVIATIONS_TOLD_MAX ? count : DEVIATIONS_TOLD_MAX;
}

void trio_runner_deviations_write_(FILE *out, const struct kernel *kernel)
{
    size_t told = told_count(kernel);
    size_t count;

    trio_sim_fired_(kernel, &count);
    if (count == 0)
        fputs("\n  This is the schedule of production.\n", out);
    else
        fputs("\n  It differs from production in that\n", out);
    for (size_t i = 0; i < told; i++) {
        fprintf(out, "  %3zu. ", i + 1);
        trio_runner_place_write_(out, trio_sim_fired_words_(kernel, i));
        putc('\n', out);
    }
    if (count > told)
        fprintf(out, "       ... and %zu more\n", count - told);
}

// Whether a text has a name in it, and not only as a part of another one.
static bool has_name(const char *text, const char *name)
{
    size_t length = strlen(name);
    const char *at = text;

    while ((at = strstr(at, name)) != NULL) {
        bool begins = at == text || strchr(" (", at[-1]) != NULL;
        if (begins && strchr(" ,)", at[length]) != NULL)
            return true;
        at++;
    }
    return false;
}

bool *trio_runner_deviations_named_(const struct kernel *kernel)
{
    size_t tasks = trio_sim_actor_count_(kernel);
    size_t told = told_count(kernel);
    bool *named = calloc(tasks + 1, sizeof(*named));
    char name[ROW_NAME_MAX];

    if (named == NULL || told == 0)
        return named;
    for (uint32_t task = 1; task < tasks; task++) {
        trio_sim_actor_name_(kernel, task, name, sizeof(name));
        for (size_t i = 0; i < told && !named[task]; i++)
            named[task] = has_name(trio_sim_fired_words_(kernel, i), name);
    }
    return named;
}

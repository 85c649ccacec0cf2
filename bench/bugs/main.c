// How soon the bugs of this folder are found, by which strategy, and what is
// left of them then.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bugs/measure.h"

struct part {
    const char *option;
    unsigned (*measure)(const struct measure *measure);
    bool on_demand; // Not if nothing is asked for.
};

static const struct part parts[] = {
    {"--witness", measure_witnesses, false},
    {"--strategies", measure_strategies, false},
    {"--sweeps", measure_sweeps, false},
    {"--events", measure_events, false},
    {"--tokens", measure_tokens, false},
    {"--write-tokens", measure_lines, true},
};

enum { PARTS = sizeof parts / sizeof parts[0] };

struct options {
    const char *pattern;
    const char *line; // To be replayed in place of all else.
    const char *file; // The same, with many.
    bool quick;
    bool part[PARTS]; // Those asked for.
    bool any;
};

static void usage(void)
{
    fputs("usage: bugs [OPTION]...\n"
          "  --bug PATTERN  only bugs of these names, as in a shell\n"
          "  --quick        one trial in place of 20\n"
          "  --witness      only this part: each bug can fail\n"
          "  --strategies   only this part: who finds it how soon\n"
          "  --sweeps       only this part: cancellations by default\n"
          "  --events       only this part: events, and how few deviations\n"
          "  --tokens       only this part: failures as they are told\n"
          "  --write-tokens prints a line for each failure, to be kept\n"
          "  --replay LINE  replays such a line\n"
          "  --replay-tokens FILE\n"
          "                 replays all of a file, each in a new process\n",
          stderr);
    exit(2);
}

static bool choose_part(struct options *options, const char *argument)
{
    for (size_t i = 0; i < PARTS; i++)
        if (strcmp(argument, parts[i].option) == 0) {
            options->part[i] = true;
            options->any = true;
            return true;
        }
    return false;
}

// Returns where the value of an option belongs, NULL if it takes none.
static const char **value_of(struct options *options, const char *argument)
{
    if (strcmp(argument, "--bug") == 0)
        return &options->pattern;
    if (strcmp(argument, "--replay") == 0)
        return &options->line;
    if (strcmp(argument, "--replay-tokens") == 0)
        return &options->file;
    return NULL;
}

static struct options parse(char **argument)
{
    struct options options = {0};

    for (; *argument != NULL; argument++) {
        const char **value = value_of(&options, *argument);
        if (value != NULL && argument[1] != NULL)
            *value = *++argument;
        else if (strcmp(*argument, "--quick") == 0)
            options.quick = true;
        else if (!choose_part(&options, *argument))
            usage();
    }
    return options;
}

static bool measure_all(const struct options *options, struct measure *measure)
{
    unsigned wrong = 0;

    if (options->line != NULL)
        return measure_replay_line(measure, options->line);
    for (size_t i = 0; i < PARTS; i++)
        if (options->any ? options->part[i] : !parts[i].on_demand)
            wrong += parts[i].measure(measure);
    return wrong == 0;
}

int main(int argc, char **argv)
{
    struct options options = parse(argv + (argc > 0));
    struct measure measure = {.pattern = options.pattern,
                              .trials = options.quick ? 1 : TRIALS_MAX};

    if (options.file != NULL)
        return !measure_replay_file(options.file);
    measure_begin(&measure);
    bool right = measure_all(&options, &measure);
    measure_end(&measure);
    return !right;
}

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
};

static const struct part parts[] = {
    {"--witness", measure_witnesses},
    {"--strategies", measure_strategies},
    {"--sweeps", measure_sweeps},
    {"--tokens", measure_tokens},
};

enum { PARTS = sizeof parts / sizeof parts[0] };

struct options {
    const char *pattern;
    bool quick;
    bool part[PARTS]; // Those asked for; all if none was.
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
          "  --tokens       only this part: failures as they are told\n",
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

static struct options parse(char **argument)
{
    struct options options = {0};

    for (; *argument != NULL; argument++) {
        if (strcmp(*argument, "--quick") == 0)
            options.quick = true;
        else if (strcmp(*argument, "--bug") == 0 && argument[1] != NULL)
            options.pattern = *++argument;
        else if (!choose_part(&options, *argument))
            usage();
    }
    return options;
}

int main(int argc, char **argv)
{
    struct options options = parse(argv + (argc > 0));
    struct trio_config base = trio_config_platform();
    struct measure measure = {.campaign = trio_campaign_new(&base),
                              .pattern = options.pattern,
                              .trials = options.quick ? 1 : TRIALS_MAX};
    unsigned wrong = 0;

    if (measure.campaign == NULL) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    for (size_t i = 0; i < PARTS; i++)
        if (options.part[i] || !options.any)
            wrong += parts[i].measure(&measure);
    trio_campaign_free(measure.campaign);
    return wrong > 0;
}

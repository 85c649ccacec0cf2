// How soon the bugs of this folder are found, by which strategy, and what is
// left of them then.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bugs/measure.h"

struct options {
    const char *pattern;
    bool quick;
    bool witness;
};

static void usage(void)
{
    fputs("usage: bugs [--quick] [--witness] [--bug PATTERN]\n"
          "  --bug PATTERN  only bugs of these names, as in a shell\n"
          "  --quick        one trial in place of 20\n"
          "  --witness      only proves that each bug can fail\n",
          stderr);
    exit(2);
}

static struct options parse(char **argument)
{
    struct options options = {0};

    for (; *argument != NULL; argument++) {
        if (strcmp(*argument, "--quick") == 0) {
            options.quick = true;
        } else if (strcmp(*argument, "--witness") == 0) {
            options.witness = true;
        } else if (strcmp(*argument, "--bug") == 0 && argument[1] != NULL) {
            options.pattern = *++argument;
        } else {
            usage();
        }
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

    if (measure.campaign == NULL) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    unsigned unproven = measure_witnesses(&measure);
    if (!options.witness) {
        measure_strategies(&measure);
        measure_sweeps(&measure);
        measure_tokens(&measure);
    }
    trio_campaign_free(measure.campaign);
    return unproven > 0;
}

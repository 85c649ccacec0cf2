// Each option is one line of a table that says how it is written, what it takes
// and where that goes: what can be parsed is what `--help` prints.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// One of a few words, and what it stands for.
struct choice {
    const char *word;
    int value;
};

static const struct choice orders[] = {{"pass", TRIO_SIM_PASS},
                                       {"any", TRIO_SIM_ANY},
                                       {"soft", TRIO_SIM_SOFT},
                                       {0}};
static const struct choice sweeps[] = {
    {"on", SWEEP_ON}, {"off", SWEEP_OFF}, {"only", SWEEP_ONLY}, {0}};
static const struct choice switches[] = {{"on", false}, {"off", true}, {0}};

static const enum trio_sim_order order_values[] = {TRIO_SIM_PASS, TRIO_SIM_ANY,
                                                   TRIO_SIM_SOFT};

enum kind { FLAG, TEXT, NUMBER, ORDER, SWEEP, SWITCH };

struct entry {
    const char *name;
    enum kind kind;
    size_t offset; // Of its member.
    const char *takes;
    const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct entry entries[] = {
    {"list", FLAG, AT(list), "", "prints the names of the scenarios"},
    {"test", TEXT, AT(pattern), " PATTERN",
     "runs those that have this in their name"},
    {"runs", NUMBER, AT(runs), " N",
     "schedules for each, besides the sweeps (1000)"},
    {"seconds", NUMBER, AT(seconds), " N",
     "goes on that long, half of it in any order"},
    {"seed", NUMBER, AT(seed), " N", "other seeds, other schedules"},
    {"strategy", TEXT, AT(strategy), " NAME",
     "fifo, random, pct, pos, delay or script"},
    {"script", TEXT, AT(script), " WORDS",
     "the schedule of the strategy script"},
    {"order", ORDER, AT(order), " ORDER",
     "pass, any or soft instead of its own"},
    {"cancel-sweep", SWEEP, AT(cancel_sweep), "=WHEN", "on, off or only"},
    {"failure-sweep", SWEEP, AT(failure_sweep), "=WHEN", "on, off or only"},
    {"replay", TEXT, AT(replay), " TOKEN", "runs one schedule, and shows it"},
    {"shrink", SWITCH, AT(no_shrink), "=WHEN",
     "on or off: look for a smaller one"},
    {"corpus", TEXT, AT(corpus), " PATH",
     "tokens to replay first: a file or a folder"},
    {"twins", NUMBER, AT(twins), " N",
     "compares with N runs in processes of their own"},
    {"twins-only", FLAG, AT(twins_only), "",
     "only compares each run with a second one"},
    {"twin", TEXT, AT(twin), " SCENARIO",
     "is one: prints the hash of its seed"},
    {"jobs", NUMBER, AT(jobs), " N",
     "so many processes; a crash ends only one"},
    {"junit", TEXT, AT(junit), " FILE", "writes the results as XML, too"},
    {"full", FLAG, AT(full), "", "shows all steps of a run"},
    {"verbose", FLAG, AT(verbose), "", "says more"},
    {"help", FLAG, AT(help), "", "says this"},
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

void trio_runner_options_help_(FILE *out, const char *program)
{
    fprintf(out, "usage: %s [OPTION]...\n", program);
    for (size_t i = 0; i < ENTRIES; i++) {
        int width = 22 - (int)strlen(entries[i].name);

        fprintf(out, "  --%s%-*s %s\n", entries[i].name, width,
                entries[i].takes, entries[i].help);
    }
    fputs("exits with 0: all passed; 1: something failed; 2: wrong options;\n"
          "3: nothing failed, but a run was capped or a token does not fit\n",
          out);
}

static bool read_number(const char *text, uint64_t *ret_value)
{
    char *end;

    errno = 0;
    *ret_value = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static const struct choice *find_choice(const struct choice *choices,
                                        const char *word)
{
    for (; choices->word != NULL; choices++)
        if (strcmp(choices->word, word) == 0)
            return choices;
    return NULL;
}

static bool set_value(struct options *options, const struct entry *entry,
                      const char *value)
{
    void *member = (char *)options + entry->offset;
    const struct choice *choice;

    switch (entry->kind) {
    case FLAG:
        *(bool *)member = true;
        return true;
    case TEXT:
        *(const char **)member = value;
        return *value != '\0';
    case NUMBER:
        return read_number(value, member);
    case ORDER:
        choice = find_choice(orders, value);
        if (choice != NULL)
            *(const enum trio_sim_order **)member =
                &order_values[choice->value];
        return choice != NULL;
    case SWEEP:
        choice = find_choice(sweeps, value);
        if (choice != NULL)
            *(enum sweep *)member = (enum sweep)choice->value;
        return choice != NULL;
    default:
        choice = find_choice(switches, value);
        if (choice != NULL)
            *(bool *)member = choice->value != 0;
        return choice != NULL;
    }
}

// Finds the option that an argument names, which may have its value behind an
// equals sign.
static const struct entry *find_entry(const char *argument,
                                      const char **ret_value)
{
    if (strncmp(argument, "--", 2) != 0)
        return NULL;
    size_t length = strcspn(argument + 2, "=");
    *ret_value = argument[2 + length] == '=' ? argument + 3 + length : NULL;
    for (size_t i = 0; i < ENTRIES; i++)
        if (strlen(entries[i].name) == length &&
            strncmp(entries[i].name, argument + 2, length) == 0)
            return &entries[i];
    return NULL;
}

static bool read_arguments(struct options *options, int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        const char *argument = arguments[i];
        const char *value;
        const struct entry *entry = find_entry(argument, &value);

        if (entry != NULL && entry->kind != FLAG && value == NULL &&
            i + 1 < count)
            value = arguments[++i];
        if (entry == NULL || (entry->kind == FLAG) != (value == NULL) ||
            !set_value(options, entry, value)) {
            fprintf(stderr, "%s: %s: %s\n", options->program, argument,
                    entry == NULL ? "no such option" : "not with that value");
            return false;
        }
    }
    return true;
}

// Returns a number of the environment, or else `otherwise`.
static uint64_t environment_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t number;

    return text != NULL && read_number(text, &number) ? number : otherwise;
}

// Of `shard_count`; answered by touching a file.
static void read_shards(struct options *options)
{
    const char *path = getenv("TEST_SHARD_STATUS_FILE");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    options->shards = 1;
    if (file == NULL)
        return;
    fclose(file);
    options->shards = environment_number("TEST_TOTAL_SHARDS", 1);
    options->shard = environment_number("TEST_SHARD_INDEX", 0);
}

bool trio_runner_options_read_(struct options *options, int count,
                               char **arguments)
{
    *options = (struct options){
        .program = arguments[0],
        .pattern = getenv("TESTBRIDGE_TEST_ONLY"), // Of --test_filter.
        .junit = getenv("XML_OUTPUT_FILE"),
        .outputs = getenv("TEST_UNDECLARED_OUTPUTS_DIR"),
        .seed = environment_number("TEST_RANDOM_SEED", 0), // --runs_per_test.
    };
    read_shards(options);
    if (!read_arguments(options, count, arguments))
        return false;
    if (options->script != NULL && options->strategy == NULL)
        options->strategy = "script";
    return true;
}

static bool is_name(const char *pattern)
{
    const struct trio_scenario *scenario = trio_scenario_first();

    while (scenario != NULL && strcmp(scenario->name, pattern) != 0)
        scenario = scenario->next;
    return scenario != NULL;
}

bool trio_runner_options_select_(const struct options *options,
                                 const struct trio_scenario *scenario)
{
    const char *pattern = options->pattern;

    if (pattern == NULL)
        return true;
    if (is_name(pattern))
        return strcmp(scenario->name, pattern) == 0;
    return strstr(scenario->name, pattern) != NULL;
}

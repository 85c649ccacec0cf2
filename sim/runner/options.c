// Each option is one line of a table that says how it is written, what it takes
// and where that goes: what can be parsed is what `--help` prints.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/jobs.h"

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
static const struct choice faults[] = {
    {"on", FAULTS_ON}, {"off", FAULTS_OFF}, {0}};
static const struct choice switches[] = {{"on", false}, {"off", true}, {0}};

static const enum trio_sim_order order_values[] = {TRIO_SIM_PASS, TRIO_SIM_ANY,
                                                   TRIO_SIM_SOFT};

enum kind { FLAG, TEXT, PATTERN, NUMBER, ORDER, SWEEP, FAULTS, SWITCH, KINDS };

// Of the kinds that have them; NULL: any value.
static const struct choice *const choices_of[KINDS] = {
    [ORDER] = orders, [SWEEP] = sweeps, [FAULTS] = faults, [SWITCH] = switches};

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
    {"test", PATTERN, AT(patterns), " PATTERN",
     "runs those with this in their name; may be repeated"},
    {"runs", NUMBER, AT(runs), " N",
     "schedules for each, besides the sweeps (10000)"},
    {"seconds", NUMBER, AT(seconds), " N",
     "goes on that long, half of it in any order"},
    {"seed", NUMBER, AT(seed), " N", "other seeds, other schedules"},
    {"strategy", TEXT, AT(strategy), " NAME", "one of " STRATEGY_NAMES},
    {"script", TEXT, AT(script), " WORDS",
     "the schedule of the strategy script"},
    {"order", ORDER, AT(order), " ORDER",
     "pass, any or soft instead of its own"},
    {"cancel-sweep", SWEEP, AT(cancel_sweep), "=WHEN", "on, off or only"},
    {"time-sweep", SWEEP, AT(time_sweep), "=WHEN", "on, off or only"},
    {"failure-sweep", SWEEP, AT(failure_sweep), "=WHEN", "on, off or only"},
    {"malloc-failures", SWITCH, AT(no_malloc_failures), "=WHEN",
     "on or off: malloc fails as other calls do"},
    {"faults", FAULTS, AT(faults), "=WHEN",
     "on or off: all kinds by chance, or none"},
    {"replay", TEXT, AT(replay), " TOKEN", "runs one schedule, and shows it"},
    {"shrink", SWITCH, AT(no_shrink), "=WHEN",
     "on or off: look for a smaller one"},
    {"sometimes", SWITCH, AT(no_sometimes), "=WHEN",
     "on or off: what never holds is a failure"},
    {"corpus", TEXT, AT(corpus), " PATH",
     "tokens to replay first: a file or a folder"},
    {"twins", NUMBER, AT(twins), " N",
     "compares with N runs in processes of their own"},
    {"twins-only", FLAG, AT(twins_only), "",
     "only compares each run with a second one"},
    {"twin", TEXT, AT(twin), " SCENARIO",
     "is one: prints the hash of its seed"},
    {"jobs", NUMBER, AT(jobs), " N",
     "so many processes (1); 0: all in this one, as on Windows"},
    {"step-seconds", NUMBER, AT(step_seconds), " N",
     "processor time after which a step never ends (10)"},
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
          "3: nothing failed, but a run was capped, a token does not fit,\n"
          "it was stopped, or something would fail on a loop with another\n"
          "fairness\n",
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

// Sets the member of an option that has a choice of values.
static bool set_choice(void *member, enum kind kind, const char *value)
{
    const struct choice *choice = find_choice(choices_of[kind], value);

    if (choice == NULL)
        return false;
    if (kind == ORDER)
        *(const enum trio_sim_order **)member = &order_values[choice->value];
    else if (kind == SWEEP)
        *(enum sweep *)member = (enum sweep)choice->value;
    else if (kind == FAULTS)
        *(enum faults *)member = (enum faults)choice->value;
    else
        *(bool *)member = choice->value != 0;
    return true;
}

static bool add_pattern(struct options *options, const char *pattern)
{
    if (options->pattern_count == PATTERNS_MAX)
        return false;
    options->patterns[options->pattern_count++] = pattern;
    return true;
}

static bool set_value(struct options *options, const struct entry *entry,
                      const char *value)
{
    void *member = (char *)options + entry->offset;

    switch (entry->kind) {
    case FLAG:
        *(bool *)member = true;
        return true;
    case TEXT:
        *(const char **)member = value;
        return *value != '\0';
    case PATTERN:
        return *value != '\0' && add_pattern(options, value);
    case NUMBER:
        return read_number(value, member);
    default:
        return set_choice(member, entry->kind, value);
    }
}

// Finds the option that an argument names, which may have its value behind an
// equals sign.
static const struct entry *find_entry(const char *argument,
                                      const char **ret_value)
{
    if (strcmp(argument, "-h") == 0)
        argument = "--help"; // Which everybody tries first.
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

// Says why a value is refused, or that there is none: by what it could be.
static void refuse(const struct options *options, const struct entry *entry,
                   const char *value)
{
    const struct choice *choice = choices_of[entry->kind];

    fprintf(stderr, "%s: --%s takes ", options->program, entry->name);
    if (entry->kind == FLAG)
        fputs("no value", stderr);
    else if (entry->kind == NUMBER)
        fputs("a number", stderr);
    else if (entry->kind == PATTERN)
        fprintf(stderr, "a part of a name, %d times at most", PATTERNS_MAX);
    else if (entry->kind == TEXT)
        fprintf(stderr, "a value: %s", entry->takes + 1);
    for (; choice != NULL && choice->word != NULL; choice++)
        fprintf(stderr, "%s%s", choice->word,
                choice[1].word == NULL   ? ""
                : choice[2].word == NULL ? " or "
                                         : ", ");
    if (value != NULL)
        fprintf(stderr, ", not '%s'", value);
    putc('\n', stderr);
}

static bool read_arguments(struct options *options, int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        const char *value;
        const struct entry *entry = find_entry(arguments[i], &value);

        if (entry == NULL) {
            fprintf(stderr, "%s: there is no option %s; --help says which\n",
                    options->program, arguments[i]);
            return false;
        }
        if (entry->kind != FLAG && value == NULL && i + 1 < count)
            value = arguments[++i];
        if ((entry->kind == FLAG) != (value == NULL) ||
            !set_value(options, entry, value)) {
            refuse(options, entry, value);
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
    const char *filter = getenv("TESTBRIDGE_TEST_ONLY"); // Of --test_filter.

    *options = (struct options){
        .program = arguments[0],
        .junit = getenv("XML_OUTPUT_FILE"),
        .target = getenv("TEST_TARGET"),
        .jobs = trio_runner_jobs_exist_,
        .step_seconds = 10,
        .outputs = getenv("TEST_UNDECLARED_OUTPUTS_DIR"),
        .seed = environment_number("TEST_RANDOM_SEED", 0), // --runs_per_test.
    };
    read_shards(options);
    if (!read_arguments(options, count, arguments))
        return false;
    if (options->jobs > 0 && !trio_runner_jobs_exist_) {
        fprintf(stderr, "%s: --jobs is 0 on this system, not %" PRIu64 "\n",
                options->program, options->jobs);
        return false;
    }
    if (options->pattern_count == 0 && filter != NULL)
        add_pattern(options, filter);
    if (options->script != NULL && options->strategy == NULL)
        options->strategy = "script";
    return true;
}

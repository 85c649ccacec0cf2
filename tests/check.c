// The runner keeps one thing straight: which case runs how, so that whatever
// goes wrong, a crash included, comes with the command that replays it. A check
// that fails ends a simulated run; elsewhere it marks the case and lets the
// body go on: bodies have scopes open that must be closed on every path.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <trio/campaign.h>

static struct check_case *first_case;
static struct check_case **last_link = &first_case;

static const char *program = "test";
static const struct check_case *current;
static uint64_t seed;
static uint64_t shuffles = 100;
static bool only_one_seed;
static const char *token;
static struct trio_campaign *campaign;
static struct trio_campaign_result result;
static bool failed;

void check_register(struct check_case *item)
{
    *last_link = item;
    last_link = &item->next;
}

struct check_case *check_first(void)
{
    return first_case;
}

const struct check_case *check_current(void)
{
    return current;
}

uint64_t check_seed(void)
{
    return seed;
}

bool check_is_fifo(void)
{
    return trio_in_run() ? trio_sim_is_fifo() : seed == 0;
}

struct trio_mock_clock *check_clock(void)
{
    return trio_sim_clock();
}

static void print_replay(void)
{
    if (current == NULL)
        return;
    fprintf(stderr,
            "    in %s.%s; replay: %s --test %s.%s --seed %" PRIu64 "\n",
            current->suite, current->name, program, current->suite,
            current->name, seed);
}

static bool note(bool condition, const char *file, int line, const char *text,
                 const char *rest)
{
    char message[1536];

    if (condition)
        return true;
    snprintf(message, sizeof(message), "%s:%d: failed: %s%s", file, line, text,
             rest);
    trio_sim_fail(message, true); // Does not return from a simulated run.
    failed = true;
    fprintf(stderr, "%s\n", message);
    print_replay();
    return false;
}

bool check_that(bool condition, const char *text, const char *file, int line)
{
    return note(condition, file, line, text, "");
}

bool check_status(trio_status actual, trio_status expected, const char *text,
                  const char *file, int line)
{
    char rest[160];

    snprintf(rest, sizeof(rest), ": %s (%d), not %s (%d)",
             trio_status_name(actual), (int)actual, trio_status_name(expected),
             (int)expected);
    return note(actual == expected, file, line, text, rest);
}

bool check_equal(int64_t actual, int64_t expected, const char *text,
                 const char *file, int line)
{
    char rest[80];

    snprintf(rest, sizeof(rest), ": %" PRId64 ", not %" PRId64, actual,
             expected);
    return note(actual == expected, file, line, text, rest);
}

bool check_string(const char *actual, const char *expected, const char *text,
                  const char *file, int line)
{
    char rest[1024];

    if (actual == NULL)
        actual = "(null)";
    snprintf(rest, sizeof(rest), ": \"%s\", not \"%s\"", actual, expected);
    return note(strcmp(actual, expected) == 0, file, line, text, rest);
}

void check_require(bool condition, const char *text, const char *file, int line)
{
    if (!note(condition, file, line, text, " (required)"))
        exit(1);
}

void log_add(struct log *log, char letter)
{
    REQUIRE(log->length + 1 < sizeof(log->text));
    log->text[log->length++] = letter;
    log->text[log->length] = '\0';
}

void log_sort(struct log *log)
{
    for (size_t i = 1; i < log->length; i++) {
        char letter = log->text[i];
        size_t at = i;

        for (; at > 0 && log->text[at - 1] > letter; at--)
            log->text[at] = log->text[at - 1];
        log->text[at] = letter;
    }
}

// The main task of a case. The body has closed whatever it opened, so nothing
// but success is left.
static trio_status run_body(void *arg)
{
    const struct check_case *item = arg;

    item->body();
    return TRIO_OK;
}

static void run_once(const struct check_case *item)
{
    trio_status rc = TRIO_OK;

    if (item->kind == CHECK_REAL)
        rc = trio_run(run_body, (void *)(uintptr_t)item);
    else
        item->body();
    check_status(rc, TRIO_OK, "the run of the case", __FILE__, __LINE__);
}

static void run_outside(const struct check_case *item)
{
    bool many = item->kind == CHECK_SEEDED && !only_one_seed;

    if (!only_one_seed)
        seed = 0;
    for (;;) {
        run_once(item);
        // One replayable failure is enough.
        if (failed || !many || seed == shuffles)
            return;
        seed++;
    }
}

static void tell_failure(const char *name)
{
    failed = true;
    fprintf(stderr, "%s\n", result.text);
    if (result.found_by != NULL)
        fprintf(stderr, "    found by %s after %" PRIu64 " runs\n",
                result.found_by, result.found_after);
    fprintf(stderr, "    in %s; replay: %s --test %s --replay %s\n", name,
            program, name, result.token);
}

static void run_campaign(const struct check_case *item)
{
    char name[256];
    // The run gives it back to run_body, which only reads it.
    const char *folder = getenv("TEST_TMPDIR"); // For files of the tests' own.
    struct trio_scenario scenario = {.name = name,
                                     .fn = run_body,
                                     .files = folder != NULL ? folder : "/tmp",
                                     .arg = (void *)(uintptr_t)item,
                                     .still_clock = true,
                                     .steps_max = 10000000,
                                     .time_max = TRIO_FOREVER};
    struct trio_campaign_options options = {.seed = seed,
                                            .runs = shuffles,
                                            .sweep_runs = 5 * shuffles,
                                            .no_twins = !CHECK_OWN_ADDRESSES};
    struct trio_config base = trio_config_platform();
    trio_status rc;

    snprintf(name, sizeof(name), "%s.%s", item->suite, item->name);
    if (item->kind == CHECK_THOROUGH)
        options.runs *= 10;
    if (item->kind == CHECK_SIMULATED_ONCE) {
        options.strategy = "fifo";
        options.runs = 1;
    }
    if (campaign == NULL)
        campaign = trio_campaign_new(&base);
    if (token == NULL)
        rc = trio_campaign_run(campaign, &scenario, &options, &result);
    else
        rc = trio_campaign_replay(campaign, &scenario, token, &result);
    check_status(rc, TRIO_OK, "the campaign of the case", __FILE__, __LINE__);
    if (result.verdict == TRIO_SIM_FAILED)
        tell_failure(name);
    CHECK(result.verdict != TRIO_SIM_CAPPED);
}

bool check_run_case(const struct check_case *item)
{
    current = item;
    failed = false;
    if (item->kind == CHECK_SIMULATED || item->kind == CHECK_THOROUGH ||
        item->kind == CHECK_SIMULATED_ONCE)
        run_campaign(item);
    else
        run_outside(item);
    current = NULL;
    return !failed;
}

// Names the case that was running, then lets the abort go on.
static void on_abort(int number)
{
    (void)number;
    fprintf(stderr, "aborted\n");
    print_replay();
    signal(SIGABRT, SIG_DFL);
}

static bool matches(const struct check_case *item, const char *pattern)
{
    char name[256];

    snprintf(name, sizeof(name), "%s.%s", item->suite, item->name);
    return pattern == NULL || strstr(name, pattern) != NULL;
}

static uint64_t parse_number(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "%s: not a number: %s\n", program, text);
        exit(2);
    }
    return (uint64_t)value;
}

static int print_list(const char *pattern)
{
    for (struct check_case *item = first_case; item != NULL; item = item->next)
        if (matches(item, pattern))
            printf("%s.%s\n", item->suite, item->name);
    return 0;
}

int check_main(int count, char **arguments)
{
    const char *pattern = NULL;
    const char *environment = getenv("CHECK_RUNS");
    bool list = false;
    size_t passed_count = 0;
    size_t failed_count = 0;

    program = arguments[0];
    if (environment != NULL)
        shuffles = parse_number(environment);
    for (int i = 1; i < count; i++) {
        bool more = i + 1 < count;

        if (strcmp(arguments[i], "--list") == 0) {
            list = true;
        } else if (strcmp(arguments[i], "--test") == 0 && more) {
            pattern = arguments[++i];
        } else if (strcmp(arguments[i], "--runs") == 0 && more) {
            shuffles = parse_number(arguments[++i]);
        } else if (strcmp(arguments[i], "--seed") == 0 && more) {
            seed = parse_number(arguments[++i]);
            only_one_seed = true;
        } else if (strcmp(arguments[i], "--replay") == 0 && more) {
            token = arguments[++i];
        } else {
            fprintf(stderr,
                    "usage: %s [--list] [--test PATTERN] [--seed N] "
                    "[--runs N] [--replay TOKEN]\n",
                    program);
            return 2;
        }
    }
    if (list)
        return print_list(pattern);

    signal(SIGABRT, on_abort);
    for (struct check_case *item = first_case; item != NULL;
         item = item->next) {
        if (!matches(item, pattern))
            continue;
        if (check_run_case(item)) {
            passed_count++;
        } else {
            failed_count++;
            printf("FAILED %s.%s\n", item->suite, item->name);
        }
        fflush(stdout);
    }
    trio_campaign_free(campaign);
    printf("%zu passed, %zu failed\n", passed_count, failed_count);
    // A pattern that matches nothing must not look like success.
    return failed_count == 0 && passed_count > 0 ? 0 : 1;
}

// More than 100,000 schedules, the same on every system and every CPU: those of
// all scenarios, under every strategy and order, with faults of all kinds. Of
// each scenario there is one number, made of the hashes, verdicts and tokens of
// its schedules. Those that change on purpose are written anew with
//
//     GOLDEN_WRITE=tests/schedules schedules_test
//
// and the schedules of one, to compare two systems line by line, with
//
//     GOLDEN_PRINT=two_hosts_talk schedules_test
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/search/search.h"
#include "tests/check.h"

enum { SCHEDULES = 2200, SCHEDULES_TOGETHER = 100000, ORDERS = 3 };
enum { TOKEN_MAX = 32 * 1024 };

struct golden {
    const char *name;
    uint64_t digest;
};

static const struct golden goldens[] = {
#include "tests/schedules/golden.inc"
    {NULL, 0}};

// Memory of a search, which is too large for a stack.
static struct strategies strategies;
static char token[TOKEN_MAX];

// ---- One schedule ----

static struct plan plan_of(const struct trio_scenario *scenario,
                           uint64_t number)
{
    struct plan plan = {
        .scenario = scenario,
        .order = (enum trio_sim_order)(number % ORDERS),
        .seed = number / ORDERS % 2 == 0 ? 0 : number,
        .strategy = trio_sim_portfolio_(&strategies, 0, number),
        .strategy_seed = trio_sim_run_seed_(0, number),
        .details = true,
    };

    // Not everywhere can the simulation have malloc fail.
    plan.swarm = (struct swarm){.seed = plan.strategy_seed | 1,
                                .all = !scenario->no_failure_sweep,
                                .no_heap = true};
    return plan;
}

// Writes the token of the run that has just been.
static void write_token(const struct kernel *kernel, const struct plan *plan)
{
    struct plan exact = {
        .scenario = plan->scenario, .order = plan->order, .seed = plan->seed};

    exact.deviations = trio_sim_fired_(kernel, &exact.deviation_count);
    REQUIRE(trio_sim_token_write_(&exact, token, sizeof(token)) > 0);
}

// ---- All of a scenario ----

static uint64_t digest(uint64_t before, uint64_t number)
{
    uint64_t state = before ^ number;

    return trio_sim_next_(&state);
}

static uint64_t digest_text(uint64_t before, const char *text)
{
    for (; *text != '\0'; text++)
        before = digest(before, (uint8_t)*text);
    return before;
}

static uint64_t digest_of(struct kernel *kernel,
                          const struct trio_scenario *scenario)
{
    const char *wanted = getenv("GOLDEN_PRINT");
    bool print = wanted != NULL && strcmp(wanted, scenario->name) == 0;
    uint64_t all = 0;
    struct outcome outcome;

    trio_sim_strategies_init_(&strategies, NULL);
    for (uint64_t number = 0; number < SCHEDULES; number++) {
        struct plan plan = plan_of(scenario, number);

        trio_sim_run_(kernel, &plan, &outcome);
        write_token(kernel, &plan);
        all = digest(all, outcome.hash);
        all = digest(all, outcome.verdict);
        all = digest_text(all, token);
        if (print)
            printf("%" PRIu64 " %s %d %016" PRIx64 " %s\n", number,
                   plan.strategy->name, (int)outcome.verdict, outcome.hash,
                   token);
    }
    return all;
}

// ---- Comparing ----

static FILE *open_to_write(void)
{
    const char *folder = getenv("GOLDEN_WRITE");
    char path[512];

    if (folder == NULL)
        return NULL;
    snprintf(path, sizeof(path), "%s/golden.inc", folder);
    FILE *file = fopen(path, "w");
    REQUIRE(file != NULL);
    return file;
}

// Returns the golden one of a scenario, 0 if there is none.
static uint64_t golden_of(const char *name)
{
    const struct golden *each = goldens;

    while (each->name != NULL && strcmp(each->name, name) != 0)
        each++;
    return each->digest;
}

static void compare(const char *name, uint64_t actual)
{
    if (CHECK(actual == golden_of(name)))
        return;
    fprintf(stderr,
            "    %s\n    is:     %016" PRIx64 "\n    golden: %016" PRIx64 "\n",
            name, actual, golden_of(name));
}

// S65, S70
TEST_PLAIN(schedules, are_the_same_everywhere)
{
    const struct trio_config base = trio_config_platform();
    struct kernel *kernel = trio_sim_kernel_new_(&base);
    FILE *file = open_to_write();
    size_t count = 0;

    REQUIRE(kernel != NULL);
    for (const struct trio_scenario *each = trio_scenario_first(); each != NULL;
         each = each->next, count++) {
        uint64_t actual = digest_of(kernel, each);

        if (file != NULL)
            fprintf(file, "{\"%s\",\n UINT64_C(0x%016" PRIx64 ")},\n",
                    each->name, actual);
        else
            compare(each->name, actual);
    }
    if (file != NULL)
        fclose(file);
    else
        CHECK_EQ(count + 1, COUNT(goldens));
    CHECK(count * SCHEDULES >= SCHEDULES_TOGETHER);
    trio_sim_kernel_free_(kernel);
}

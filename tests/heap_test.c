// What a simulated run takes from malloc: all of it is given back, or the run
// has failed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/campaign.h>
#include <trio/probe.h>
#include <trio/random.h>
#include <trio/sim_job.h>

#include <stdlib.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct trio_campaign_result simulate(trio_task_fn fn, void *arg)
{
    const struct trio_scenario scenario = {
        .name = "heap", .fn = fn, .arg = arg, .no_malloc_failures = true};
    const struct trio_campaign_options options = {.runs = 20};

    return campaign_run_once(&scenario, &options);
}

enum { BLOCKS = 2000 };

// Takes and gives in an order by chance, and keeps `*arg` blocks in the end.
static TRIO_CHECKPOINT trio_status juggle(void *arg)
{
    const size_t *kept = arg;
    static char *blocks[BLOCKS];

    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = NULL;
    for (size_t i = 0; i < 5 * BLOCKS; i++) {
        size_t at = (size_t)(trio_random_u64() % BLOCKS);
        if (blocks[at] == NULL)
            blocks[at] = malloc(1 + at);
        else if (i % 3 == 0)
            blocks[at] = realloc(blocks[at], 2 + at);
        else {
            free(blocks[at]);
            blocks[at] = NULL;
        }
    }
    for (size_t i = *kept; i < BLOCKS; i++)
        free(blocks[i]);
    for (size_t i = 0; i < *kept; i++)
        if (blocks[i] == NULL)
            blocks[i] = malloc(1);
    return trio_checkpoint();
}

// S87
TEST_PLAIN(heap, what_is_freed_in_any_order_is_no_failure)
{
    size_t kept = 0;

    CHECK_EQ(simulate(juggle, &kept).verdict, TRIO_SIM_PASSED);
}

#if CHECK_OWN_ADDRESSES // Else somebody else finds it, too.
// S87
TEST_PLAIN(heap, one_block_of_many_is_missed)
{
    size_t kept = 1;
    struct trio_campaign_result result = simulate(juggle, &kept);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "not freed: ") == result.text);
    CHECK(strstr(result.text, " bytes, allocated at ") != NULL);
    CHECK(result.token[0] != '\0');
}
#endif

static void *from_before;

static TRIO_CHECKPOINT trio_status free_what_is_older(void *arg)
{
    (void)arg;
    free(from_before);
    from_before = NULL;
    return trio_checkpoint();
}

// S87
TEST_PLAIN(heap, memory_from_before_the_run_may_be_freed)
{
    from_before = malloc(10);
    CHECK_EQ(simulate(free_what_is_older, NULL).verdict, TRIO_SIM_PASSED);
}

static TRIO_CHECKPOINT trio_status keep(void *arg)
{
    static void *cache;

    (void)arg;
    if (cache == NULL) {
        cache = malloc(10);
        trio_sim_keep(cache);
    }
    return trio_checkpoint();
}

// S87
TEST_PLAIN(heap, what_is_kept_on_purpose_is_no_failure)
{
    CHECK_EQ(simulate(keep, NULL).verdict, TRIO_SIM_PASSED);
}

static TRIO_CHECKPOINT trio_status leave_to_the_end(void *arg)
{
    void **block = arg;

    *block = malloc(10);
    return trio_checkpoint();
}

// S87
TEST_PLAIN(heap, in_a_real_run_nothing_is_counted)
{
    void *block = NULL;

    CHECK_OK(trio_run(leave_to_the_end, &block));
    trio_sim_keep(block);
    free(block);
}

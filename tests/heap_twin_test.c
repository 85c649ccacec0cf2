// Twins of runs that call malloc: what it hands out is another block, and holds
// something else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/task.h>
#include <trio/time.h>

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/twins.h"

static TRIO_CHECKPOINT trio_status read_malloc(void *arg)
{
    unsigned char *volatile block = malloc(100); // Not for the compiler.
    bool odd = block != NULL && block[50] % 2 != 0;

    (void)arg;
    free(block);
    return odd ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(heap_twin, uninitialised_memory_of_mallocs_is_found)
{
    struct trio_campaign_result result = run_twins(read_malloc, 10);

    depends_on(&result, "uninitialised memory of malloc's");
}

static TRIO_CHECKPOINT trio_status read_what_has_grown(void *arg)
{
    unsigned char *block = calloc(1, 100);
    unsigned char *volatile grown = realloc(block, 200);
    bool odd = grown != NULL && (grown[50] + grown[150]) % 2 != 0;

    (void)arg;
    free(grown);
    return odd ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(heap_twin, what_a_block_has_grown_by_is_found)
{
    struct trio_campaign_result result = run_twins(read_what_has_grown, 10);

    depends_on(&result, "uninitialised memory of malloc's");
}

static TRIO_CHECKPOINT trio_status compare_mallocs(void *arg)
{
    char *blocks[4];
    size_t descents = 0;

    (void)arg;
    for (size_t i = 0; i < 4; i++)
        blocks[i] = i % 2 == 0 ? malloc(40) : strdup("a text as long as that");
    for (size_t i = 2; i < 4; i++)
        descents += (uintptr_t)blocks[i] < (uintptr_t)blocks[i - 2];
    for (size_t i = 0; i < 4; i++)
        free(blocks[i]);
    trio_status rc = TRIO_OK;
    for (; descents > 0 && rc == TRIO_OK; descents--)
        rc = trio_checkpoint();
    return rc;
}

// S81
TEST_PLAIN(heap_twin, an_address_of_mallocs_used_as_an_order_is_found)
{
    struct trio_campaign_result result = run_twins(compare_mallocs, 10);

    depends_on(&result, "the order of malloc's addresses");
}

static TRIO_CHECKPOINT trio_status hash_malloc(void *arg)
{
    void *block = malloc(20);
    bool odd = (uintptr_t)block / 64 % 2 != 0;

    (void)arg;
    free(block);
    return odd ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(heap_twin, an_address_of_mallocs_used_as_a_hash_is_found)
{
    struct trio_campaign_result result = run_twins(hash_malloc, 20);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "malloc's addresses") != NULL);
}

static TRIO_CHECKPOINT trio_status fill_mallocs(void *arg)
{
    unsigned char *zeros = calloc(10, 10);
    char *text = strndup("abc", 2);
    char *grown = realloc(text, 3000);
    trio_status rc = TRIO_OK;

    (void)arg;
    if (zeros != NULL && grown != NULL)
        for (int i = 0; i < zeros[99] + (grown[0] == 'a') && rc == TRIO_OK; i++)
            rc = trio_checkpoint();
    free(grown);
    free(zeros);
    return rc;
}

// S81
TEST_PLAIN(heap_twin, what_was_written_is_the_same)
{
    CHECK_EQ(run_twins(fill_mallocs, 100).verdict, TRIO_SIM_PASSED);
}

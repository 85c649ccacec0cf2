// Schedules as they have always been: the same program, first in first out and
// shuffled, gives the same trace on every CPU and in every version. A trace
// that changes on purpose is written anew with
//
//     GOLDEN_WRITE=tests/golden golden_test
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"
#include "tests/trace.h"

static const char fifo[] =
#include "tests/golden/fifo.inc"
    ;
static const char shuffled[] =
#include "tests/golden/shuffled.inc"
    ;

// ---- The program: a little of everything ----

static const struct trio_wait bread_wait = {.verb = "wait for bread",
                                            .access = TRIO_ACCESS_ACQUIRE};

struct bakery {
    struct trio_parking_lot queue;
    int sold;
};

static TRIO_CHECKPOINT trio_status buy(void *arg)
{
    struct bakery *bakery = arg;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, 3 * TRIO_SECOND);
    trio_status rc = trio_parking_lot_park(&bakery->queue, &bread_wait, bakery);
    rc = trio_cancel_scope_close(&patience, rc);
    if (rc == TRIO_OK && !trio_cancel_scope_caught(&patience))
        bakery->sold++;
    return rc;
}

static TRIO_CHECKPOINT trio_status bake(void *arg)
{
    struct bakery *bakery = arg;

    trio_started(bakery);
    for (;;) {
        trio_status rc = trio_sleep(TRIO_SECOND);
        if (rc != TRIO_OK)
            return rc;
        trio_parking_lot_unpark_one(&bakery->queue);
    }
}

static TRIO_CHECKPOINT trio_status burn(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(5 * TRIO_SECOND);
    return rc == TRIO_OK ? trio_fail(TRIO_EIO, "fire") : rc;
}

static TRIO_CHECKPOINT trio_status open_bakery(void *arg)
{
    struct bakery *bakery = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start(&nursery, bake, bakery, NULL);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, buy, bakery);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, burn, NULL);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    rc = trio_nursery_close(&nursery, rc);
    trio_error_clear();
    return rc == TRIO_EIO ? TRIO_OK : rc;
}

static void record(struct trace *trace, uint64_t seed)
{
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, seed);
    struct bakery bakery = {.sold = 0};

    *trace = (struct trace){.start = 0};
    config.observer = trace_observer(trace);
    CHECK_OK(trio_run_with(&config, open_bakery, &bakery));
    CHECK(bakery.sold >= 2);
}

// ---- Comparing ----

// Writes a trace as lines of a C string.
static void write_golden(const char *folder, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s.inc", folder, name);
    FILE *file = fopen(path, "w");
    REQUIRE(file != NULL);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        fprintf(file, "\"%.*s\\n\"\n", (int)length, text);
        text += length + 1;
    }
    fclose(file);
}

// Says where two traces part, which is all that one wants to know.
static void compare(const char *actual, const char *golden, const char *name)
{
    const char *folder = getenv("GOLDEN_WRITE");
    size_t at = 0;
    size_t line = 0;

    if (folder != NULL) {
        write_golden(folder, name, actual);
        return;
    }
    for (size_t i = 0; actual[i] != '\0' && actual[i] == golden[i]; i++)
        if (actual[i] == '\n') {
            at = i + 1;
            line++;
        }
    if (CHECK(strcmp(actual, golden) == 0))
        return;
    fprintf(stderr, "    %s, line %zu\n    is:     %.*s\n    golden: %.*s\n",
            name, line + 1, (int)strcspn(actual + at, "\n"), actual + at,
            (int)strcspn(golden + at, "\n"), golden + at);
}

// S3
TEST_PLAIN(golden, first_in_first_out)
{
    static struct trace trace;

    record(&trace, 0);
    compare(trace.text, fifo, "fifo");
}

// S3
TEST_PLAIN(golden, shuffled)
{
    static struct trace trace;

    record(&trace, 7);
    compare(trace.text, shuffled, "shuffled");
}

// S3
TEST_PLAIN(golden, a_trace_is_the_same_twice)
{
    static struct trace first, second;

    for (uint64_t seed = 0; seed < 50; seed++) {
        record(&first, seed);
        record(&second, seed);
        CHECK_STRING(first.text, second.text);
    }
}

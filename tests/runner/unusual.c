// Scenarios that end as no scenario should, for unusual_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trio/scenario.h>
#include <trio/trio.h>

// ---- What is in order ----

TRIO_SCENARIO(works)
{
    (void)arg;
    return trio_checkpoint();
}

// ---- The end of the process ----

TRIO_SCENARIO(calls_exit)
{
    (void)arg;
    exit(0);
}

TRIO_SCENARIO(calls_underscore_exit)
{
    (void)arg;
    _exit(0);
}

TRIO_SCENARIO(calls_quick_exit)
{
    (void)arg;
    quick_exit(0);
}

// Only in a schedule of its own.
static TRIO_CHECKPOINT trio_status exit_if_first(void *arg)
{
    bool *went = arg;

    if (!*went)
        exit(0);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status go(void *arg)
{
    bool *went = arg;

    trio_touch(went, TRIO_ACCESS_WRITE);
    *went = true;
    return TRIO_OK;
}

TRIO_SCENARIO(exits_if_first)
{
    struct trio_nursery nursery;
    bool went = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, go, &went);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, exit_if_first, &went);
    return trio_nursery_close(&nursery, rc);
}

// ---- The real world ----

TRIO_SCENARIO(asks_for_the_environment)
{
    (void)arg;
    return getenv("HOME") == NULL ? TRIO_OK : trio_checkpoint();
}

// ---- Memory ----

TRIO_SCENARIO(forgets_memory)
{
    (void)arg;
    char *volatile forgotten = malloc(100);
    char *name = strdup("name");

    if (name == NULL)
        return TRIO_ENOMEM;
    char *longer = realloc(name, 20);
    free(longer != NULL ? longer : name);
    (void)forgotten;
    return trio_checkpoint();
}

// What each of them takes is found missing.
#define FORGETS(name, call)                                                    \
    TRIO_SCENARIO(forgets_##name)                                              \
    {                                                                          \
        void *volatile block = call;                                           \
        (void)arg;                                                             \
        (void)block;                                                           \
        return trio_checkpoint();                                              \
    }

FORGETS(calloc, calloc(3, 5))
FORGETS(aligned_alloc, aligned_alloc(64, 128))
FORGETS(strdup, strdup("forgotten"))
FORGETS(realloc, realloc(NULL, 7))
FORGETS(reallocarray, reallocarray(NULL, 2, 7))

// When it is cancelled.
TRIO_SCENARIO(forgets_when_cancelled)
{
    (void)arg;
    void *volatile block = malloc(10); // Not for the compiler.
    trio_status rc = trio_checkpoint();

    if (rc == TRIO_OK)
        free(block);
    return rc;
}

TRIO_SCENARIO(keeps_memory)
{
    static void *cache;

    (void)arg;
    if (cache == NULL) {
        cache = malloc(100);
        trio_sim_keep(cache);
    }
    return trio_checkpoint();
}

// ---- Crashes ----

TRIO_SCENARIO(divides_by_zero)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        raise(SIGFPE); // As the machine does, but not every one.
    return rc;
}

TRIO_SCENARIO(aborts)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        abort();
    return rc;
}

static volatile char *volatile nothing;

// Only if somebody overtakes somebody else, in a few schedules of many.
static TRIO_CHECKPOINT trio_status use(void *arg)
{
    bool *went = arg;

    trio_touch(went, TRIO_ACCESS_READ);
    if (!*went)
        *nothing = 1;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status stand_by(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_MS);
}

TRIO_SCENARIO(crashes_if_first)
{
    static const struct {
        struct trio_task_options options;
        trio_task_fn fn;
    } tasks[] = {{{.name = "bystander"}, stand_by},
                 {{.name = "maker"}, go},
                 {{.name = "user"}, use}};
    struct trio_nursery nursery;
    bool went = false;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&nursery, &tasks[i].options,
                                          tasks[i].fn, &went);
    return trio_nursery_close(&nursery, rc);
}

// The stack is not as deep as this.
static int recurse(volatile char *above)
{
    volatile char frame[1024];

    frame[0] = *above;
    return *above == 1 ? 0 : recurse(frame) + frame[0];
}

TRIO_SCENARIO(recurses)
{
    volatile char frame = 0;

    (void)arg;
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK && recurse(&frame) == 0 ? TRIO_OK : rc;
}

// ---- Steps without end ----

static TRIO_CHECKPOINT trio_status spin(void *arg)
{
    volatile bool *went = arg;

    while (!*went)
        continue;
    return TRIO_OK;
}

TRIO_SCENARIO(spins_if_first)
{
    static const struct trio_task_options spinner = {.name = "spinner"};
    struct trio_nursery nursery;
    bool went = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, go, &went);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&nursery, &spinner, spin, &went);
    return trio_nursery_close(&nursery, rc);
}

// Only with rare random data, not in the first thousand schedules.
TRIO_SCENARIO(crashes_late)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK && trio_random_below(5000) == 7)
        raise(SIGFPE);
    return rc;
}

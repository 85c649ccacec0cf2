// Scenarios that end as no scenario should, for unusual_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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

static TRIO_CHECKPOINT trio_status run_both(trio_task_fn one,
                                            trio_task_fn other, void *shared)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, one, shared);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, other, shared);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(exits_if_first)
{
    bool went = false;

    (void)arg;
    return run_both(go, exit_if_first, &went);
}

// ---- The real world ----

TRIO_SCENARIO(asks_for_the_environment)
{
    (void)arg;
    return getenv("HOME") == NULL ? TRIO_OK : trio_checkpoint();
}

// ---- Prints ----

TRIO_SCENARIO(prints)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    puts("to be or not to be");
    fputs("that is the question\n", stderr);
    return rc;
}

TRIO_SCENARIO(prints_and_fails)
{
    (void)arg;
    puts("to be or not to be");
    trio_status rc = trio_checkpoint();
    fputs("that is the question\n", stderr);
    TRIO_SIM_ALWAYS(rc != TRIO_OK, "it does not get here");
    puts("to sleep");
    return rc;
}

TRIO_SCENARIO(prints_and_crashes)
{
    (void)arg;
    puts("to be or not to be");
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        raise(SIGBUS);
    return rc;
}

// ---- Files ----

static TRIO_CHECKPOINT trio_status read_file(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file != NULL)
        fclose(file);
    return file == NULL ? TRIO_EINTERNAL : trio_checkpoint();
}

TRIO_SCENARIO(reads_a_file)
{
    (void)arg;
    return read_file("/dev/null");
}

TRIO_SCENARIO(reads_its_file, .files = "/etc/hosts:/dev")
{
    (void)arg;
    return read_file("/dev/null");
}

TRIO_SCENARIO(reads_a_file_in_a_folder, .files = "/dev/")
{
    (void)arg;
    return read_file("/dev/null");
}

TRIO_SCENARIO(forgets_a_pipe)
{
    int ends[2];

    (void)arg;
    if (pipe(ends) != 0)
        return TRIO_EINTERNAL;
    close(ends[0]);
    return trio_checkpoint();
}

TRIO_SCENARIO(forgets_a_file, .files = "/dev/null")
{
    (void)arg;
    return open("/dev/null", O_RDONLY) < 0 ? TRIO_EINTERNAL : trio_checkpoint();
}

TRIO_SCENARIO(forgets_a_copy)
{
    int ends[2];

    (void)arg;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return TRIO_EINTERNAL;
    trio_status rc = dup(ends[0]) < 0 ? TRIO_EINTERNAL : trio_checkpoint();
    close(ends[0]);
    close(ends[1]);
    return rc;
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
        if (cache != NULL)
            trio_sim_keep(cache);
    }
    return trio_checkpoint();
}

// One call of many that nobody checks.
static TRIO_CHECKPOINT trio_status name_all(void *arg)
{
    char *first = strdup(arg);
    char *names = first == NULL ? NULL : calloc(3, 10);
    char *grown = names == NULL ? NULL : realloc(names, 100);

    if (grown != NULL) {
        char *last = aligned_alloc(64, 64);
        *last = 0;
        free(last);
    }
    free(grown == NULL ? names : grown);
    free(first);
    return grown == NULL ? TRIO_ENOMEM : trio_checkpoint();
}

TRIO_SCENARIO(trusts_in_memory)
{
    (void)arg;
    return name_all("name");
}

TRIO_SCENARIO(trusts_in_memory_with_reason, .no_malloc_failures = true)
{
    (void)arg;
    return name_all("name");
}

// Cleans up after each call but one.
TRIO_SCENARIO(forgets_when_out_of_memory)
{
    (void)arg;
    char *volatile one = malloc(10);
    char *volatile other = one == NULL ? NULL : malloc(20);

    if (other == NULL)
        return TRIO_ENOMEM;
    free(other);
    free(one);
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

// Only with rare random data, not in the first thousand schedules.
TRIO_SCENARIO(crashes_late)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK && trio_random_below(5000) == 7)
        raise(SIGFPE);
    return rc;
}

// After so many decisions that no token has room for them. Random ones come to
// it in the end, one after the other.
enum { FAR = 2000 };

struct race {
    unsigned last;  // Who took the last step,
    unsigned steps; // of so many.
};

static TRIO_CHECKPOINT trio_status take_turns(struct race *race, unsigned me)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < FAR && rc == TRIO_OK; i++) {
        if (race->steps++ > 2 * FAR - 20 && race->last == me)
            raise(SIGFPE);
        race->last = me;
        rc = trio_checkpoint();
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status take_odd_turns(void *arg)
{
    return take_turns(arg, 1);
}

static TRIO_CHECKPOINT trio_status take_even_turns(void *arg)
{
    return take_turns(arg, 2);
}

TRIO_SCENARIO(crashes_far_on, .no_cancel_sweep = true)
{
    struct race race = {0};

    (void)arg;
    return run_both(take_odd_turns, take_even_turns, &race);
}

// Time of the processor's, of which nothing else is known here.
static long spent_ms(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
           usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000;
}

// The step is long, but ends.
TRIO_SCENARIO(crashes_after_long_step)
{
    long begun = spent_ms();

    (void)arg;
    while (spent_ms() < begun + 2200)
        continue;
    raise(SIGFPE);
    return trio_checkpoint();
}

// Who looks into its crash does not come to an end, and leaves a file.
static volatile int *looked_into; // How often it was, in all processes.

__attribute__((constructor)) static void map_the_file(void)
{
    const char *path = getenv("LOOKED_INTO");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT, 0600);

    if (file >= 0 && ftruncate(file, sizeof(*looked_into)) == 0)
        looked_into = mmap(NULL, sizeof(*looked_into), PROT_READ | PROT_WRITE,
                           MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
}

TRIO_SCENARIO(hangs_when_looked_into)
{
    (void)arg;
    if (looked_into == NULL)
        return TRIO_OK;
    if ((*looked_into)++ == 0)
        raise(SIGFPE);
    for (;;)
        continue;
    return trio_checkpoint();
}

// ---- Runs without end ----

// Each lets the other one go first.
struct courtesy {
    bool wants[2];
};

static TRIO_CHECKPOINT trio_status insist(struct courtesy *courtesy, int me)
{
    trio_status rc = TRIO_OK;

    courtesy->wants[me] = true;
    do
        rc = trio_checkpoint();
    while (rc == TRIO_OK && courtesy->wants[1 - me]);
    courtesy->wants[me] = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status insist_as_one(void *arg)
{
    return insist(arg, 0);
}

static TRIO_CHECKPOINT trio_status insist_as_other(void *arg)
{
    return insist(arg, 1);
}

TRIO_SCENARIO(lets_go_first, .no_cancel_sweep = true)
{
    struct courtesy courtesy = {{false, false}};

    (void)arg;
    return run_both(insist_as_one, insist_as_other, &courtesy);
}

TRIO_SCENARIO(is_too_long, .no_cancel_sweep = true, .steps_max = 1000)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 2000 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status await(void *arg)
{
    volatile bool *went = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !*went) {
        TRIO_SIM_EVENTUALLY(*went, "somebody goes");
        rc = trio_checkpoint();
    }
    TRIO_SIM_EVENTUALLY(*went, "somebody goes");
    return rc;
}

// Who is late may be later than the run is long, but not for ever.
TRIO_SCENARIO(awaits_somebody, .order = TRIO_SIM_ANY, .steps_max = 100)
{
    bool went = false;

    (void)arg;
    return run_both(await, go, &went);
}

static TRIO_CHECKPOINT trio_status stay(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

TRIO_SCENARIO(awaits_nobody, .no_cancel_sweep = true, .steps_max = 100)
{
    bool went = false;

    (void)arg;
    return run_both(await, stay, &went);
}

TRIO_SCENARIO(gives_up_too_early, .no_cancel_sweep = true)
{
    volatile bool went = false;

    (void)arg;
    TRIO_SIM_EVENTUALLY(went, "somebody goes");
    return trio_checkpoint();
}

// ---- Steps without end ----

__attribute__((noinline)) static void wait_busily(volatile const bool *went)
{
    while (!*went)
        continue;
}

static TRIO_CHECKPOINT trio_status spin(void *arg)
{
    wait_busily(arg);
    *(volatile bool *)arg = true; // Not for the compiler: it comes back here.
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

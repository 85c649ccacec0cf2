// Scenarios that come to everything that a scenario can come to, for
// runner_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <trio/scenario.h>
#include <trio/sim_fault.h>
#include <trio/trio.h>

// What the test asks for. A scenario must not look: that would be a leak.
enum { CHANGED, CORRECTED, CRASH, REQUESTS };
static bool is_set[REQUESTS];

__attribute__((constructor)) static void read_requests(void)
{
    is_set[CHANGED] = getenv("CHANGED") != NULL;
    is_set[CORRECTED] = getenv("CORRECTED") != NULL;
    is_set[CRASH] = getenv("CRASH") != NULL;
}

TRIO_SCENARIO(passes)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(true, "it runs");
    return trio_checkpoint();
}

// It is the first of several processes that cancels.
TRIO_SCENARIO(gives_way)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    TRIO_SIM_SOMETIMES(rc == TRIO_ECANCELED, "it is cancelled");
    return rc;
}

// ---- A failure that takes another schedule than that of production ----

struct account {
    bool paid;
    bool seen_paid;
};

static TRIO_CHECKPOINT trio_status look(void *arg)
{
    struct account *account = arg;

    trio_touch(account, TRIO_ACCESS_READ);
    account->seen_paid = account->paid;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status pay(void *arg)
{
    struct account *account = arg;

    trio_touch(account, TRIO_ACCESS_WRITE);
    account->paid = true;
    return TRIO_OK;
}

// One who has nothing to do with it.
static TRIO_CHECKPOINT trio_status stand_by(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_MS);
}

// Goes on while somebody sleeps.
TRIO_SCENARIO(wakes_somebody)
{
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, stand_by, NULL);
    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return trio_nursery_close(&nursery, rc);
}

// It can do without memory.
TRIO_SCENARIO(asks_for_faults)
{
    static const struct trio_sim_fault_options faults = {.memory = true};
    struct trio_nursery nursery;

    (void)arg;
    trio_sim_faults(&faults);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, stand_by, NULL);
    return trio_nursery_close(&nursery, rc);
}

// Takes for granted that nobody has two turns before all others have one.
static TRIO_CHECKPOINT trio_status count_on(void *arg)
{
    const struct account *account = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(rc != TRIO_OK || account->paid, "all have had a turn");
    return rc;
}

TRIO_SCENARIO(counts_on_fairness)
{
    struct account account = {false, false};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, count_on, &account);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, pay, &account);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(loses, .no_cancel_sweep = true, .no_failure_sweep = true)
{
    static const struct {
        struct trio_task_options options;
        trio_task_fn fn;
    } tasks[] = {{{.name = "looker"}, look},
                 {{.name = "payer"}, pay},
                 {{.name = "bystander"}, stand_by}};
    struct account account = {false, false};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&account, "account");
    trio_nursery_open(&nursery);
    // As if the program had changed, so that no token fits.
    size_t count = is_set[CHANGED] ? 1 : 3;
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&nursery, &tasks[i].options,
                                          tasks[i].fn, &account);
    rc = trio_nursery_close(&nursery, rc);
    // As if somebody had corrected it, in every schedule.
    TRIO_SIM_ALWAYS(!account.seen_paid || is_set[CORRECTED],
                    "nobody sees the payment");
    return rc;
}

// ---- One in which a task is started that the run that passes does not have
// ----

struct hall {
    bool open;
    struct trio_nursery nursery;
};

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    (void)arg;
    TRIO_SIM_UNREACHABLE("nobody visits");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status watch(void *arg)
{
    static const struct trio_task_options options = {.name = "visitor"};
    struct hall *hall = arg;

    trio_touch(&hall->open, TRIO_ACCESS_READ);
    if (!hall->open)
        return TRIO_OK;
    return trio_nursery_start_soon_with(&hall->nursery, &options, visit, hall);
}

static TRIO_CHECKPOINT trio_status unlock(void *arg)
{
    struct hall *hall = arg;

    trio_touch(&hall->open, TRIO_ACCESS_WRITE);
    hall->open = true;
    return TRIO_OK;
}

TRIO_SCENARIO(visits, .no_cancel_sweep = true, .no_failure_sweep = true)
{
    static const struct trio_task_options watcher = {.name = "watcher"};
    static const struct trio_task_options porter = {.name = "porter"};
    struct hall hall = {.open = false};

    (void)arg;
    trio_nursery_open(&hall.nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&hall.nursery, &watcher, watch, &hall);
    if (rc == TRIO_OK)
        rc =
            trio_nursery_start_soon_with(&hall.nursery, &porter, unlock, &hall);
    return trio_nursery_close(&hall.nursery, rc);
}

// ---- One beside which the process dies ----

struct finish {
    char order[4]; // Who was when.
    size_t count;
};

static TRIO_CHECKPOINT trio_status cross(struct finish *finish, char name)
{
    finish->order[finish->count++] = name;
    if (is_set[CRASH] && strcmp(finish->order, "cab") == 0)
        raise(SIGSEGV);
    TRIO_SIM_ALWAYS(strcmp(finish->order, "cba") != 0, "not the other way");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status a_crosses(void *arg)
{
    return cross(arg, 'a');
}

static TRIO_CHECKPOINT trio_status b_crosses(void *arg)
{
    return cross(arg, 'b');
}

static TRIO_CHECKPOINT trio_status c_crosses(void *arg)
{
    return cross(arg, 'c');
}

TRIO_SCENARIO(reverses)
{
    static const trio_task_fn runners[] = {a_crosses, b_crosses, c_crosses};
    static const struct trio_task_options names[] = {
        {.name = "a"}, {.name = "b"}, {.name = "c"}};
    struct trio_nursery nursery;
    struct finish finish = {0};
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&nursery, &names[i], runners[i],
                                          &finish);
    return trio_nursery_close(&nursery, rc);
}

// ---- What else there is ----

TRIO_SCENARIO(ends_late, .steps_max = 10, .no_cancel_sweep = true)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 100 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

TRIO_SCENARIO(misses_something)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(false, "the rare case");
    return trio_checkpoint();
}

TRIO_SCENARIO(sleeps_twice, .no_cancel_sweep = true)
{
    (void)arg;
    trio_status rc = trio_sleep(90 * TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_sleep(250 * TRIO_US);
    TRIO_SIM_ALWAYS(rc != TRIO_OK, "it ends before it has slept");
    return rc;
}

// An entry in plain memory is taken away from who reads it, at the tenth
// millisecond.
static TRIO_CHECKPOINT trio_status read_entry(void *arg)
{
    const bool *evicted = arg;
    trio_status rc = trio_sleep(9 * TRIO_MS);

    if (rc != TRIO_OK || *evicted)
        return rc;
    rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(!*evicted, "what is read is there");
    return rc;
}

static TRIO_CHECKPOINT trio_status evict_entry(void *arg)
{
    bool *evicted = arg;
    trio_status rc = trio_sleep(10 * TRIO_MS);

    *evicted = rc == TRIO_OK;
    return rc;
}

TRIO_SCENARIO(evicts)
{
    static const struct trio_task_options reader = {.name = "reader"};
    static const struct trio_task_options evictor = {.name = "evictor"};
    bool evicted = false;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &reader, read_entry, &evicted);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&nursery, &evictor, evict_entry,
                                          &evicted);
    return trio_nursery_close(&nursery, rc);
}

// Steps of which nothing is seen but that they were.
static TRIO_CHECKPOINT trio_status step_twice(void *arg)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_checkpoint() : rc;
}

static TRIO_CHECKPOINT trio_status arrive(void *arg)
{
    trio_status rc = step_twice(arg);
    TRIO_SIM_NOTE("it took %d steps,\nno more", 2);
    if (rc == TRIO_OK)
        TRIO_SIM_UNREACHABLE("nobody arrives");
    return rc;
}

static TRIO_CHECKPOINT trio_status exceed(void *arg)
{
    trio_status rc = step_twice(arg);
    return rc == TRIO_OK ? (trio_status)-1234 : rc;
}

// Runs `fn` beside an idler.
static TRIO_CHECKPOINT trio_status run_beside_idler(trio_task_fn fn)
{
    static const struct trio_task_options idler = {.name = "idler"};
    static const struct trio_task_options child = {.name = "child"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &idler, step_twice, NULL);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&nursery, &child, fn, NULL);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(arrives)
{
    (void)arg;
    return run_beside_idler(arrive);
}

static TRIO_CHECKPOINT trio_status arrive_late(void *arg)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 250 && rc == TRIO_OK; i++)
        rc = step_twice(arg);
    return rc == TRIO_OK ? arrive(arg) : rc;
}

// After more steps than anybody wants to see.
TRIO_SCENARIO(arrives_late, .no_cancel_sweep = true)
{
    (void)arg;
    return run_beside_idler(arrive_late);
}

// With a status of its own.
TRIO_SCENARIO(ends_otherwise)
{
    (void)arg;
    return run_beside_idler(exceed);
}

// Only where somebody asks for it: it takes the process with it.
TRIO_SCENARIO(crashes)
{
    (void)arg;
    if (is_set[CRASH])
        raise(SIGSEGV);
    return trio_checkpoint();
}

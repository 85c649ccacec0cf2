// A program is a function of its number and of the order of its tasks, so every
// failure can be replayed. What it knows of a scope is the model of it; what
// others may change, they change there, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/random_program.h"

#include "tests/check.h"
#include "tests/tasks.h"

#define UNIT (10 * TRIO_US)

static struct random_program *program;

static TRIO_CHECKPOINT trio_status live(struct actor *actor, int depth);
static void meddle(void);

// ---- Choices ----

static size_t draw(size_t bound)
{
    uint64_t x = program->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    program->random = x;
    return (size_t)((x * UINT64_C(0x2545f4914f6cdd1d) >> 33) % bound);
}

static bool once_in(size_t bound)
{
    return draw(bound) == 0;
}

static trio_duration draw_duration(void)
{
    return (trio_duration)draw(20) * UNIT;
}

static struct model_scope *draw_open(void)
{
    if (program->open_count == 0)
        return NULL;
    return program->open[draw(program->open_count)];
}

static struct model_scope *draw_nursery(void)
{
    for (int tries = 0; tries < 4; tries++) {
        struct model_scope *scope = draw_open();
        if (scope != NULL && scope->nursery != NULL)
            return scope;
    }
    return NULL;
}

static struct actor *new_actor(void)
{
    if (program->actor_count == PROGRAM_ACTORS)
        return NULL;
    struct actor *actor = &program->actors[program->actor_count++];
    actor->top = &actor->root;
    return actor;
}

// ---- What must hold ----

// S19 S26 S27 S38
static void check_level(const struct actor *actor)
{
    bool cancelled = trio_current_cancel_reason().source != TRIO_CANCEL_NONE;

    CHECK_EQ(cancelled, model_effective(actor->top));
    CHECK_EQ(cancelled, trio_current_effective_deadline() == TRIO_PAST);
}

static trio_status given(struct actor *actor, trio_status rc)
{
    if (rc == TRIO_ECANCELED)
        actor->given = true;
    return rc;
}

// ---- Scopes and nurseries ----

static void enter(struct actor *actor, struct model_scope *scope)
{
    REQUIRE(program->open_count < PROGRAM_OPEN_MAX);
    program->open[program->open_count++] = scope;
    actor->top = scope;
}

static void leave(struct actor *actor, struct model_scope *scope)
{
    size_t i = 0;

    while (program->open[i] != scope)
        i++;
    program->open[i] = program->open[--program->open_count];
    actor->top = scope->parent;
    if (scope->caught)
        actor->given = false;
    CHECK_EQ(trio_cancel_scope_caught(scope->real), scope->caught);
    check_level(actor);
}

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
in_scope(struct actor *actor, int depth)
{
    struct trio_cancel_scope real;
    struct model_scope model = {.parent = actor->top, .real = &real};
    size_t kind = draw(4);
    trio_status rc;

    model.has_to_succeed = kind >= 2;
    model.shield = kind == 3;
    if (kind == 0)
        trio_cancel_scope_open(&real);
    else if (kind == 1)
        trio_move_on_after(&real, draw_duration());
    else if (kind == 2)
        trio_fail_after(&real, draw_duration());
    else
        trio_shield_after(&real, draw_duration());
    enter(actor, &model);
    if (kind != 0 && once_in(4))
        rc = given(actor, trio_sleep_forever());
    else
        rc = live(actor, depth + 1);
    trio_status expected = model_close(&model, rc);
    rc = trio_cancel_scope_close(&real, rc);
    CHECK_STATUS(rc, expected);
    leave(actor, &model);
    return given(actor, rc);
}

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
in_nursery(struct actor *actor, int depth)
{
    struct trio_nursery real;
    struct model_scope model = {.parent = actor->top,
                                .real = trio_nursery_cancel_scope(&real),
                                .nursery = &real};

    trio_nursery_open(&real);
    enter(actor, &model);
    trio_status rc = live(actor, depth + 1);
    if (rc == TRIO_ECANCELED)
        model.had_cancel = true;
    else if (rc != TRIO_OK)
        model_fail(&model, rc);
    rc = trio_nursery_close(&real, rc);
    CHECK_EQ(model.living, 0); // S35
    CHECK_STATUS(rc, model_close(&model, model.status));
    if (trio_is_failure(rc))
        CHECK(model_holds_for_tree(trio_error_find(rc)));
    leave(actor, &model);
    return given(actor, rc);
}

// ---- Tasks ----

static void end_actor(struct actor *actor, trio_status rc)
{
    actor->ended = true;
    if (rc == TRIO_ECANCELED)
        actor->root.had_cancel = true;
    if (actor->call != NULL) {
        actor->call->status = rc;
        return;
    }
    if (actor->nursery == NULL) {
        bool passes = rc == TRIO_OK && actor->root.had_cancel;
        program->rc = passes ? TRIO_ECANCELED : rc;
        return;
    }
    if (actor->root.had_cancel)
        actor->nursery->had_cancel = true;
    if (trio_is_failure(rc))
        model_fail(actor->nursery, rc);
    actor->nursery->living--;
}

static TRIO_CHECKPOINT trio_status act_out(struct actor *actor)
{
    actor->begun = true;
    if (actor->call != NULL)
        actor->call->ran = true;
    check_level(actor);
    trio_status rc = live(actor, 0);
    // What its own scopes have absorbed is not to be returned; S23.
    if (rc == TRIO_ECANCELED && !actor->given && !model_effective(&actor->root))
        rc = TRIO_OK;
    end_actor(actor, rc);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_actor(void *arg)
{
    return act_out(arg);
}

static TRIO_CHECKPOINT trio_status run_copy(void *arg)
{
    struct actor **copy = arg;

    CHECK_EQ((uintptr_t)arg % 16, 0);
    return act_out(*copy);
}

// S2 S37
static void start_soon(void)
{
    static const struct trio_task_options options = {"small", 64 * 1024, true};
    struct model_scope *nursery = draw_nursery();
    struct actor *actor = nursery == NULL ? NULL : new_actor();
    trio_status rc;

    if (actor == NULL)
        return;
    actor->root.parent = nursery;
    actor->nursery = nursery;
    nursery->living++;
    if (once_in(3))
        rc = trio_nursery_start_soon_copy(nursery->nursery, run_copy, &actor,
                                          sizeof(actor));
    else
        rc = trio_nursery_start_soon_with(
            nursery->nursery, once_in(4) ? &options : NULL, run_actor, actor);
    CHECK(!actor->begun);
    if (rc != TRIO_OK) {
        CHECK_STATUS(rc, TRIO_ENOMEM);
        CHECK(program->memory->failures > 0);
        nursery->living--;
        program->actor_count--;
    }
}

// S38
static TRIO_CHECKPOINT trio_status start(struct actor *caller)
{
    struct model_scope *nursery = draw_nursery();
    struct actor *actor = nursery == NULL ? NULL : new_actor();
    struct call call = {.scope = {.parent = caller->top, .target = nursery}};
    bool cancelled = model_effective(caller->top);
    void *value = NULL;

    if (actor == NULL)
        return TRIO_OK;
    actor->root.parent = &call.scope;
    actor->call = &call;
    trio_status rc =
        trio_nursery_start(nursery->nursery, run_actor, actor, &value);
    CHECK_EQ(value != NULL, rc == TRIO_OK);
    CHECK(!(cancelled && call.ran));
    if (call.started)
        CHECK_OK(rc);
    else if (!call.ran)
        CHECK_STATUS(rc, cancelled ? TRIO_ECANCELED : TRIO_ENOMEM);
    else if (trio_is_failure(call.status))
        CHECK_STATUS(rc, call.status);
    else
        CHECK_STATUS(rc, model_effective(caller->top) ? TRIO_ECANCELED
                                                      : TRIO_ENOTSTARTED);
    return given(caller, rc);
}

static void say_started(struct actor *actor)
{
    struct call *call = actor->call;

    if (call == NULL)
        return;
    actor->call = NULL;
    actor->nursery = call->scope.target;
    actor->nursery->living++;
    actor->root.parent = actor->nursery;
    call->started = true;
    trio_started(actor);
}

// ---- Waiting ----

static void forget(struct parked *parked)
{
    size_t i = 0;

    while (program->parked[i] != parked)
        i++;
    program->parked[i] = program->parked[--program->parked_count];
}

static void wake_one(void)
{
    if (program->parked_count == 0)
        return;
    struct parked *parked = program->parked[draw(program->parked_count)];
    CHECK(trio_task_is_parked(parked->task));
    forget(parked);
    trio_wake(parked->task, TRIO_OK);
}

// S40
static bool abort_parked(struct trio_task *task, void *arg)
{
    struct parked *parked = arg;

    CHECK(task == parked->task);
    parked->aborts++;
    if (!parked->refuses)
        forget(parked);
    if (once_in(2))
        meddle();
    return !parked->refuses;
}

// S15 S40
static TRIO_CHECKPOINT trio_status park(struct actor *actor)
{
    bool refuses = once_in(3) && !program->alone;
    struct parked parked = {trio_task_current(), refuses, 0};
    bool cancelled = model_effective(actor->top);

    if (program->parked_count == PROGRAM_PARKED_MAX)
        return TRIO_OK;
    program->parked[program->parked_count++] = &parked;
    trio_status rc = trio_park(&test_wait, NULL, abort_parked, &parked);
    CHECK(parked.aborts <= 1);
    CHECK(!cancelled || parked.aborts == 1);
    CHECK_EQ(rc == TRIO_ECANCELED, parked.aborts == 1 && !parked.refuses);
    return given(actor, rc);
}

// S41
static TRIO_CHECKPOINT trio_status park_in_lots(struct actor *actor)
{
    struct trio_waiter waiters[2];
    bool cancelled = model_effective(actor->top);
    size_t lot = draw(PROGRAM_LOTS);
    trio_status rc;

    if (once_in(2)) {
        rc = trio_parking_lot_park(&program->lots[lot], &test_wait, NULL);
    } else if (once_in(3) && !program->alone) {
        rc = trio_parking_lot_park_shielded(&program->lots[lot], &test_wait,
                                            NULL);
        CHECK_OK(rc);
        return rc;
    } else {
        CHECK(trio_parking_lot_add(&program->lots[lot], &waiters[0]));
        CHECK(trio_parking_lot_add(&program->lots[draw(PROGRAM_LOTS)],
                                   &waiters[1]));
        rc = trio_park(&test_wait, NULL, NULL, NULL);
        CHECK_EQ(waiters[0].claimed + waiters[1].claimed, rc == TRIO_OK);
    }
    CHECK(!cancelled || rc == TRIO_ECANCELED);
    return given(actor, rc);
}

static TRIO_CHECKPOINT trio_status pause(struct actor *actor)
{
    bool cancelled = model_effective(actor->top);
    trio_duration duration = draw_duration();
    trio_time begun = trio_now();
    trio_status rc;

    if (once_in(2)) {
        rc = trio_checkpoint();
        CHECK(!cancelled || rc == TRIO_ECANCELED);
        CHECK(rc == TRIO_ECANCELED || !model_effective(actor->top)); // S13
        return given(actor, rc);
    }
    rc = once_in(4) ? trio_wait_all_tasks_blocked(duration)
                    : trio_sleep(duration);
    CHECK(!cancelled || rc == TRIO_ECANCELED);
    CHECK(rc == TRIO_ECANCELED || trio_now() >= begun + duration); // S18
    return given(actor, rc);
}

// ---- What others do: tasks, entries, abort functions ----

static void change_scope(void)
{
    struct model_scope *scope = draw_open();

    if (scope == NULL)
        return;
    if (once_in(2)) {
        trio_cancel_scope_cancel(scope->real, "at random");
    } else if (once_in(2)) {
        trio_cancel_scope_extend_after(scope->real, draw_duration());
    } else {
        scope->shield = !scope->shield;
        trio_cancel_scope_set_shield(scope->real, scope->shield);
    }
}

static void meddle(void)
{
    struct trio_parking_lot *lot = &program->lots[draw(PROGRAM_LOTS)];

    switch (draw(6)) {
    case 0:
        change_scope();
        break;
    case 1:
        trio_parking_lot_unpark(lot, draw(3));
        break;
    case 2:
        if (lot != program->lots)
            trio_parking_lot_repark(lot, program->lots, draw(3));
        break;
    case 3:
        wake_one();
        break;
    case 4:
        start_soon();
        break;
    default:
        CHECK(trio_run_statistics().tasks_living > 0);
    }
}

static void on_post(struct trio_entry *entry)
{
    ((struct post *)entry)->queued = false;
    meddle();
    meddle();
}

static void post(void)
{
    struct post *chosen = &program->posts[draw(PROGRAM_ENTRIES)];

    if (program->alone)
        return;
    chosen->queued = true;
    CHECK_OK(trio_poster_post(program->poster, &chosen->entry));
}

// Lets nobody wait for ever, until main has ended.
static TRIO_CHECKPOINT trio_status watch(void *arg)
{
    (void)arg;
    for (;;) {
        trio_status rc = trio_sleep(50 * UNIT);
        if (rc != TRIO_OK)
            return rc;
        for (int i = 0; i < PROGRAM_LOTS; i++)
            trio_parking_lot_unpark_all(&program->lots[i]);
        while (program->parked_count > 0)
            wake_one();
    }
}

// ---- A life ----

static TRIO_CHECKPOINT trio_status act(struct actor *actor, int depth)
{
    size_t choice = draw(depth > 5 ? 8 : 12);

    if (choice >= 10)
        return in_nursery(actor, depth);
    if (choice >= 8)
        return in_scope(actor, depth);
    switch (choice) {
    case 0:
        return start(actor);
    case 1:
        return park(actor);
    case 2:
        return park_in_lots(actor);
    case 3:
        say_started(actor);
        return TRIO_OK;
    case 4:
        start_soon();
        return TRIO_OK;
    case 5:
        if (once_in(3))
            return trio_fail((trio_status)(-1001 - (int)draw(3)), "at random");
        post();
        return TRIO_OK;
    case 6:
        meddle();
        return TRIO_OK;
    default:
        return pause(actor);
    }
}

static TRIO_CHECKPOINT trio_status live(struct actor *actor, int depth)
{
    trio_status rc = TRIO_OK;

    for (size_t left = draw(8) + 1; left > 0 && rc == TRIO_OK; left--) {
        if (program->operations-- <= 0)
            break;
        check_level(actor);
        rc = act(actor, depth);
        check_level(actor);
        if (rc == TRIO_OK || once_in(2))
            continue;
        if (once_in(2))
            trio_error_clear();
        rc = TRIO_OK; // handled, or ignored
    }
    if (rc == TRIO_OK || depth > 5 || !once_in(3))
        return rc;
    // Clean-up, in scopes of its own.
    trio_status cleaned = in_scope(actor, depth + 1);
    trio_status expected = model_combine(rc, cleaned);
    rc = trio_combine(rc, cleaned);
    CHECK_STATUS(rc, expected);
    return rc;
}

trio_status random_program_run(void *arg)
{
    (void)arg;
    trio_status rc = TRIO_OK;
    if (!program->alone) {
        rc = trio_system_task_start(NULL, watch, NULL);
        if (rc == TRIO_OK)
            rc = trio_poster_open(&program->poster);
    }
    if (rc != TRIO_OK) {
        program->rc = rc;
        return rc;
    }
    struct actor *actor = new_actor();
    rc = act_out(actor);
    trio_poster_close(program->poster);
    return rc;
}

size_t random_program_draw(size_t bound)
{
    return draw(bound);
}

void random_program_begin(struct random_program *fresh, uint64_t number,
                          const struct failing_memory *memory, bool alone)
{
    program = fresh;
    *program = (struct random_program){.random = number * 2 + 1,
                                       .alone = alone,
                                       .operations = 200,
                                       .memory = memory};
    model_deadlocked = false;
    for (int i = 0; i < PROGRAM_ENTRIES; i++)
        program->posts[i].entry = (struct trio_entry)TRIO_ENTRY_INIT(on_post);
    for (int i = 0; i < 8; i++)
        draw(2);
}

void random_program_end(const struct random_program *ended, trio_status rc)
{
    if (ended->actor_count == 0) {
        CHECK_STATUS(rc, TRIO_ENOMEM);
        return;
    }
    CHECK_STATUS(rc, model_deadlocked ? TRIO_EDEADLOCK : ended->rc);
    CHECK_EQ(ended->open_count, 0);
    CHECK_EQ(ended->parked_count, 0);
    for (int i = 0; i < PROGRAM_LOTS; i++)
        CHECK_EQ(trio_parking_lot_count(&ended->lots[i]), 0);
    for (int i = 0; i < PROGRAM_ENTRIES; i++)
        CHECK(!ended->posts[i].queued);
    for (size_t i = 0; i < ended->actor_count; i++)
        CHECK_EQ(ended->actors[i].begun, ended->actors[i].ended);
}

// The real thing: a director and its actors, each a task. What the director
// tells an actor reaches it by a parking lot, the simplest thing that waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/properties/stage.h"

#include <stdio.h>
#include <string.h>

#include <trio/campaign.h>
#include <trio/scenario.h>
#include <trio/testing.h>

enum { OBJECT_MAX = 1024 };

struct stage;

struct actor {
    struct stage *stage;
    struct trio_parking_lot told;    // Where it waits for the director.
    struct trio_cancel_scope *scope; // Of what it does; NULL: nothing.
    struct act act;
    bool has_act;
    bool cancelled; // Before it has begun.
    struct answer answer;
};

struct stage {
    const struct primitive *primitive;
    struct actor actors[STAGE_ACTORS];
    bool over;
    union {
        uint64_t align;
        unsigned char bytes[OBJECT_MAX];
    } object;
};

// ---- Actors ----

static const struct trio_wait cue_wait = {.verb = "wait for a cue",
                                          .access = TRIO_ACCESS_ACQUIRE};

static TRIO_CHECKPOINT trio_status perform(struct actor *actor)
{
    const struct primitive *primitive = actor->stage->primitive;
    struct act act = actor->act;
    struct trio_cancel_scope scope;
    int value = 0;

    // From now on it may be told the next one, for later.
    actor->has_act = false;
    actor->answer = (struct answer){(trio_status)STAGE_WAITS, 0};
    trio_cancel_scope_open(&scope);
    actor->scope = &scope;
    if (act.limit != 0)
        trio_cancel_scope_extend_after(&scope, act.limit * TRIO_SECOND);
    if (actor->cancelled)
        trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc =
        primitive->perform(actor->stage->object.bytes, &act, &value);
    actor->scope = NULL;
    actor->answer = (struct answer){rc, rc == TRIO_OK ? value : 0};
    // Other statuses are answers as good as any.
    return trio_cancel_scope_close(&scope, rc == TRIO_ECANCELED ? rc : TRIO_OK);
}

static TRIO_CHECKPOINT trio_status run_actor(void *arg)
{
    struct actor *actor = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !actor->stage->over) {
        rc = actor->has_act
                 ? TRIO_OK
                 : trio_parking_lot_park(&actor->told, &cue_wait, actor);
        if (rc == TRIO_OK && actor->has_act)
            rc = perform(actor);
    }
    return rc;
}

// ---- The director ----

static void tell(struct actor *actor, const struct act *act)
{
    actor->act = *act;
    actor->has_act = true;
    actor->cancelled = false;
    actor->answer = (struct answer){(trio_status)STAGE_WAITS, 0};
    (void)trio_parking_lot_unpark_one(&actor->told);
}

static void cancel(struct actor *actor)
{
    if (actor->has_act)
        actor->cancelled = true;
    else if (actor->scope != NULL)
        trio_cancel_scope_cancel(actor->scope, NULL);
}

// Fails the run, with both answers.
static void differ(size_t number, unsigned actor, const char *what, int is,
                   int should)
{
    char text[128];

    snprintf(text, sizeof(text), "after act %zu: %s of %u is %d, not %d",
             number, what, actor, is, should);
    trio_sim_fail(text, false);
}

// Compares the answers of all actors once all are at rest.
static void compare(const struct stage *stage, const struct script *script,
                    size_t number)
{
    for (unsigned i = 0; i < STAGE_ACTORS; i++) {
        const struct answer *is = &stage->actors[i].answer;
        const struct answer *should = &script->book.answers[i];
        if (is->status != should->status)
            differ(number, i, "status", (int)is->status, (int)should->status);
        if (is->value != should->value)
            differ(number, i, "value", is->value, should->value);
    }
}

static TRIO_CHECKPOINT trio_status rest(const struct stage *stage,
                                        struct script *script, size_t number)
{
    trio_status rc = trio_wait_all_tasks_blocked(0);

    script_rest(script);
    if (rc == TRIO_OK)
        compare(stage, script, number);
    return rc;
}

static TRIO_CHECKPOINT trio_status direct(struct stage *stage,
                                          struct script *script,
                                          const struct act *act, size_t number)
{
    const struct verb *verb = stage_verb(stage->primitive, act->verb);
    trio_status rc = TRIO_OK;
    int value = 0;

    if (script_needs_rest(script, act))
        rc = rest(stage, script, number);
    if (rc == TRIO_OK && act->verb == ACT_CANCEL)
        cancel(&stage->actors[act->actor]);
    else if (rc == TRIO_OK && act->verb == ACT_PASS)
        rc = trio_sleep(act->value * TRIO_SECOND);
    else if (rc == TRIO_OK && verb->at_once)
        value = stage->primitive->call(stage->object.bytes, act);
    else if (rc == TRIO_OK)
        tell(&stage->actors[act->actor], act);
    int should = script_step(script, act);
    if (rc == TRIO_OK && value != should)
        differ(number, act->actor, "what came at once", value, should);
    if (rc == TRIO_OK && script_ends_in_rest(script, act))
        rc = rest(stage, script, number);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_all(struct stage *stage,
                                           const struct play *play)
{
    struct script script;
    trio_status rc = trio_wait_all_tasks_blocked(0);

    script_begin(&script, play->primitive);
    for (size_t i = 0; i < play->count && rc == TRIO_OK; i++)
        rc = direct(stage, &script, &play->acts[i], i + 1);
    if (rc == TRIO_OK)
        rc = rest(stage, &script, play->count);
    for (size_t i = 0; i < STAGE_ACTORS; i++)
        cancel(&stage->actors[i]);
    stage->over = true;
    for (size_t i = 0; i < STAGE_ACTORS; i++)
        (void)trio_parking_lot_unpark_one(&stage->actors[i].told);
    return rc;
}

TRIO_CHECKPOINT trio_status stage_play(void *arg)
{
    const struct play *play = arg;
    struct trio_nursery nursery;
    struct stage stage;
    trio_status rc = TRIO_OK;

    memset(&stage, 0, sizeof(stage));
    stage.primitive = play->primitive;
    TRIO_ASSERT(play->primitive->object_size <= OBJECT_MAX);
    TRIO_ASSERT(play->primitive->model_size <= STAGE_MODEL_MAX);
    play->primitive->open(stage.object.bytes);
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < STAGE_ACTORS && rc == TRIO_OK; i++) {
        stage.actors[i].stage = &stage;
        rc = trio_nursery_start_soon(&nursery, run_actor, &stage.actors[i]);
    }
    if (rc == TRIO_OK)
        rc = run_all(&stage, play);
    rc = trio_nursery_close(&nursery, rc);
    if (play->primitive->close != NULL)
        play->primitive->close(stage.object.bytes);
    return rc;
}

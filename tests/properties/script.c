// What a workload does according to the model. Nothing here knows the library.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/properties/stage.h"

#include <string.h>

static const struct verb common[] = {{"cancel", .at_once = true, .weight = 2},
                                     {"pass", .at_once = true, .value = 3}};

const struct verb *stage_verb(const struct primitive *primitive,
                              unsigned char verb)
{
    return verb < ACT_OWN ? &common[verb] : &primitive->verbs[verb - ACT_OWN];
}

void book_answer(struct book *book, unsigned char actor, trio_status status,
                 int value)
{
    book->answers[actor] = (struct answer){status, value};
}

bool book_waits(const struct book *book, unsigned char actor)
{
    return (int)book->answers[actor].status == STAGE_WAITS;
}

// ---- Lines ----

void line_add(struct line *line, const struct act *act)
{
    line->acts[line->count++] = *act;
}

static void take_at(struct line *line, unsigned char i)
{
    line->count--;
    memmove(&line->acts[i], &line->acts[i + 1],
            (size_t)(line->count - i) * sizeof(line->acts[0]));
}

struct act line_take(struct line *line)
{
    struct act first = line->acts[0];

    take_at(line, 0);
    return first;
}

bool line_remove(struct line *line, unsigned char actor)
{
    for (unsigned char i = 0; i < line->count; i++)
        if (line->acts[i].actor == actor) {
            take_at(line, i);
            return true;
        }
    return false;
}

bool line_cancel(struct line *line, struct book *book, unsigned char actor)
{
    if (!line_remove(line, actor))
        return false;
    book_answer(book, actor, TRIO_ECANCELED, 0);
    return true;
}

// ---- Steps ----

void script_begin(struct script *script, const struct primitive *primitive)
{
    memset(script, 0, sizeof(*script));
    script->primitive = primitive;
    if (primitive->begin != NULL)
        primitive->begin(script->model.bytes);
}

static bool is_apart(const struct script *script, const struct act *act)
{
    return stage_verb(script->primitive, act->verb)->apart ||
           (act->verb == ACT_CANCEL && script->primitive->leaves_late);
}

bool script_needs_rest(const struct script *script, const struct act *act)
{
    const struct verb *verb = stage_verb(script->primitive, act->verb);

    return script->has_pending &&
           (act->verb == ACT_PASS || !verb->at_once || is_apart(script, act));
}

bool script_ends_in_rest(const struct script *script, const struct act *act)
{
    return !act->joined || act->verb == ACT_PASS || is_apart(script, act);
}

bool script_allows(const struct script *script, const struct act *act)
{
    const struct verb *verb = stage_verb(script->primitive, act->verb);
    struct script rested = *script;

    // What an actor may begin is known when all are at rest.
    if (script_needs_rest(script, act))
        script_rest(&rested);
    if (!verb->at_once && book_waits(&rested.book, act->actor))
        return false;
    return act->verb < ACT_OWN || script->primitive->allows == NULL ||
           script->primitive->allows(rested.model.bytes, act);
}

void script_rest(struct script *script)
{
    struct act act = script->pending;

    if (!script->has_pending)
        return;
    script->has_pending = false;
    if (script->pending_cancelled &&
        !stage_verb(script->primitive, act.verb)->sure) {
        book_answer(&script->book, act.actor, TRIO_ECANCELED, 0);
        return;
    }
    script->begun[act.actor] = act;
    script->until[act.actor] = act.limit != 0 ? script->now + act.limit : 0;
    script->primitive->start(script->model.bytes, &script->book, &act);
}

static void cancel(struct script *script, unsigned char actor)
{
    if (script->has_pending && script->pending.actor == actor)
        script->pending_cancelled = true;
    else if (book_waits(&script->book, actor))
        script->primitive->leave(script->model.bytes, &script->book, actor);
}

// Whose time is up first, and until now; STAGE_NOBODY: nobody's.
static unsigned char find_expired(const struct script *script)
{
    unsigned char found = STAGE_NOBODY;

    for (unsigned char i = 0; i < STAGE_ACTORS; i++)
        if (book_waits(&script->book, i) && script->until[i] != 0 &&
            script->until[i] <= script->now &&
            (found == STAGE_NOBODY || script->until[i] < script->until[found]))
            found = i;
    return found;
}

static void pass(struct script *script, unsigned char seconds)
{
    script->now += seconds;
    for (unsigned char i; (i = find_expired(script)) != STAGE_NOBODY;) {
        script->until[i] = 0;
        cancel(script, i);
    }
}

int script_step(struct script *script, const struct act *act)
{
    const struct verb *verb = stage_verb(script->primitive, act->verb);
    int value = 0;

    if (script_needs_rest(script, act))
        script_rest(script);
    if (act->verb == ACT_CANCEL) {
        cancel(script, act->actor);
    } else if (act->verb == ACT_PASS) {
        pass(script, act->value);
    } else if (verb->at_once) {
        value =
            script->primitive->called(script->model.bytes, &script->book, act);
    } else {
        script->pending = *act;
        script->has_pending = true;
        script->pending_cancelled = false;
        book_answer(&script->book, act->actor, (trio_status)STAGE_WAITS, 0);
    }
    if (script_ends_in_rest(script, act))
        script_rest(script);
    return value;
}

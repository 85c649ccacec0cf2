// Deviations: those that the plan asks for, each of which happens once and
// where it fits, and all those that have happened in this run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static bool *planned_at(struct kernel *kernel, uint32_t anchor)
{
    return &kernel->planned_at[anchor % ANCHOR_SLOTS];
}

static void mark(struct kernel *kernel, bool planned)
{
    const struct plan *plan = kernel->plan;

    for (size_t i = 0; i < plan->deviation_count; i++)
        *planned_at(kernel, plan->deviations[i].anchor) = planned;
}

void trio_sim_plan_begin_(struct kernel *kernel)
{
    for (size_t i = 0; i < kernel->plan->deviation_count; i++)
        trio_sim_append_(kernel, &kernel->used);
    mark(kernel, true);
}

void trio_sim_plan_end_(struct kernel *kernel)
{
    mark(kernel, false);
}

bool trio_sim_is_used_(const struct kernel *kernel,
                       const struct deviation *planned)
{
    return *ARRAY_AT(&kernel->used, bool, planned - kernel->plan->deviations);
}

const struct deviation *trio_sim_planned_(struct kernel *kernel,
                                          enum deviation_kind kind,
                                          uint32_t anchor)
{
    const struct plan *plan = kernel->plan;

    if (!*planned_at(kernel, anchor))
        return NULL;
    for (size_t i = 0; i < plan->deviation_count; i++) {
        const struct deviation *deviation = &plan->deviations[i];
        if (deviation->anchor == anchor && deviation->kind == kind &&
            !*ARRAY_AT(&kernel->used, bool, i))
            return deviation;
    }
    return NULL;
}

void trio_sim_has_fired_(struct kernel *kernel, const struct deviation *planned)
{
    *ARRAY_AT(&kernel->used, bool, planned - kernel->plan->deviations) = true;
    kernel->outcome->fired++;
}

void trio_sim_fire_(struct kernel *kernel, struct deviation deviation,
                    const char *words)
{
    *(struct deviation *)trio_sim_append_(kernel, &kernel->fired) = deviation;
    kernel->stretching = false;
    if (!kernel->words)
        return;
    struct fired_words *fired = trio_sim_append_(kernel, &kernel->fired_words);
    trio_sim_format_(kernel, fired->text, sizeof(fired->text), "%s", words);
    trio_sim_keep_(kernel, &(struct event){.kind = EVENT_FIRED}, 0);
}

const struct deviation *trio_sim_fired_(const struct kernel *kernel,
                                        size_t *ret_count)
{
    *ret_count = kernel->fired.count;
    return kernel->fired.items;
}

const char *trio_sim_fired_words_(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->fired_words, struct fired_words, i)->text;
}

size_t trio_sim_stale_(const struct kernel *kernel, size_t *ret_first)
{
    size_t count = 0;

    for (size_t i = kernel->used.count; i-- > 0;) {
        if (*ARRAY_AT(&kernel->used, bool, i))
            continue;
        *ret_first = i;
        count++;
    }
    return count;
}

// ---- Calls to the seams ----

// All calls for the scenario's own memory are of one kind.
static const char heap[] = "malloc";

static const char *kind_of(const struct call *call)
{
    return call->heap ? heap : call->what;
}

static bool fails_from_now_on(const struct kernel *kernel, const char *kind)
{
    for (size_t i = 0; i < kernel->persistent.count; i++)
        if (*ARRAY_AT(&kernel->persistent, const char *, i) == kind)
            return true;
    return false;
}

// What a call is called in words: by who makes it.
static void say_call(struct kernel *kernel, const struct actor *actor,
                     const struct call *call, bool persistent, char *words)
{
    char who[32];

    trio_sim_actor_name_(kernel, actor->number, who, sizeof(who));
    trio_sim_format_(kernel, words, FIRED_WORDS_MAX, "%s, %s no. %u -> %s", who,
                     call->what, (unsigned)actor->calls,
                     call->outcome != NULL ? call->outcome
                     : persistent          ? "fails, and from then on"
                                           : "fails");
}

static void fail(struct kernel *kernel, const struct deviation *planned,
                 const struct actor *actor, const struct call *call)
{
    bool persistent = planned->kind == DEVIATE_FAIL_ON && !call->once;
    char words[FIRED_WORDS_MAX];

    trio_sim_has_fired_(kernel, planned);
    if (persistent)
        *(const char **)trio_sim_append_(kernel, &kernel->persistent) =
            kind_of(call);
    // What is no failure is to be lived with.
    kernel->injected |= call->outcome == NULL;
    if (kernel->words && call->link != NULL)
        trio_sim_segment_name_(kernel, call->link,
                               trio_sim_link_newest_(call->link), "is lost",
                               words, sizeof(words));
    else if (kernel->words)
        say_call(kernel, actor, call, persistent, words);
    trio_sim_fire_(kernel, *planned, words);
}

static bool call_fails(struct kernel *kernel, struct call call)
{
    if (!kernel->details || kernel->plan == NULL)
        return false;
    struct actor *actor = trio_sim_actor_number_(kernel, kernel->running);
    actor->calls++;
    call.anchor = trio_sim_anchor_of_call_(actor, call.what);
    *(struct call *)trio_sim_append_(kernel, &kernel->calls) = call;

    const struct deviation *planned =
        trio_sim_planned_(kernel, DEVIATE_FAIL, call.anchor);
    if (planned == NULL)
        planned = trio_sim_planned_(kernel, DEVIATE_FAIL_ON, call.anchor);
    if (planned != NULL) {
        fail(kernel, planned, actor, &call);
        return true;
    }
    return !call.once && fails_from_now_on(kernel, kind_of(&call));
}

bool trio_sim_call_fails_(struct kernel *kernel, const char *what)
{
    return call_fails(kernel, (struct call){.what = what});
}

bool trio_sim_heap_fails_(struct kernel *kernel, const char *what)
{
    return call_fails(kernel, (struct call){.what = what, .heap = true});
}

bool trio_sim_net_fails_(const char *what, bool once)
{
    return call_fails(trio_sim_current_(),
                      (struct call){.what = what, .once = once});
}

bool trio_sim_net_loses_(const struct trio_sim_job *job)
{
    return call_fails(
        trio_sim_current_(),
        (struct call){.what = "segment", .once = true, .link = job});
}

bool trio_sim_comes_out_so_(const char *what, const char *outcome)
{
    return call_fails(
        trio_sim_current_(),
        (struct call){.what = what, .once = true, .outcome = outcome});
}

const struct point *trio_sim_points_(const struct kernel *kernel,
                                     size_t *ret_count)
{
    *ret_count = kernel->points.count;
    return kernel->points.items;
}

const struct call *trio_sim_calls_(const struct kernel *kernel,
                                   size_t *ret_count)
{
    *ret_count = kernel->calls.count;
    return kernel->calls.items;
}

// Faults: calls that fail, and whatever else goes wrong outside the program. A
// plan asks for some of them by their anchors; or a run draws which of those go
// wrong that the scenario has asked for. This is the one place where either is
// decided, and what happened is the same deviation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

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

// Whether it may go wrong by chance.
static inline bool is_wanted(const struct kernel *kernel,
                             const struct call *call)
{
    return call->asked || kernel->plan->swarm.all;
}

// Who makes a call, and where, if there is a choice.
static void say_who(const struct kernel *kernel, const struct actor *actor,
                    char *buffer, size_t size)
{
    const char *host = trio_sim_actor_host_(kernel, actor->number);
    char name[32];

    trio_sim_actor_name_(kernel, actor->number, name, sizeof(name));
    trio_sim_format_(kernel, buffer, size, "%s%s%s", name,
                     host == NULL ? "" : " on ", host == NULL ? "" : host);
}

// What it is called in words: a call by who makes it.
static void say(struct kernel *kernel, const struct call *call, bool persistent,
                char *words)
{
    const struct actor *actor = trio_sim_actor_number_(kernel, kernel->running);
    char who[64], what[32];

    if (call->link != NULL) {
        trio_sim_format_(kernel, what, sizeof(what), "is %s", call->what);
        trio_sim_segment_name_(kernel, call->link,
                               trio_sim_link_newest_(call->link), what, words,
                               FIRED_WORDS_MAX);
        return;
    }
    say_who(kernel, actor, who, sizeof(who));
    if (call->strike) {
        trio_sim_format_(kernel, words, FIRED_WORDS_MAX,
                         "%s, call no. %u -> %s", who, (unsigned)actor->strikes,
                         call->what);
        return;
    }
    trio_sim_format_(kernel, words, FIRED_WORDS_MAX, "%s, %s no. %u -> %s", who,
                     call->what, (unsigned)actor->calls,
                     call->outcome != NULL ? call->outcome
                     : persistent          ? "fails, and from then on"
                                           : "fails");
}

// Has it fail, as `kind` says.
static void fail(struct kernel *kernel, const struct call *call,
                 enum deviation_kind kind)
{
    bool persistent = kind == DEVIATE_FAIL_ON && !call->once;
    char words[FIRED_WORDS_MAX];

    // What is no failure is to be lived with.
    kernel->injected |= !call->harmless;
    if (persistent)
        *(const char **)trio_sim_append_(kernel, &kernel->persistent) =
            kind_of(call);
    if (!kernel->details)
        return;
    if (kernel->words)
        say(kernel, call, persistent, words);
    trio_sim_fire_(kernel, (struct deviation){kind, call->anchor, 0}, words);
}

// Gives a call its anchor, and keeps it for the sweep.
static void note(struct kernel *kernel, struct call *call)
{
    struct actor *actor = trio_sim_actor_number_(kernel, kernel->running);

    actor->strikes += call->strike && call->link == NULL;
    if (call->strike) {
        call->anchor = call->link != NULL
                           ? trio_sim_anchor_of_segment_(call->link, call->what)
                           : trio_sim_anchor_of_strike_(actor, call->what);
        if (!is_wanted(kernel, call))
            return;
    } else {
        actor->calls++;
        call->anchor = trio_sim_anchor_of_call_(actor, call->what);
    }
    *(struct call *)trio_sim_append_(kernel, &kernel->calls) = *call;
}

// Whether the plan has it fail; then it does.
static bool is_planned(struct kernel *kernel, const struct call *call)
{
    const struct deviation *planned =
        trio_sim_planned_(kernel, DEVIATE_FAIL, call->anchor);

    if (planned == NULL)
        planned = trio_sim_planned_(kernel, DEVIATE_FAIL_ON, call->anchor);
    if (planned == NULL)
        return false;
    trio_sim_has_fired_(kernel, planned);
    fail(kernel, call, planned->kind);
    return true;
}

static bool call_fails(struct kernel *kernel, struct call call)
{
    if (kernel->plan == NULL)
        return false;
    if (kernel->world.calm) {
        kernel->persistent.count = 0;
        return false;
    }
    kernel->outcome->faulty |= is_wanted(kernel, &call);
    if (kernel->details) {
        note(kernel, &call);
        if (is_planned(kernel, &call))
            return true;
    }
    if (!call.once && fails_from_now_on(kernel, kind_of(&call)))
        return true;
    if (!kernel->draws || !is_wanted(kernel, &call) ||
        (call.heap && kernel->plan->swarm.no_heap) ||
        !trio_sim_draw_(kernel, kind_of(&call)))
        return false;
    fail(kernel, &call, DEVIATE_FAIL);
    return true;
}

// In most runs nothing can fail, and that is quickly said.
static inline bool may_fail(const struct kernel *kernel, bool asked)
{
    return UNLIKELY(kernel->details ||
                    (kernel->draws && (asked || kernel->plan->swarm.all)));
}

bool trio_sim_call_fails_(struct kernel *kernel, const char *what)
{
    bool asked = kernel->world.faults.memory;

    return may_fail(kernel, asked) &&
           call_fails(kernel, (struct call){.what = what, .asked = asked});
}

bool trio_sim_heap_fails_(struct kernel *kernel, const char *what)
{
    bool asked = kernel->world.faults.memory;

    return may_fail(kernel, asked) &&
           call_fails(kernel, (struct call){
                                  .what = what, .heap = true, .asked = asked});
}

bool trio_sim_net_fails_(const char *what, bool once)
{
    struct kernel *kernel = trio_sim_current_();
    bool asked = kernel->world.faults.calls;

    return may_fail(kernel, asked) &&
           call_fails(kernel, (struct call){
                                  .what = what, .once = once, .asked = asked});
}

// Who asks has asked for it.
bool trio_sim_buggifies_(void *context, const char *name)
{
    struct kernel *kernel = context;

    return may_fail(kernel, true) &&
           call_fails(kernel, (struct call){.what = name,
                                            .once = true,
                                            .outcome = "happens",
                                            .asked = true});
}

bool trio_sim_net_strikes_(const struct trio_sim_job *link, const char *what,
                           bool asked)
{
    struct kernel *kernel = trio_sim_current_();

    return may_fail(kernel, asked) &&
           call_fails(kernel, (struct call){.what = what,
                                            .once = true,
                                            .strike = true,
                                            .link = link,
                                            .asked = asked});
}

// Who has the power of a disk fail has asked for what comes of it.
bool trio_sim_comes_out_so_(const char *what, const char *outcome)
{
    struct kernel *kernel = trio_sim_current_();

    return may_fail(kernel, true) &&
           call_fails(kernel, (struct call){.what = what,
                                            .once = true,
                                            .outcome = outcome,
                                            .harmless = true,
                                            .asked = true});
}

const struct call *trio_sim_calls_(const struct kernel *kernel,
                                   size_t *ret_count)
{
    *ret_count = kernel->calls.count;
    return kernel->calls.items;
}

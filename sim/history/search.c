// Depth first: of those that may come next, take one whose result fits the
// state, and go on from the state that it leads to; if nothing fits, put the
// last one back and try the one behind it. It is found when none is left that
// was answered. What comes of a node depends on nothing but which are taken and
// on the state: one that was visited before is left at once, and failed then.
//
// Three rules leave most of it out. One that was answered, fits and only reads
// is taken for good: any order in which it comes later is one with it here. One
// that was not answered and changes nothing is not taken: it might as well come
// later, or not at all. Nor is anything taken behind one that was not answered
// if that makes no difference to where both lead.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/search.h"

#include <string.h>

#include "sim/history/visited.h"

enum { STATES_MAX_DEFAULT = 1000000 };

// An operation that was taken.
struct frame {
    uint32_t call;
    bool for_good;
    struct visited_node *before; // Its state is the one before.
};

struct search {
    struct arena arena;
    struct calls calls;
    struct states states;
    struct visited visited;
    struct frame *frames;
    size_t depth;
    unsigned char *state;      // The one that all taken have led to.
    unsigned char *trial;      // The one that a step leads to.
    unsigned char *other;      // The one that it leads to without the last.
    struct visited_node *node; // Its state is `state`, too.
    struct call_walk walk;
    uint32_t furthest;
    size_t states_max;
};

static bool open_state(struct search *search)
{
    const struct trio_history_model *model = search->states.model;

    search->state =
        trio_history_arena_take_(&search->arena, search->states.size, 1);
    search->trial =
        trio_history_arena_take_(&search->arena, search->states.size, 1);
    search->other =
        trio_history_arena_take_(&search->arena, search->states.size, 1);
    if (search->state == NULL || search->trial == NULL || search->other == NULL)
        return false;
    if (model->init != NULL)
        model->init(search->state);
    return trio_history_visited_add_(&search->visited, &search->calls,
                                     search->state, &search->node) == TRIO_OK;
}

static trio_status prepare(struct search *search)
{
    struct calls *calls = &search->calls;
    const struct trio_history_model *model = search->states.model;

    if (model->prepare == NULL)
        return TRIO_OK;
    trio_status rc =
        model->prepare(&search->arena, calls->operations, calls->count);
    if (rc != TRIO_OK)
        return rc;
    return trio_history_calls_take_turns_(calls, &search->arena) ? TRIO_OK
                                                                 : TRIO_ENOMEM;
}

static trio_status open_search(struct search *search,
                               const struct search_of *of)
{
    struct arena *arena = &search->arena;
    size_t states_max = of->history->states_max;

    *search = (struct search){.arena.memory = of->history->memory,
                              .furthest = 1}; // No event comes before it.
    if (!trio_history_calls_open_(&search->calls, arena, of->history, of->keys,
                                  of->first, of->end))
        return TRIO_ENOMEM;
    search->states =
        trio_history_states_(of->history->model, search->calls.count);
    search->frames = trio_history_arena_take_(arena, search->calls.count,
                                              sizeof(*search->frames));
    search->walk = trio_history_calls_walk_(&search->calls);
    search->states_max = states_max != 0 ? states_max : STATES_MAX_DEFAULT;
    if (search->frames == NULL ||
        !trio_history_visited_open_(&search->visited, arena, &search->states,
                                    &search->calls) ||
        !open_state(search))
        return TRIO_ENOMEM;
    return prepare(search);
}

static bool is_found(const struct search *search)
{
    return search->calls.answered_taken == search->calls.answered;
}

static void copy_state(const struct search *search, unsigned char *target,
                       const void *source)
{
    memcpy(target, source,
           trio_history_states_length_(&search->states, source));
}

static void go_on(struct search *search, uint32_t call, bool for_good)
{
    search->frames[search->depth++] =
        (struct frame){call, for_good, search->node};
    search->walk = trio_history_calls_walk_(&search->calls);
}

// Takes a call that leads to the state `trial`, unless that was visited.
static trio_status visit(struct search *search, uint32_t call)
{
    struct visited_node *node;
    unsigned char *state = search->state;

    if (search->visited.count >= search->states_max)
        return TRIO_ETRUNCATED;
    trio_history_calls_take_(&search->calls, call);
    if (is_found(search))
        return TRIO_OK;
    trio_status rc = trio_history_visited_add_(&search->visited, &search->calls,
                                               search->trial, &node);
    if (rc == TRIO_EEXIST)
        trio_history_calls_put_back_(&search->calls, call);
    if (rc != TRIO_OK)
        return rc == TRIO_EEXIST ? TRIO_OK : rc;
    go_on(search, call, false);
    search->node = node;
    search->state = search->trial;
    search->trial = state;
    return TRIO_OK;
}

static bool step(const struct search *search, unsigned char *target,
                 const void *source, uint32_t call)
{
    copy_state(search, target, source);
    return search->states.model->step(target, &search->calls.operations[call]);
}

static bool only_reads(const struct search *search, uint32_t call)
{
    int kind = search->calls.operations[call].call.kind;

    return (search->states.model->kinds[kind].flags & TRIO_HISTORY_READS) != 0;
}

// Says whether a call leads to the state `trial` also without the one that was
// taken last and that nobody answered.
static bool makes_last_useless(const struct search *search, uint32_t call)
{
    if (search->depth == 0)
        return false;
    const struct frame *last = &search->frames[search->depth - 1];
    return !trio_history_calls_is_answered_(&search->calls, last->call) &&
           step(search, search->other,
                trio_history_visited_state_(last->before), call) &&
           trio_history_states_equal_(&search->states, search->trial,
                                      search->other);
}

static trio_status try_call(struct search *search, uint32_t call)
{
    bool answered = trio_history_calls_is_answered_(&search->calls, call);

    if (!trio_history_calls_is_its_turn_(&search->calls, call) ||
        !step(search, search->trial, search->state, call))
        return TRIO_OK;
    if (only_reads(search, call)) {
        if (answered) {
            trio_history_calls_take_(&search->calls, call);
            go_on(search, call, true);
        }
        return TRIO_OK;
    }
    if (!answered && trio_history_states_equal_(&search->states, search->state,
                                                search->trial))
        return TRIO_OK;
    return makes_last_useless(search, call) ? TRIO_OK : visit(search, call);
}

// Puts the last one back, with all that were taken for good since. Returns
// false if there is none.
static bool back_up(struct search *search)
{
    const struct frame *frame;

    if (search->walk.limit > search->furthest)
        search->furthest = search->walk.limit;
    do {
        if (search->depth == 0)
            return false;
        frame = &search->frames[--search->depth];
        trio_history_calls_put_back_(&search->calls, frame->call);
    } while (frame->for_good);
    search->walk = trio_history_calls_return_(&search->calls, frame->call);
    search->node = frame->before;
    copy_state(search, search->state,
               trio_history_visited_state_(search->node));
    return true;
}

static trio_status search_all(struct search *search)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !is_found(search)) {
        uint32_t call = trio_history_calls_next_(&search->calls, &search->walk);
        if (call != NO_OPERATION)
            rc = try_call(search, call);
        else if (!back_up(search))
            rc = TRIO_ECONTRACT;
    }
    return rc;
}

trio_status trio_history_search_(struct search_of *of)
{
    struct search search;
    trio_status rc = open_search(&search, of);

    if (rc == TRIO_OK)
        rc = search_all(&search);
    of->states += search.visited.count;
    of->furthest = search.furthest;
    trio_history_arena_end_(&search.arena);
    return rc;
}

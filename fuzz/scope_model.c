// Scopes and nurseries by the word of the rules, without tasks and without a
// loop: nothing is kept that could be asked anew, and each question walks
// outwards. A child that fails cancels its nursery at a time that is known when
// it is started, so that all there is to do is to look which time comes first.
// It shares no code with the library but the names of statuses.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/status.h>

#include "fuzz/scope_program.h"

#define NEVER INT64_MAX

struct scope {
    struct scope *outer;
    const struct node *node;
    int64_t began;
    int64_t cancelled; // By somebody's call, or NEVER.
    int64_t failed;    // A nursery's: its body did. Or NEVER.
    int64_t starts[CHILDREN_MAX];
    size_t started;
    bool passed; // A cancellation did.
};

struct model {
    int64_t now;
    struct story *story;
};

static int run_body(struct model *model, struct scope *scope,
                    const struct node *first, bool goes_on);

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static bool is_failure(int status)
{
    return status != TRIO_OK && status != TRIO_ECANCELED;
}

// ---- When a scope is cancelled ----

static int64_t time_outside(const struct scope *scope);

static int64_t deadline_of(const struct scope *scope)
{
    enum node_kind kind = scope->node->kind;

    return kind == NODE_MOVE_ON || kind == NODE_FAIL_AFTER ||
                   kind == NODE_SHIELD
               ? scope->began + scope->node->time
               : NEVER;
}

// By its deadline, a call, its body.
static int64_t time_of_own(const struct scope *scope)
{
    return earlier(deadline_of(scope),
                   earlier(scope->cancelled, scope->failed));
}

// By those, or by a child that fails before it is cancelled itself.
static int64_t time_of_itself(const struct scope *scope)
{
    int64_t own = time_of_own(scope);
    int64_t others = earlier(own, time_outside(scope));
    int64_t first = own;

    for (size_t i = 0; i < scope->started; i++) {
        const struct child *child = &scope->node->children[i];
        int64_t end = scope->starts[i] + child->time;
        if (child->status != TRIO_OK && (child->shielded || end < others))
            first = earlier(first, end);
    }
    return first;
}

// What a checkpoint inside sees.
static int64_t time_inside(const struct scope *scope)
{
    return earlier(time_of_itself(scope), time_outside(scope));
}

static int64_t time_outside(const struct scope *scope)
{
    if (scope->outer == NULL || scope->node->kind == NODE_SHIELD)
        return NEVER;
    return time_inside(scope->outer);
}

// ---- What a close returns ----

static int absorb(const struct scope *scope, int status)
{
    enum node_kind kind = scope->node->kind;

    if (is_failure(status))
        return status;
    if (kind != NODE_FAIL_AFTER && kind != NODE_SHIELD)
        return TRIO_OK;
    return deadline_of(scope) <= scope->cancelled ? TRIO_ETIMEDOUT
                                                  : TRIO_EABANDONED;
}

static int close(struct model *model, struct scope *scope, int status)
{
    if (status == TRIO_ECANCELED)
        scope->passed = true;
    if (!scope->passed)
        return status;
    if (time_of_itself(scope) <= model->now && time_outside(scope) > model->now)
        return absorb(scope, status);
    if (scope->outer != NULL)
        scope->outer->passed = true;
    return is_failure(status) ? status : TRIO_ECANCELED;
}

// ---- Nurseries ----

static int combine(int one, int other)
{
    if (!is_failure(other) || one == other)
        return one;
    return is_failure(one) ? TRIO_EGROUP : other;
}

// Returns when a child ends.
static int64_t end_child(const struct scope *scope, size_t i, int *ret_status)
{
    const struct child *child = &scope->node->children[i];
    int64_t end = scope->starts[i] + child->time;
    int64_t cancelled = time_inside(scope);

    *ret_status = child->status;
    if (child->shielded || end <= cancelled)
        return end;
    *ret_status = TRIO_ECANCELED;
    return cancelled > scope->starts[i] ? cancelled : scope->starts[i];
}

static int join(struct model *model, struct scope *scope, int status)
{
    int64_t last = model->now;

    if (is_failure(status))
        scope->failed = model->now;
    if (status == TRIO_ECANCELED)
        scope->passed = true;
    for (size_t i = 0; i < scope->started; i++) {
        int of_child;
        int64_t end = end_child(scope, i, &of_child);
        if (end > last)
            last = end;
        if (of_child == TRIO_ECANCELED)
            scope->passed = true;
        status = combine(is_failure(status) ? status : TRIO_OK, of_child);
    }
    model->now = last;
    return status;
}

// ---- Statements ----

static int sleep_for(struct model *model, const struct scope *scope,
                     int64_t time)
{
    int64_t cancelled = time_inside(scope);

    if (cancelled <= model->now)
        return TRIO_ECANCELED;
    if (cancelled < model->now + time) {
        model->now = cancelled;
        return TRIO_ECANCELED;
    }
    model->now += time;
    return TRIO_OK;
}

// Cancels a scope further out; from the outermost on, that one.
static void cancel(const struct model *model, struct scope *scope, unsigned up)
{
    if (scope->outer == NULL)
        return; // None is open.
    while (up-- > 0 && scope->outer->outer != NULL)
        scope = scope->outer;
    scope->cancelled = earlier(scope->cancelled, model->now);
}

static int run_scope(struct model *model, struct scope *outer,
                     const struct node *node)
{
    struct scope scope = {.outer = outer,
                          .node = node,
                          .began = model->now,
                          .cancelled = NEVER,
                          .failed = NEVER};

    for (size_t i = 0; i < node->child_count; i++)
        scope.starts[scope.started++] = model->now;
    int status = run_body(model, &scope, node->body, node->goes_on);
    if (node->kind == NODE_NURSERY)
        status = join(model, &scope, status);
    return close(model, &scope, status);
}

static int run_node(struct model *model, struct scope *scope,
                    const struct node *node)
{
    switch (node->kind) {
    case NODE_SLEEP:
        return sleep_for(model, scope, node->time);
    case NODE_CANCEL:
        cancel(model, scope, node->up);
        return TRIO_OK;
    case NODE_FAIL:
        return node->status;
    default:
        return run_scope(model, scope, node);
    }
}

static int run_body(struct model *model, struct scope *scope,
                    const struct node *first, bool goes_on)
{
    struct story *story = model->story;
    int status = TRIO_OK;

    for (const struct node *node = first; node != NULL; node = node->next) {
        status = run_node(model, scope, node);
        story->entries[story->count++] =
            (struct entry){node, status, model->now};
        if (status != TRIO_OK && !goes_on)
            return status;
    }
    return TRIO_OK;
}

void scope_model_run(const struct node *program, struct story *ret_story)
{
    struct model model = {.story = ret_story};
    static const struct node none = {.kind = NODE_PLAIN};
    struct scope task = {.node = &none, .cancelled = NEVER, .failed = NEVER};

    ret_story->count = 0;
    ret_story->status = run_body(&model, &task, program, true);
}

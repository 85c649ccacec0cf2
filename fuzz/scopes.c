// Cancel scopes and nurseries: a program of them is run, and comes to what the
// model says, statement by statement and to the nanosecond.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>

#include <trio/trio.h>

#include "fuzz/scope_program.h"
#include "fuzz/target.h"
#include "fuzz/task.h"

enum { TIMES_MAX = 28, STEP_BITS = 30 };

struct reading {
    struct fuzz_bytes bytes;
    struct node nodes[NODES_MAX];
    size_t count;
    unsigned times; // So far: each adds a bit that no other one has.
};

// What is open, innermost last.
struct running {
    struct trio_cancel_scope *open[DEPTH_MAX];
    size_t depth;
    struct story *story;
    const struct node *program;
    trio_time began;
};

// ---- The program ----

static int64_t take_time(struct reading *reading)
{
    int64_t steps = 1 + (int64_t)fuzz_take_below(&reading->bytes, 8);

    return steps << STEP_BITS | INT64_C(1) << reading->times++;
}

static int take_status(struct reading *reading)
{
    static const int statuses[] = {TRIO_OK, TRIO_EPROTOCOL, TRIO_EBROKEN};

    return statuses[fuzz_take_below(&reading->bytes, 3)];
}

static struct node *take_body(struct reading *reading, size_t depth);

static void take_children(struct reading *reading, struct node *node)
{
    size_t count = fuzz_take_below(&reading->bytes, CHILDREN_MAX + 1);

    while (node->child_count < count && reading->times < TIMES_MAX)
        node->children[node->child_count++] = (struct child){
            .time = take_time(reading),
            .status = take_status(reading),
            .shielded = fuzz_take_below(&reading->bytes, 4) == 0,
        };
}

// Returns the next statement, NULL: the body is over.
static struct node *take_node(struct reading *reading, size_t depth)
{
    struct node *node = &reading->nodes[reading->count];
    unsigned kind = fuzz_take_below(&reading->bytes, NODE_KINDS + 2);

    if (kind >= NODE_KINDS || reading->bytes.left == 0 ||
        reading->count == NODES_MAX || reading->times >= TIMES_MAX - 1)
        return NULL;
    if (kind >= NODE_PLAIN && depth == DEPTH_MAX)
        return NULL;
    reading->count++;
    *node = (struct node){.kind = (enum node_kind)kind};
    if (kind == NODE_SLEEP || kind >= NODE_PLAIN)
        node->time = take_time(reading);
    if (kind == NODE_CANCEL)
        node->up = fuzz_take_below(&reading->bytes, DEPTH_MAX);
    if (kind == NODE_FAIL)
        node->status = take_status(reading);
    if (kind == NODE_NURSERY)
        take_children(reading, node);
    if (kind >= NODE_PLAIN) {
        node->goes_on = fuzz_take_below(&reading->bytes, 2) == 1;
        node->body = take_body(reading, depth + 1);
    }
    return node;
}

static struct node *take_body(struct reading *reading, size_t depth)
{
    struct node *first = NULL, **last = &first;

    while ((*last = take_node(reading, depth)) != NULL)
        last = &(*last)->next;
    return first;
}

// ---- The run ----

static TRIO_CHECKPOINT trio_status run_body(struct running *running,
                                            const struct node *first,
                                            bool goes_on);

static TRIO_CHECKPOINT trio_status run_child(void *arg)
{
    const struct child *child = arg;
    struct trio_cancel_scope shield;

    trio_cancel_scope_open(&shield);
    trio_cancel_scope_set_shield(&shield, child->shielded);
    trio_status rc = trio_sleep(child->time);
    rc = trio_cancel_scope_close(&shield, rc);
    return rc == TRIO_OK ? (trio_status)child->status : rc;
}

TRIO_NO_SCOPE_ANALYSIS static void open_scope(struct trio_cancel_scope *scope,
                                              const struct node *node)
{
    if (node->kind == NODE_MOVE_ON)
        trio_move_on_after(scope, node->time);
    else if (node->kind == NODE_FAIL_AFTER)
        trio_fail_after(scope, node->time);
    else if (node->kind == NODE_SHIELD)
        trio_shield_after(scope, node->time);
    else
        trio_cancel_scope_open(scope);
}

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
run_scope(struct running *running, const struct node *node)
{
    struct trio_cancel_scope scope;

    open_scope(&scope, node);
    running->open[running->depth++] = &scope;
    trio_status rc = run_body(running, node->body, node->goes_on);
    running->depth--;
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status run_nursery(struct running *running,
                                               const struct node *node)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    running->open[running->depth++] = trio_nursery_cancel_scope(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < node->child_count; i++)
        rc = trio_nursery_start_soon_copy(
            &nursery, run_child, &node->children[i], sizeof(node->children[i]));
    FUZZ_CHECK(rc == TRIO_OK);
    rc = run_body(running, node->body, node->goes_on);
    running->depth--;
    return trio_nursery_close(&nursery, rc);
}

static void cancel(const struct running *running, unsigned up)
{
    size_t last = running->depth - 1;

    if (running->depth > 0)
        trio_cancel_scope_cancel(running->open[up < last ? last - up : 0],
                                 NULL);
}

static TRIO_CHECKPOINT trio_status run_node(struct running *running,
                                            const struct node *node)
{
    switch (node->kind) {
    case NODE_SLEEP:
        return trio_sleep(node->time);
    case NODE_CANCEL:
        cancel(running, node->up);
        return TRIO_OK;
    case NODE_FAIL:
        return (trio_status)node->status;
    case NODE_NURSERY:
        return run_nursery(running, node);
    default:
        return run_scope(running, node);
    }
}

static TRIO_CHECKPOINT trio_status run_body(struct running *running,
                                            const struct node *first,
                                            bool goes_on)
{
    struct story *story = running->story;
    trio_status rc = TRIO_OK;

    for (const struct node *node = first; node != NULL; node = node->next) {
        rc = run_node(running, node);
        story->entries[story->count++] =
            (struct entry){node, rc, trio_now() - running->began};
        if (rc != TRIO_OK && !goes_on)
            return rc;
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct running *running = arg;

    running->began = trio_now();
    running->story->status = run_body(running, running->program, true);
    return TRIO_OK;
}

// ---- What is told of a failure ----

static void print_node(const struct node *node, int depth)
{
    static const char *const names[] = {
        [NODE_SLEEP] = "sleep",     [NODE_CANCEL] = "cancel",
        [NODE_FAIL] = "return",     [NODE_PLAIN] = "scope",
        [NODE_MOVE_ON] = "move on", [NODE_FAIL_AFTER] = "fail after",
        [NODE_SHIELD] = "shield",   [NODE_NURSERY] = "nursery"};

    fprintf(stderr, "%*s%s %#" PRIx64 " %u %s%s\n", 4 * depth, "",
            names[node->kind], (uint64_t)node->time, node->up,
            trio_status_name((trio_status)node->status),
            node->goes_on ? ", goes on" : "");
    for (size_t i = 0; i < node->child_count; i++)
        fprintf(stderr, "%*s  child %#" PRIx64 " %s%s\n", 4 * depth, "",
                (uint64_t)node->children[i].time,
                trio_status_name((trio_status)node->children[i].status),
                node->children[i].shielded ? ", shielded" : "");
    for (const struct node *inner = node->body; inner; inner = inner->next)
        print_node(inner, depth + 1);
}

static void print_story(const char *whose, const struct story *story,
                        const struct node *nodes)
{
    fprintf(stderr, "%s:\n", whose);
    for (size_t i = 0; i < story->count; i++)
        fprintf(stderr, "  no. %td: %s at %#" PRIx64 "\n",
                story->entries[i].node - nodes,
                trio_status_name((trio_status)story->entries[i].status),
                (uint64_t)story->entries[i].time);
}

static bool are_equal(const struct story *one, const struct story *other)
{
    if (one->count != other->count || one->status != other->status)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (one->entries[i].node != other->entries[i].node ||
            one->entries[i].status != other->entries[i].status ||
            one->entries[i].time != other->entries[i].time)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reading reading;
    static struct story real, model;
    struct running running = {.story = &real};

    reading.bytes = (struct fuzz_bytes){data, size};
    reading.count = 0;
    reading.times = 0;
    running.program = take_body(&reading, 0);
    real.count = 0;
    fuzz_run(run, &running);
    scope_model_run(running.program, &model);
    if (are_equal(&real, &model))
        return 0;
    for (const struct node *node = running.program; node; node = node->next)
        print_node(node, 0);
    print_story("the run", &real, reading.nodes);
    print_story("the model", &model, reading.nodes);
    abort();
}

// A stack without a lock: pop reads the top and what lies below it, then
// exchanges the top if it is still the same. It may be the same node again, and
// below it another one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { NODES = 3 };

struct node {
    struct node *below;
    bool taken;
};

struct stack {
    struct node *top;
    struct node nodes[NODES];
};

// One access to memory: nobody comes between its two halves.
static bool exchange_top(struct stack *stack, const struct node *expected,
                         struct node *top)
{
    TRIO_SIM_POINT(&stack->top, TRIO_ACCESS_WRITE);
    if (stack->top != expected)
        return false;
    stack->top = top;
    return true;
}

static struct node *pop(struct stack *stack)
{
    struct node *node, *below;

    do {
        TRIO_SIM_POINT(&stack->top, TRIO_ACCESS_READ);
        node = stack->top;
        if (node == NULL)
            return NULL;
        TRIO_SIM_POINT(&node->below, TRIO_ACCESS_READ);
        below = node->below;
    } while (!exchange_top(stack, node, below));
    TRIO_SIM_ALWAYS(!node->taken, "nobody takes what is taken");
    node->taken = true;
    return node;
}

static void push(struct stack *stack, struct node *node)
{
    struct node *top;

    node->taken = false;
    do {
        TRIO_SIM_POINT(&stack->top, TRIO_ACCESS_READ);
        top = stack->top;
        TRIO_SIM_POINT(&node->below, TRIO_ACCESS_WRITE);
        node->below = top;
    } while (!exchange_top(stack, top, node));
}

static TRIO_PARKS trio_status take_two(void *arg)
{
    bugs_start_thread();
    pop(arg);
    pop(arg);
    return TRIO_OK;
}

static TRIO_PARKS trio_status take_two_and_return_one(void *arg)
{
    bugs_start_thread();
    struct node *node = pop(arg);
    pop(arg);
    if (node != NULL)
        push(arg, node);
    return TRIO_OK;
}

TRIO_SCENARIO(stack, .order = TRIO_SIM_SOFT,
              .witness = "main slow*3 quick*10 slow*4")
{
    struct stack stack = {.top = &stack.nodes[0]};

    (void)arg;
    trio_sim_name(&stack.top, "top");
    for (size_t i = 0; i < NODES; i++)
        trio_sim_name(&stack.nodes[i].below, "a link");
    for (size_t i = 0; i + 1 < NODES; i++)
        stack.nodes[i].below = &stack.nodes[i + 1];
    return bugs_run((struct bugs_tasks[]){
        {.name = "slow", .fn = take_two, .arg = &stack},
        {.name = "quick", .fn = take_two_and_return_one, .arg = &stack},
        {.name = NULL},
    });
}

// Vyukov's stack of indices without a lock. Who pops takes the link below the
// top away, so that nobody else can pop the same index, and puts it back if the
// top has changed. It takes three tasks and many turns to find out that the top
// can change and come back in between.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { ITEMS = 3, TASKS = 3, ROUNDS = 2, ATTEMPTS = 2, NONE = -1 };

struct safe_stack {
    int top;
    int count;
    int below[ITEMS];
    bool taken[ITEMS];
};

// Each of the following is one access to memory.

static int read_number(const int *place)
{
    TRIO_SIM_POINT(place, TRIO_ACCESS_READ);
    return *place;
}

static void add(int *place, int number)
{
    TRIO_SIM_POINT(place, TRIO_ACCESS_WRITE);
    *place += number;
}

static int exchange(int *place, int number)
{
    TRIO_SIM_POINT(place, TRIO_ACCESS_WRITE);
    int before = *place;
    *place = number;
    return before;
}

// Tells in `expected` what was there.
static bool compare_exchange(int *place, int *expected, int number)
{
    TRIO_SIM_POINT(place, TRIO_ACCESS_WRITE);
    int before = *place;
    if (before == *expected)
        *place = number;
    bool equal = before == *expected;
    *expected = before;
    return equal;
}

// Returns an index, or NONE. One is always left, so the top is never NONE.
static int pop(struct safe_stack *stack)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        if (read_number(&stack->count) <= 1)
            continue;
        int index = read_number(&stack->top);
        int below = exchange(&stack->below[index], NONE);
        if (below == NONE)
            continue;
        int expected = index;
        if (compare_exchange(&stack->top, &expected, below)) {
            add(&stack->count, -1);
            return index;
        }
        exchange(&stack->below[index], below);
    }
    return NONE;
}

static void push(struct safe_stack *stack, int index)
{
    int top = read_number(&stack->top);

    do
        exchange(&stack->below[index], top);
    while (!compare_exchange(&stack->top, &top, index));
    add(&stack->count, 1);
}

static void use(struct safe_stack *stack, int index)
{
    TRIO_SIM_POINT(&stack->taken[index], TRIO_ACCESS_WRITE);
    TRIO_SIM_ALWAYS(!stack->taken[index], "an index is taken by one at a time");
    stack->taken[index] = true;
    TRIO_SIM_POINT(&stack->taken[index], TRIO_ACCESS_WRITE);
    stack->taken[index] = false;
}

static TRIO_PARKS trio_status pop_and_push(void *arg)
{
    struct safe_stack *stack = arg;

    bugs_start_thread();
    for (int i = 0; i < ROUNDS; i++) {
        int index = pop(stack);
        if (index == NONE)
            continue;
        use(stack, index);
        push(stack, index);
    }
    return TRIO_OK;
}

TRIO_SCENARIO(safestack, .order = TRIO_SIM_SOFT,
              .witness = "main t#3*3 t*10 t#2*10 t#3 t*5 t#3*4 t*4 t#3*6 "
                         "t#2*10 t")
{
    struct safe_stack stack = {0, ITEMS, {1, 2, NONE}, {false}};

    (void)arg;
    trio_sim_name(&stack.top, "top");
    trio_sim_name(&stack.count, "count");
    for (size_t i = 0; i < ITEMS; i++) {
        trio_sim_name(&stack.below[i], "a link");
        trio_sim_name(&stack.taken[i], "a mark");
    }
    return bugs_run((struct bugs_tasks[]){
        {.name = "t", .fn = pop_and_push, .arg = &stack, .count = TASKS},
        {.name = NULL},
    });
}

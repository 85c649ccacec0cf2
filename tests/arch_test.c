// What a context promises: it goes on where it was left, with the registers
// that a call keeps, on an aligned stack, and backtraces end at its entry.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fenv.h>
#include <unwind.h>

#include <trio/backend.h>

#include "tests/check.h"

// Private to the core, and the only part of it that is tested from beside it:
// what goes wrong here shows far away from here.
int trio_context_switch_(void **save, void *load, int value);
void trio_context_leave_(void *load, int value);
int trio_context_call_(void **save, int (*fn)(void *arg), void *arg);
void *trio_context_make_(void *top, void (*entry)(void *arg), void *arg,
                         const struct trio_stack *stack);
struct trio_registers trio_context_registers_(const void *saved_sp);
uint64_t trio_fp_control_save_(void);
void trio_fp_control_load_(uint64_t control);

// A context of its own for each test: one that is left for ever still owns its
// stack.
struct fiber {
    void *context; // While it is left.
    void *back;    // Who runs it, meanwhile.
    void *found;
    int count;
    _Alignas(64) char stack[64 * 1024];
};

#define TOP(fiber) ((fiber)->stack + sizeof(fiber)->stack)

static void *make(struct fiber *fiber, void (*entry)(void *arg), void *arg)
{
    struct trio_stack stack = {fiber->stack, sizeof(fiber->stack), 0};

    return trio_context_make_(TOP(fiber), entry, arg, &stack);
}

static void enter(struct fiber *fiber)
{
    (void)trio_context_switch_(&fiber->back, fiber->context, 0);
}

static void leave(struct fiber *fiber)
{
    (void)trio_context_switch_(&fiber->context, fiber->back, 0);
}

static void begin(struct fiber *fiber, void (*entry)(void *arg))
{
    fiber->context = make(fiber, entry, fiber);
    enter(fiber);
}

static void count_turns(void *arg)
{
    struct fiber *fiber = arg;

    for (;;) {
        fiber->count++;
        leave(fiber);
    }
}

TEST_PLAIN(context, goes_on_where_it_was_left)
{
    static struct fiber fiber;

    begin(&fiber, count_turns);
    CHECK_EQ(fiber.count, 1);
    for (int i = 0; i < 1000; i++)
        enter(&fiber);
    CHECK_EQ(fiber.count, 1001);
}

// Is passed by its address to who has to assume that anything may happen to it.
static void *volatile escaped;

static void look_at_the_stack(void *arg)
{
    struct fiber *fiber = arg;
    _Alignas(16) char local[16];

    escaped = local;
    fiber->found = __builtin_frame_address(0);
    CHECK_EQ((uintptr_t)escaped % 16, 0);
    leave(fiber);
}

TEST_PLAIN(context, begins_near_the_top_of_its_stack_and_aligned)
{
    static struct fiber fiber;

    begin(&fiber, look_at_the_stack);
    CHECK_EQ((uintptr_t)fiber.found % 16, 0);
    CHECK((char *)fiber.found < TOP(&fiber));
    CHECK((char *)fiber.found > TOP(&fiber) - 256);
}

// Enough values alive across the switch to fill the registers that a call
// keeps, of both kinds; `step` makes those of the two sides differ.
static bool values_survive(struct fiber *fiber, void (*turn)(struct fiber *),
                           volatile int64_t *step)
{
    int64_t a = *step, b = a + *step, c = b + *step, d = c + *step;
    int64_t e = d + *step, f = e + *step, g = f + *step, h = g + *step;
    int64_t i = h + *step, j = i + *step, k = j + *step, l = k + *step;
    double m = (double)l + 0.5, n = m * 2, o = n * 2, p = o * 2;
    double q = p * 2, r = q * 2, s = r * 2, t = s * 2;

    turn(fiber);
    bool whole = b - a == *step && c - b == *step && d - c == *step &&
                 e - d == *step && f - e == *step && g - f == *step &&
                 h - g == *step && i - h == *step && j - i == *step &&
                 k - j == *step && l - k == *step && a == *step;
    bool fractional = n == m * 2 && o == n * 2 && p == o * 2 && q == p * 2 &&
                      r == q * 2 && s == r * 2 && t == s * 2 &&
                      m == (double)l + 0.5;
    return whole && fractional;
}

static void keep_values(void *arg)
{
    volatile int64_t step = 1000003;

    for (;;)
        CHECK(values_survive(arg, leave, &step));
}

static void begin_again(struct fiber *fiber)
{
    begin(fiber, keep_values);
}

TEST_PLAIN(context, keeps_the_registers_that_a_call_keeps)
{
    static struct fiber fiber;
    volatile int64_t step = 7;

    begin(&fiber, keep_values);
    for (int i = 0; i < 10; i++)
        CHECK(values_survive(&fiber, enter, &step));
}

TEST_PLAIN(context, that_is_new_has_no_caller)
{
    static struct fiber fiber;

    fiber.context = make(&fiber, count_turns, &fiber);
    struct trio_registers registers = trio_context_registers_(fiber.context);

    CHECK(registers.pc != NULL);
    CHECK((char *)registers.sp <= TOP(&fiber));
    CHECK((char *)registers.sp > TOP(&fiber) - 256);
    CHECK(registers.fp == NULL);
}

TEST_PLAIN(context, that_is_parked_tells_where_it_goes_on)
{
    static struct fiber fiber;

    begin(&fiber, count_turns);
    struct trio_registers first = trio_context_registers_(fiber.context);
    enter(&fiber);
    struct trio_registers again = trio_context_registers_(fiber.context);

    CHECK((char *)first.sp > fiber.stack && (char *)first.sp < TOP(&fiber));
    CHECK(again.pc == first.pc);
    CHECK(again.sp == first.sp);
}

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context,
                                       void *arg)
{
    (void)context;
    return ++*(int *)arg < 64 ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static void unwind(void *arg)
{
    struct fiber *fiber = arg;

    fiber->count = 0;
    fiber->found =
        _Unwind_Backtrace(count_frame, &fiber->count) == _URC_END_OF_STACK
            ? fiber
            : NULL;
    leave(fiber);
}

TEST_PLAIN(context, ends_a_backtrace_at_its_entry)
{
    static struct fiber fiber;

    begin(&fiber, unwind);
    CHECK(fiber.found == &fiber);
    CHECK(fiber.count >= 1 && fiber.count <= 3);
}

static void round_down(void *arg)
{
    struct fiber *fiber = arg;

    fesetround(FE_DOWNWARD);
    fiber->count = fegetround();
    leave(fiber);
}

TEST_PLAIN(context, shares_the_floating_point_control_unless_it_is_kept)
{
    static struct fiber fiber;
    uint64_t control = trio_fp_control_save_();

    CHECK_EQ(fegetround(), FE_TONEAREST);
    begin(&fiber, round_down);
    CHECK_EQ(fiber.count, FE_DOWNWARD);
    CHECK_EQ(fegetround(), FE_DOWNWARD);
    trio_fp_control_load_(control);
    CHECK_EQ(fegetround(), FE_TONEAREST);
    CHECK_EQ(trio_fp_control_save_(), control);
}

// ---- The way out of a call ----

// A call that can be left, and how.
struct call {
    void *way_out;
    struct fiber *fiber;
    int count;
    volatile int64_t *step;
    const void *caller; // To be found in a backtrace.
    bool found;
};

static int count_call(void *arg)
{
    struct call *call = arg;
    _Alignas(16) char local[16];

    escaped = local;
    CHECK_EQ((uintptr_t)escaped % 16, 0);
    CHECK_EQ((uintptr_t)__builtin_frame_address(0) % 16, 0);
    return ++call->count;
}

TEST_PLAIN(context, a_call_with_a_way_out_returns_what_its_function_did)
{
    struct call call = {.count = 41};

    CHECK_EQ(trio_context_call_(&call.way_out, count_call, &call), 42);
    CHECK_EQ(trio_context_call_(&call.way_out, count_call, &call), 43);
}

static int go_out(void *arg)
{
    struct call *call = arg;

    if (call->count++ == 100)
        trio_context_leave_(call->way_out, -7);
    if (call->count > 200)
        return 0;
    return go_out(call) + call->count; // Not the last thing it does.
}

TEST_PLAIN(context, a_call_is_left_from_far_below)
{
    struct call call = {.count = 0};

    CHECK_EQ(trio_context_call_(&call.way_out, go_out, &call), -7);
    CHECK_EQ(call.count, 101);
}

static void go_out_of_fiber(void *arg)
{
    const struct call *call = arg;

    trio_context_leave_(call->way_out, -8);
}

static int enter_fiber(void *arg)
{
    struct call *call = arg;
    struct fiber *fiber = call->fiber;

    fiber->context = make(fiber, go_out_of_fiber, call);
    enter(fiber);
    return 0; // Nobody comes back.
}

TEST_PLAIN(context, a_call_is_left_from_another_stack)
{
    static struct fiber fiber;
    struct call call = {.fiber = &fiber};

    for (int i = 0; i < 1000; i++)
        CHECK_EQ(trio_context_call_(&call.way_out, enter_fiber, &call), -8);
}

static int spoil(void *arg)
{
    struct call *call = arg;
    volatile int64_t step = 31;

    CHECK(values_survive(call->fiber, begin_again, &step));
    CHECK(values_survive(call->fiber, enter, &step));
    if (*call->step % 2 != 0)
        trio_context_leave_(call->way_out, 1);
    return 1;
}

static void call_and_spoil(struct fiber *fiber)
{
    struct call call = {.fiber = fiber, .step = escaped};

    CHECK_EQ(trio_context_call_(&call.way_out, spoil, &call), 1);
}

// Both ways: by returning and by leaving.
TEST_PLAIN(context, a_call_keeps_the_registers_that_a_call_keeps)
{
    static struct fiber fiber;

    for (int64_t i = 7; i < 17; i++) {
        volatile int64_t step = i;
        escaped = (void *)(uintptr_t)&step;
        CHECK(values_survive(&fiber, call_and_spoil, &step));
    }
}

static _Unwind_Reason_Code look_for(struct _Unwind_Context *context, void *arg)
{
    struct call *call = arg;
    const char *place = (const char *)(uintptr_t)_Unwind_GetIP(context);

    call->found =
        call->found || _Unwind_FindEnclosingFunction(
                           (void *)(uintptr_t)(place - 1)) == call->caller;
    return ++call->count < 64 ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static int look_up(void *arg)
{
    _Unwind_Backtrace(look_for, arg);
    return 5;
}

__attribute__((noinline)) static int call_and_look(struct call *call)
{
    union {
        int (*function)(struct call *call);
        const void *address;
    } self = {call_and_look};

    call->caller = self.address;
    int value = trio_context_call_(&call->way_out, look_up, call);
    return value + 1;
}

TEST_PLAIN(context, a_call_with_a_way_out_is_seen_in_a_backtrace)
{
    struct call call = {.count = 0};

    CHECK_EQ(call_and_look(&call), 6);
    CHECK(call.found);
}

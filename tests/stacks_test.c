// What the platform's memory promises of stacks, asked through the seam that a
// run asks through.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _DEFAULT_SOURCE // mincore, sysconf

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <trio/run.h>

#include "tests/check.h"
#include "tests/check_death.h"

#define KIB ((size_t)1024)

// A platform's memory between its begin and its end.
static struct trio_memory memory;

static void open_memory(void)
{
    memory = trio_config_platform().memory;
    REQUIRE(memory.begin(&memory) == TRIO_OK);
}

static void close_memory(void)
{
    memory.end(&memory);
}

static struct trio_stack take(size_t size)
{
    REQUIRE(memory.stack_reserve(memory.context, size) == TRIO_OK);
    return memory.stack_take(memory.context, size);
}

static void give(struct trio_stack stack)
{
    memory.stack_give(memory.context, stack);
}

// Trims until nothing can be left to trim: a batch is never empty before that.
static void trim(size_t stacks)
{
    for (size_t i = 0; i <= stacks; i++)
        memory.stack_trim(memory.context);
}

static char *top_of(struct trio_stack stack)
{
    return (char *)stack.base + stack.size;
}

// Says whether the memory at `address` faults, without the fault: a system call
// that reads a zeroed timespec has no time to sleep.
static bool faults(const char *address)
{
    const char *aligned =
        address - (uintptr_t)address % _Alignof(struct timespec);

    return nanosleep((const struct timespec *)(const void *)aligned, NULL) ==
               -1 &&
           errno == EFAULT;
}

static size_t mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t count = 0;

    REQUIRE(maps != NULL);
    for (int c = getc(maps); c != EOF; c = getc(maps))
        count += c == '\n';
    fclose(maps);
    return count;
}

TEST_PLAIN(stacks, a_stack_is_about_as_large_as_asked_for_and_aligned)
{
    const size_t sizes[] = {1,         16 * KIB,   17 * KIB,  64 * KIB,
                            256 * KIB, 1024 * KIB, 8192 * KIB};

    open_memory();
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct trio_stack stack = take(sizes[i]);
        size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

        CHECK(stack.size + page_size + KIB > sizes[i]);
        CHECK_EQ((uintptr_t)top_of(stack) % 16, 0);
        memset(stack.base, 1, stack.size); // All of it can be used.
        give(stack);
    }
    close_memory();
}

TEST_PLAIN(stacks, there_are_none_larger_than_8_mib)
{
    open_memory();
    CHECK_STATUS(memory.stack_reserve(memory.context, 8192 * KIB + 1),
                 TRIO_EINVAL);
    close_memory();
}

TEST_PLAIN(stacks, what_was_promised_can_be_taken_in_any_order)
{
    enum { MANY = 300 };
    static struct trio_stack stacks[MANY];

    open_memory();
    for (size_t i = 0; i < MANY; i++)
        CHECK_OK(memory.stack_reserve(memory.context, 64 * KIB));
    memory.stack_unreserve(memory.context, 64 * KIB);
    for (size_t i = 0; i < MANY - 1; i++) {
        stacks[i] = memory.stack_take(memory.context, 64 * KIB);
        *(char *)stacks[i].base = (char)i;
    }
    for (size_t i = 0; i < MANY - 1; i++) {
        CHECK_EQ(*(char *)stacks[i].base, (char)i); // Nobody else's, too.
        give(stacks[i]);
    }
    close_memory();
}

TEST_PLAIN(stacks, the_one_given_back_last_is_taken_first)
{
    open_memory();
    struct trio_stack first = take(64 * KIB);
    struct trio_stack second = take(64 * KIB);

    give(second);
    give(first);
    CHECK(take(64 * KIB).base == first.base);
    CHECK(take(64 * KIB).base == second.base);
    close_memory();
}

TEST_PLAIN(stacks, the_tops_of_neighbours_use_different_cache_lines)
{
    bool seen[16] = {false};

    open_memory();
    for (size_t i = 0; i < COUNT(seen); i++) {
        size_t line = (uintptr_t)top_of(take(64 * KIB)) / 64 % COUNT(seen);

        CHECK(!seen[line]);
        seen[line] = true;
    }
    close_memory();
}

TEST_PLAIN(stacks, below_each_is_a_guard_also_after_trimming)
{
    enum { MANY = 200 };
    static struct trio_stack stacks[MANY];

    open_memory();
    for (size_t i = 0; i < MANY; i++) {
        stacks[i] = take(64 * KIB);
        CHECK(faults((char *)stacks[i].base - 1));
        CHECK(!faults(stacks[i].base));
    }
    for (size_t i = 0; i < MANY; i++)
        give(stacks[i]);
    trim(MANY);
    for (size_t i = 0; i < MANY; i++) {
        CHECK(faults((char *)stacks[i].base - 1));
        CHECK(!faults(stacks[i].base));
    }
    close_memory();
}

// Writes a mark deep in a stack and one near its top, and gives it back.
static void use(struct trio_stack stack)
{
    *(char *)stack.base = 1;
    *(top_of(stack) - 16) = 1;
    give(stack);
}

TEST_PLAIN(stacks, deep_use_is_given_back_and_the_top_of_the_hottest_is_kept)
{
    open_memory();
    struct trio_stack stack = take(256 * KIB);

    use(stack);
    CHECK(take(256 * KIB).base == stack.base);
    CHECK_EQ(*(char *)stack.base, 1); // Without trimming nothing is.
    give(stack);
    trim(1);
    CHECK(take(256 * KIB).base == stack.base);
    CHECK_EQ(*(char *)stack.base, 0);
    CHECK_EQ(*(top_of(stack) - 16), 1);
    close_memory();
}

TEST_PLAIN(stacks, the_pages_of_many_idle_stacks_are_given_back)
{
    enum { MANY = 1000 };
    static struct trio_stack stacks[MANY];
    size_t kept = 0;

    open_memory();
    for (size_t i = 0; i < MANY; i++)
        stacks[i] = take(64 * KIB);
    for (size_t i = 0; i < MANY; i += 2)
        use(stacks[i]);
    for (size_t i = 1; i < MANY; i += 2)
        use(stacks[i]);
    trim(MANY);
    for (size_t i = 0; i < MANY; i++) {
        CHECK_EQ(*(char *)stacks[i].base, 0);
        kept += *(top_of(stacks[i]) - 16) != 0;
    }
    CHECK(kept <= 16); // The hottest MiB.
    close_memory();
}

TEST_PLAIN(stacks, a_guard_is_no_mapping_of_its_own_where_the_kernel_can)
{
    enum { MANY = 5000 };
    size_t before = mappings();

    open_memory();
    for (size_t i = 0; i < MANY; i++)
        CHECK_OK(memory.stack_reserve(memory.context, 64 * KIB));
    size_t now = mappings();

    // One or the other: never no guards at all, as the test above has shown.
    CHECK(now - before < 64 || now - before >= MANY);
    close_memory();
}

TEST_PLAIN(stacks, all_are_unmapped_at_the_end)
{
    unsigned char resident[1];
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

    open_memory();
    struct trio_stack given = take(64 * KIB);
    struct trio_stack lost = take(1024 * KIB);

    give(given);
    CHECK_EQ(mincore(lost.base, page_size, resident), 0);
    close_memory();
    CHECK_EQ(mincore(given.base, page_size, resident), -1);
    CHECK_EQ(mincore(lost.base, page_size, resident), -1);
}

// Sanitizers handle faults themselves: one of them even before us.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER_HANDLES_FAULTS
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_HANDLES_FAULTS
#endif

#if !defined(SANITIZER_HANDLES_FAULTS)

static __attribute__((noinline)) int recurse(volatile int *depth)
{
    volatile char frame[512];

    frame[0] = (char)++*depth;
    return *depth < 0 ? 0 : recurse(depth) + frame[0];
}

static TRIO_CHECKPOINT trio_status overflow(void *arg)
{
    volatile int depth = 0;

    (void)arg;
    return recurse(&depth) == 0 ? TRIO_OK : TRIO_EINVAL;
}

static TRIO_CHECKPOINT trio_status start_a_deep_one(void *arg)
{
    struct trio_nursery nursery;
    const struct trio_task_options options = {.name = "deep"};

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &options, overflow, arg);

    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status start_a_small_one(void *arg)
{
    struct trio_nursery nursery;
    const trio_task_fn *fn = arg;
    const struct trio_task_options options = {.name = "small", .stack_size = 1};

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &options, *fn, NULL);

    return trio_nursery_close(&nursery, rc);
}

static void overflow_in_a_task(void)
{
    trio_ignore(trio_run(start_a_deep_one, NULL));
}

TEST_PLAIN(stacks, an_overflow_stops_with_the_name_of_the_task)
{
    CHECK_DIES(overflow_in_a_task, "stack overflow", "deep");
}

// ---- Frames that are larger than a page, on the smallest stack ----

static void run_on_a_small_stack(trio_task_fn fn)
{
    trio_ignore(trio_run(start_a_small_one, (void *)&fn));
}

// A constant would let the compiler keep one byte of a frame, not all.
static volatile size_t lowest;

static __attribute__((noinline)) trio_status frame_of_60_kib(void *arg)
{
    volatile char frame[60 << 10];

    frame[lowest] = 1;
    return arg == NULL && frame[lowest] == 0 ? TRIO_EINVAL : TRIO_OK;
}

static __attribute__((noinline)) trio_status frame_of_1_mib(void *arg)
{
    volatile char frame[1 << 20];

    frame[lowest] = 1;
    return arg == NULL && frame[lowest] == 0 ? TRIO_EINVAL : TRIO_OK;
}

static __attribute__((noinline)) trio_status allocate_in_frame(void *arg)
{
    volatile size_t size = 300 << 10;
    volatile char *frame = __builtin_alloca(size);

    frame[0] = 1;
    return arg == NULL && frame[0] == 0 ? TRIO_EINVAL : TRIO_OK;
}

static void use_60_kib(void)
{
    run_on_a_small_stack(frame_of_60_kib);
}

static void use_1_mib(void)
{
    run_on_a_small_stack(frame_of_1_mib);
}

static void use_alloca(void)
{
    run_on_a_small_stack(allocate_in_frame);
}

TEST_PLAIN(stacks, a_frame_larger_than_the_stack_is_told_however_large)
{
    CHECK_DIES(use_60_kib, "stack overflow", "small");
    CHECK_DIES(use_1_mib, "stack overflow", "small");
    CHECK_DIES(use_alloca, "stack overflow", "small");
}

static size_t depth; // How far below the top of its guard a task writes.

// As code does that was compiled without a look at each page.
static TRIO_CHECKPOINT trio_status write_below(void *arg)
{
    // The smallest stack has less than 16 KiB.
    *(volatile char *)((uintptr_t)&arg - 16 * KIB - depth) = 1;
    return TRIO_OK;
}

static void write_into_the_guard(void)
{
    run_on_a_small_stack(write_below);
}

TEST_PLAIN(stacks, an_overflow_is_told_wherever_in_the_guard_it_lies)
{
    for (depth = KIB; depth < 40 * KIB; depth += 13 * KIB)
        CHECK_DIES(write_into_the_guard, "stack overflow", "small");
}

static bool overflow_when_cancelled(struct trio_task *task, void *arg)
{
    (void)task;
    return frame_of_1_mib(arg) == TRIO_OK;
}

static const struct trio_wait end_wait = {.verb = "wait for the end"};

static TRIO_CHECKPOINT trio_status wait_for_the_end(void *arg)
{
    return trio_park(&end_wait, NULL, overflow_when_cancelled, arg);
}

static TRIO_CHECKPOINT trio_status cancel_another(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, wait_for_the_end, arg);
    trio_cancel_shielded_checkpoint();
    trio_cancel_shielded_checkpoint();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

static void overflow_in_an_abort_function(void)
{
    run_on_a_small_stack(cancel_another);
}

static bool overflow_when_told(void *context, const struct trio_note *note)
{
    return note->kind != TRIO_NOTE_TOUCH || frame_of_1_mib(context) == TRIO_OK;
}

static TRIO_CHECKPOINT trio_status touch_something(void *arg)
{
    trio_touch(arg, TRIO_ACCESS_READ);
    return TRIO_OK;
}

static void overflow_in_an_observer(void)
{
    trio_task_fn fn = touch_something;
    struct trio_config config = trio_config_platform();

    config.observer.note = overflow_when_told;
    trio_ignore(trio_run_with(&config, start_a_small_one, (void *)&fn));
}

TEST_PLAIN(stacks, who_overflows_in_a_callback_stands_on_a_named_stack)
{
    CHECK_DIES(overflow_in_an_abort_function, "stack overflow", "small");
    CHECK_DIES(overflow_in_an_observer, "stack overflow", "small");
}

static TRIO_CHECKPOINT trio_status fault(void *arg)
{
    *(volatile int *)arg = 1;
    return TRIO_OK;
}

static void fault_in_a_task(void)
{
    trio_ignore(trio_run(fault, (void *)64));
}

TEST_PLAIN(stacks, a_fault_that_is_no_overflow_ends_as_without_us)
{
    CHECK_DIES(fault_in_a_task, "");
}

#endif

// ---- What is below a stack, and what a small one is enough for ----

TEST_PLAIN(stacks, the_guard_is_as_large_as_asked_for)
{
    const size_t guards[] = {0, 1, 64 * KIB, 1024 * KIB};
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

    for (size_t i = 0; i < COUNT(guards); i++) {
        memory = trio_config_platform().memory;
        memory.stack_guard = guards[i];
        REQUIRE(memory.begin(&memory) == TRIO_OK);
        struct trio_stack stack = take(16 * KIB);
        CHECK(stack.guard >= guards[i] && stack.guard >= page_size);
        if (guards[i] == 0)
            CHECK_EQ(stack.guard, 64 * KIB);
        for (size_t n = page_size; n <= stack.guard; n += page_size)
            CHECK(faults((char *)stack.base - n));
        CHECK(!faults(stack.base));
        give(stack);
        close_memory();
    }
    memory = trio_config_platform().memory;
    memory.stack_guard = TRIO_STACK_GUARD_MAX + 1;
    CHECK_STATUS(memory.begin(&memory), TRIO_EINVAL);
}

static TRIO_CHECKPOINT trio_status format_a_number(void *arg)
{
    snprintf(arg, 64, "%.20Lf", 3.25L);
    return TRIO_OK;
}

// The real stacks, because their size is the point.
TEST_REAL(stacks, the_smallest_is_enough_to_format_a_long_double)
{
    char text[64] = "";
    struct trio_nursery nursery;
    const struct trio_task_options options = {.stack_size = 1};

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &options, format_a_number, text);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK(strncmp(text, "3.25", 4) == 0);
}

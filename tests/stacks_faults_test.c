// What the platform's memory of stacks makes of a system that gives it none. It
// does not fail on demand, so this program has functions of its own in place of
// libc's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <trio/run.h>

#include "tests/check.h"

#define KIB ((size_t)1024)

static bool lists_fail; // Growing a block fails.
static size_t largest;  // Larger mappings fail; 0: none does.

void *__libc_realloc(void *block, size_t size);

void *realloc(void *block, size_t size)
{
    if (!lists_fail)
        return __libc_realloc(block, size);
    errno = ENOMEM;
    return NULL;
}

void *mmap64(void *address, size_t size, int protection, int flags, int file,
             off64_t offset)
{
    if (largest == 0 || size <= largest)
        return (void *)syscall(SYS_mmap, address, size, protection, flags, file,
                               offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

static struct trio_memory memory;

static void open_memory(void)
{
    memory = trio_config_platform().memory;
    REQUIRE(memory.begin(&memory) == TRIO_OK);
}

static trio_status reserve(void)
{
    return memory.stack_reserve(memory.context, 64 * KIB);
}

// Takes as many stacks as were reserved, and writes to all of each.
static void use_stacks(size_t count)
{
    static struct trio_stack stacks[100];

    REQUIRE(count <= COUNT(stacks));
    for (size_t i = 0; i < count; i++) {
        stacks[i] = memory.stack_take(memory.context, 64 * KIB);
        memset(stacks[i].base, 1, stacks[i].size);
    }
    for (size_t i = 0; i < count; i++)
        memory.stack_give(memory.context, stacks[i]);
}

// Reserves until there are no more, or `most`; returns how many there were.
static size_t reserve_all(size_t most)
{
    size_t count = 0;

    while (count < most && reserve() == TRIO_OK)
        count++;
    return count;
}

TEST_PLAIN(stacks_faults, without_a_list_for_idle_ones_a_stack_is_refused)
{
    open_memory();
    lists_fail = true;
    CHECK_STATUS(reserve(), TRIO_ENOMEM);
    lists_fail = false;
    CHECK_OK(reserve());
    lists_fail = true;
    size_t more = reserve_all(100);
    CHECK(more < 100);
    lists_fail = false;
    use_stacks(1 + more); // Those that were promised.
    CHECK_EQ(reserve_all(100), 100);
    memory.end(&memory);
}

TEST_PLAIN(stacks_faults, without_room_for_many_there_are_fewer_at_a_time)
{
    open_memory();
    largest = 300 * KIB;
    CHECK_EQ(reserve_all(100), 100);
    use_stacks(100);
    memory.end(&memory);
    largest = 0;
}

TEST_PLAIN(stacks_faults, without_room_for_one_it_is_refused_until_there_is)
{
    open_memory();
    largest = 1;
    CHECK_STATUS(reserve(), TRIO_ENOMEM);
    CHECK_STATUS(reserve(), TRIO_ENOMEM);
    largest = 0;
    CHECK_EQ(reserve_all(100), 100);
    use_stacks(100);
    memory.end(&memory);
}

static void fail_to_begin(void)
{
    memory = trio_config_platform().memory;
    largest = 1; // No room for the stack of a handler.
    CHECK_STATUS(memory.begin(&memory), TRIO_ENOMEM);
    largest = 0;
}

TEST_PLAIN(stacks_faults, what_cannot_begin_leaves_nothing)
{
    // What malloc keeps for later counts as taken: a few blocks of each size.
    for (int i = 0; i < 20; i++)
        fail_to_begin();
    size_t before = mallinfo2().uordblks;

    fail_to_begin();
    CHECK_EQ(mallinfo2().uordblks, before);
}

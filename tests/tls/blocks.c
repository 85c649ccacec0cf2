// How many blocks of memory OpenSSL holds, and may take. All are in a list, so
// that what a run that was abandoned has left behind is no leak to a sanitizer,
// and each is kept, because OpenSSL makes tables when it first needs them:
// whether there is a leak is for the tests to say, by their number.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/tls/blocks.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <trio/probe.h>

#include "tests/check.h"

// Before each block.
struct block {
    struct block *next;
    struct block *previous;
};

static struct block list = {&list, &list};
static size_t blocks;
static uint64_t allocations;
static uint64_t left = UINT64_MAX; // Until there is no memory.

static bool take_one(void)
{
    allocations++;
    if (left == 0)
        return false;
    left -= left != UINT64_MAX;
    return true;
}

static void *add(struct block *block)
{
    if (block == NULL)
        return NULL;
    block->next = list.next;
    block->previous = &list;
    block->next->previous = block;
    list.next = block;
    blocks++;
    trio_sim_keep(block);
    return block + 1;
}

static struct block *take_out(void *memory)
{
    struct block *block = (struct block *)memory - 1;

    block->next->previous = block->previous;
    block->previous->next = block->next;
    blocks--;
    return block;
}

static void *allocate(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return take_one() ? add(malloc(sizeof(struct block) + size)) : NULL;
}

static void *reallocate(void *memory, size_t size, const char *file, int line)
{
    if (memory == NULL)
        return allocate(size, file, line);
    if (!take_one())
        return NULL;
    struct block *old = take_out(memory);
    struct block *block = realloc(old, sizeof(*block) + size);
    return block == NULL ? (add(old), NULL) : add(block);
}

static void release(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    if (memory != NULL)
        free(take_out(memory));
}

// First of all, before OpenSSL is asked for anything.
__attribute__((constructor(101))) static void count(void)
{
    REQUIRE(CRYPTO_set_mem_functions(allocate, reallocate, release) == 1);
}

size_t count_blocks(void)
{
    return blocks;
}

uint64_t count_allocations(void)
{
    return allocations;
}

void leave_allocations(uint64_t count)
{
    left = count;
}

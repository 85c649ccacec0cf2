// Addresses differ from run to run; which object was used first does not.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A slot belongs to the run whose number it carries, so that a new run begins
// with an empty table without touching it.

#include "sim/kernel/objects.h"

enum { SLOTS_FIRST = 1024 };

static struct object_slot *new_slots(const struct object_table *table,
                                     size_t count)
{
    size_t size = count * sizeof(struct object_slot);
    struct object_slot *slots =
        table->memory->allocate(table->memory->context, size);

    TRIO_ASSERT(slots != NULL);
    __builtin_memset(slots, 0, size);
    return slots;
}

void trio_sim_objects_begin_(struct object_table *table,
                             const struct trio_memory *memory)
{
    *table = (struct object_table){.memory = memory, .mask = SLOTS_FIRST - 1};
    table->slots = new_slots(table, SLOTS_FIRST);
}

void trio_sim_objects_end_(struct object_table *table)
{
    table->memory->release(table->memory->context, table->slots,
                           (table->mask + 1) * sizeof(struct object_slot));
}

void trio_sim_objects_reset_(struct object_table *table)
{
    table->count = 0;
    table->run++;
    if (table->run != 0)
        return;
    for (size_t i = 0; i <= table->mask; i++)
        table->slots[i].run = 0;
    table->run = 1;
}

static struct object_slot *find(const struct object_table *table,
                                const void *object)
{
    uint64_t hash = (uint64_t)(uintptr_t)object * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) & table->mask;

    while (table->slots[i].run == table->run &&
           table->slots[i].object != object)
        i = (i + 1) & table->mask;
    return &table->slots[i];
}

static void grow(struct object_table *table)
{
    struct object_table old = *table;

    table->mask = old.mask * 2 + 1;
    table->slots = new_slots(table, table->mask + 1);
    for (size_t i = 0; i <= old.mask; i++)
        if (old.slots[i].run == old.run)
            *find(table, old.slots[i].object) = old.slots[i];
    trio_sim_objects_end_(&old);
}

uint32_t trio_sim_object_number_(struct object_table *table, const void *object)
{
    struct object_slot *slot = find(table, object);

    if (slot->run == table->run)
        return slot->number;
    if (table->count >= table->mask / 2) {
        grow(table);
        slot = find(table, object);
    }
    *slot = (struct object_slot){object, table->run, ++table->count};
    return slot->number;
}

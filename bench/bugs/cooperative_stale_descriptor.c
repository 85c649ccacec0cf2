// A table gives out the lowest number that is free. A task keeps a number over
// a checkpoint, in which somebody may close it and somebody else open another
// thing, which then has the same number.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { SLOTS = 2, NONE = -1 };

struct table {
    const char *names[SLOTS]; // NULL: free.
};

static int open_name(struct table *table, const char *name)
{
    trio_touch(table, TRIO_ACCESS_WRITE);
    for (int i = 0; i < SLOTS; i++)
        if (table->names[i] == NULL) {
            table->names[i] = name;
            return i;
        }
    return NONE;
}

static int find(const struct table *table, const char *name)
{
    trio_touch(table, TRIO_ACCESS_READ);
    for (int i = 0; i < SLOTS; i++)
        if (table->names[i] == name)
            return i;
    return NONE;
}

static void close_number(struct table *table, int number)
{
    trio_touch(table, TRIO_ACCESS_WRITE);
    table->names[number] = NULL;
}

static const char journal[] = "journal";
static const char letters[] = "letters";

static TRIO_CHECKPOINT trio_status append_to_journal(void *arg)
{
    struct table *table = arg;

    bugs_start();
    int number = find(table, journal);
    if (number == NONE)
        return TRIO_OK;
    trio_status rc = trio_checkpoint(); // Waits until it can be written.
    if (rc != TRIO_OK)
        return rc;
    trio_touch(table, TRIO_ACCESS_READ);
    if (table->names[number] == NULL)
        return TRIO_OK; // It has been closed.
    TRIO_SIM_ALWAYS(table->names[number] == journal, "writes what it means to");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status close_journal(void *arg)
{
    struct table *table = arg;

    bugs_start();
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        close_number(table, find(table, journal));
    return rc;
}

static TRIO_CHECKPOINT trio_status open_letters(void *arg)
{
    struct table *table = arg;

    bugs_start();
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK && open_name(table, letters) == NONE)
        rc = TRIO_ENOMEM;
    return rc;
}

TRIO_SCENARIO(stale_descriptor,
              .witness = "main writer closer opener closer opener writer")
{
    struct table table = {{journal, NULL}};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "writer", .fn = append_to_journal, .arg = &table},
        {.name = "closer", .fn = close_journal, .arg = &table},
        {.name = "opener", .fn = open_letters, .arg = &table},
        {.name = NULL},
    });
}

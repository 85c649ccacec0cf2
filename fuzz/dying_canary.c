// A reader that believes the writer is still there: if it comes second to the
// event and is late, what it reads was freed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include <trio/scenario.h>
#include <trio/trio.h>

struct note {
    struct trio_event written;
    int *value; // The writer's.
};

static TRIO_CHECKPOINT trio_status writer(void *arg)
{
    struct note *note = arg;

    note->value = malloc(sizeof(*note->value));
    if (note->value == NULL)
        return TRIO_ENOMEM;
    *note->value = 1;
    trio_event_set(&note->written);
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    free(note->value);
    return rc;
}

static TRIO_CHECKPOINT trio_status reader(void *arg)
{
    struct note *note = arg;
    trio_status rc = trio_event_wait(&note->written);

    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK && *note->value != 1)
        rc = TRIO_EPROTOCOL;
    return rc;
}

TRIO_SCENARIO(dying_canary)
{
    struct note note = {TRIO_EVENT_INIT, NULL};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, reader, &note);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, writer, &note);
    return trio_nursery_close(&nursery, rc);
}

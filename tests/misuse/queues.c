// Misuse of queues.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

// misuse: said that more items of a queue are done than were got
//   in task 1 "main"
//   object
INSIDE(doing_more_items_than_were_got)
{
    struct trio_queue queue;
    int buffer[2];
    int item = 0;

    trio_queue_open(&queue, sizeof(int), buffer, 2);
    trio_status rc = trio_queue_put(&queue, &item);
    if (rc == TRIO_OK)
        rc = trio_queue_put(&queue, &item);
    if (rc == TRIO_OK)
        rc = trio_queue_get(&queue, &item);
    trio_queue_task_done(&queue);
    trio_queue_task_done(&queue);
    return rc;
}

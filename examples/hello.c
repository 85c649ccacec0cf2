// Two tasks in one nursery: the smallest whole program.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/trio.h>

static TRIO_CHECKPOINT trio_status greet(void *arg)
{
    trio_status rc = trio_sleep(100 * TRIO_MS);
    if (rc == TRIO_OK)
        printf("hello, %s\n", (const char *)arg);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    static char ada[] = "Ada", grace[] = "Grace";
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, greet, ada);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, greet, grace);
    return trio_nursery_close(&nursery, rc); // waits for both greetings
}

int main(void)
{
    return trio_exit_code(trio_run(program, NULL));
}

// Sorts small numbers by sleeping: `sleep_sort 30 10 20`. A task for each
// number wakes when it is its turn, and prints it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include <trio/trio.h>

#define HEAD_START (100 * TRIO_MS) // All tasks are asleep by then.

struct arguments {
    char **texts;
    int count;
};

struct number {
    int value;
    trio_time start; // The same for all: from each task's own first step, close
                     // numbers could come in the wrong order.
};

static trio_status parse(const char *text, int *ret_value)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > 1000)
        return trio_fail(TRIO_EINVAL, "not a number from 0 to 1000: %s", text);
    *ret_value = (int)value;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status print_in_turn(void *arg)
{
    const struct number *number = arg;
    trio_duration turn = number->value * TRIO_MS;
    trio_status rc = trio_sleep_until(trio_time_add(number->start, turn));
    if (rc == TRIO_OK)
        printf("%d\n", number->value);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    const struct arguments *arguments = arg;
    struct number number = {.start = trio_time_add(trio_now(), HEAD_START)};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < arguments->count; i++) {
        rc = parse(arguments->texts[i], &number.value);
        if (rc == TRIO_OK) // Each task has a copy: `number` changes.
            rc = trio_nursery_start_soon_copy(&nursery, print_in_turn, &number,
                                              sizeof(number));
    }
    return trio_nursery_close(&nursery, rc);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {argv + 1, argc - 1};
    return trio_exit_code(trio_run(program, &arguments));
}

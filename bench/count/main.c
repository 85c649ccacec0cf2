// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs one variant of one row, for whoever counts its instructions, and prints
// its name and of how many operations it is. The clock is one that says how
// often it was read: what a row takes for the time of one operation is then a
// part of 1.

#include <stdio.h>
#include <stdlib.h>

#include "bench/harness.h"
#include "bench/meter.h"

static const struct bench_row *const lists[] = {
    bench_yield_rows,   bench_start_rows,     bench_trip_rows, bench_lock_rows,
    bench_channel_rows, bench_primitive_rows,
};

double meter_cpu_ns(void)
{
    static double readings;

    return readings++;
}

void meter_give_up(const char *what)
{
    perror(what);
    exit(2);
}

static const struct bench_row *find(int number, int index)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct bench_row *row = lists[i]; row->number != 0; row++)
            if (row->number == number && index-- == 0)
                return row;
    return NULL;
}

int main(int argc, char **argv)
{
    double figures[BENCH_FIGURES] = {0};

    if (argc != 4)
        return 2;
    const struct bench_row *row = find(atoi(argv[1]), atoi(argv[2]));
    int variant = atoi(argv[3]);
    if (row == NULL || row->measure[variant] == NULL)
        return 2;
    row->measure[variant](figures);
    printf("%.0f %s\n", 1 / figures[0], row->name);
    return 0;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
// The table of what the simulation can do in a second of one core's time, with
// trace and hash on: there is no way to have them off.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/rows.h"

static const char *const columns[BENCH_VARIANTS] = {
    [BENCH_OURS] = "simulated", [BENCH_RAW] = "raw", [SIM_LOOP] = "loop"};

static const struct bench_row *const lists[] = {
    sim_step_rows, sim_schedule_rows, sim_time_rows, sim_twin_rows,
    sim_history_rows, sim_network_rows};

struct choice {
    long row; // 0: all.
    long rounds;
};

static void usage(void)
{
    fputs("usage: sim [--row N] [--rounds N] [--twins N]\n"
          "  --row N     only this row of the table\n"
          "  --rounds N  rounds of interleaved measurements (7)\n"
          "  --twins N   runs that are done twice to compare (10000)\n",
          stderr);
    exit(2);
}

static long number_after(char **argument, long limit)
{
    long number = *argument == NULL ? 0 : strtol(*argument, NULL, 10);

    if (number < 1 || number > limit)
        usage();
    return number;
}

static struct choice parse(char **argument)
{
    struct choice choice = {.rounds = 7};

    for (; *argument != NULL; argument++) {
        if (strcmp(*argument, "--row") == 0)
            choice.row = number_after(++argument, 1000);
        else if (strcmp(*argument, "--rounds") == 0)
            choice.rounds = number_after(++argument, BENCH_ROUNDS_MAX);
        else if (strcmp(*argument, "--twins") == 0)
            sim_twins = (unsigned long)number_after(++argument, 1000000000);
        else
            usage();
    }
    return choice;
}

int main(int argc, char **argv)
{
    struct choice choice = parse(argv + (argc > 0));
    int rows = 0, met = 0;

    bench_print_heading(columns);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct bench_row *row = lists[i]; row->number != 0; row++)
            if (choice.row == 0 || choice.row == row->number) {
                rows++;
                met += bench_row_run(row, (int)choice.rounds);
            }
    printf("%d of %d measurements met every target\n", met, rows);
    return 0;
}

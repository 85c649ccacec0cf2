// SPDX-License-Identifier: MIT OR Apache-2.0
// The table of what the runtime costs, beside what the same work costs when
// written by hand and in the event loops that are common today. Nanoseconds
// drift from machine to machine; the ratios to the right are what counts.

#include "bench/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ROWS_MAX = 32 };

struct choice {
    bool row[ROWS_MAX]; // Rows asked for; all if none was.
    bool any;
    bool quick;
    int rounds;
};

static const struct bench_row *const lists[] = {
    bench_yield_rows,     bench_start_rows, bench_parked_rows,
    bench_trip_rows,      bench_timer_rows, bench_sleep_rows,
    bench_echo_rows,      bench_lock_rows,  bench_channel_rows,
    bench_primitive_rows, bench_tls_rows,   bench_file_rows,
    bench_thread_rows,
};

static const char *const columns[BENCH_VARIANTS] = {
    [BENCH_OURS] = "ours",
    [BENCH_RAW] = "raw",
    [BENCH_LIBUV] = "libuv",
    [BENCH_LIBEV] = "libev",
    [BENCH_LIBEVENT] = "libevent",
    [BENCH_THREADS] = "st",
    [BENCH_GO] = "go",
    [BENCH_FIBER] = "fiber",
};

static void usage(void)
{
    fputs("usage: bench [--row N]... [--rounds N] [--quick]\n"
          "  --row N     only this row of the table; may be repeated\n"
          "  --rounds N  rounds of interleaved measurements (7)\n"
          "  --quick     3 rounds, without the slow rows\n",
          stderr);
    exit(2);
}

static int number_after(char **argument, int limit)
{
    int number = *argument == NULL ? 0 : atoi(*argument);

    if (number < 1 || number >= limit)
        usage();
    return number;
}

static struct choice parse(char **argument)
{
    struct choice choice = {.rounds = 7};

    for (; *argument != NULL; argument++) {
        if (strcmp(*argument, "--quick") == 0) {
            choice.quick = true;
            choice.rounds = 3;
        } else if (strcmp(*argument, "--row") == 0) {
            choice.row[number_after(++argument, ROWS_MAX)] = true;
            choice.any = true;
        } else if (strcmp(*argument, "--rounds") == 0) {
            choice.rounds = number_after(++argument, BENCH_ROUNDS_MAX + 1);
        } else {
            usage();
        }
    }
    return choice;
}

static bool wanted(const struct choice *choice, const struct bench_row *row)
{
    if (choice->any)
        return choice->row[row->number];
    return !(choice->quick && row->slow);
}

// Times taken beside other work are worth little, and should look it.
static void warn_if_busy(void)
{
    double load;

    if (getloadavg(&load, 1) == 1 && load > 1)
        printf("load average %.1f before the start: other programs are "
               "running, figures will be worse than they are\n",
               load);
}

// Ten thousand connections have a descriptor each.
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct choice choice = parse(argv + (argc > 0));
    int rows = 0, met = 0;

    warn_if_busy();
    allow_descriptors();
    bench_print_heading(columns);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct bench_row *row = lists[i]; row->number != 0; row++)
            if (wanted(&choice, row)) {
                rows++;
                met += bench_row_run(row, choice.rounds);
            }
    printf("%d of %d measurements met every target\n", met, rows);
    return 0;
}

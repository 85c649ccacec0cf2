// SPDX-License-Identifier: MIT OR Apache-2.0
// Readings are exact, not sampled: the CPU clocks count every nanosecond, and
// resident memory comes from smaps_rollup, because the counters behind statm
// are kept per processor and lag by some dozens of pages.

#include "bench/meter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double read_clock(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        meter_give_up("clock_gettime");
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double meter_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double meter_cpu_ns_of(pid_t process)
{
    clockid_t clock;

    if (clock_getcpuclockid(process, &clock) != 0)
        meter_give_up("clock_getcpuclockid");
    return read_clock(clock);
}

double meter_wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

struct meter_times meter_times_of(pid_t process)
{
    return (struct meter_times){process, meter_cpu_ns_of(process),
                                meter_wall_ns()};
}

void meter_times_since(struct meter_times start, double units,
                       double *ret_figures)
{
    struct meter_times now = meter_times_of(start.process);

    ret_figures[0] = (now.cpu_ns - start.cpu_ns) / 1000 / units;
    ret_figures[1] = (now.wall_ns - start.wall_ns) / 1000 / units;
}

// The number behind `key` in a file of lines "Key:   123 kB", in bytes.
static double read_kilobytes(const char *path, const char *key)
{
    char format[64], line[256];
    double kilobytes = 0;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        meter_give_up(path);
    snprintf(format, sizeof format, "%s: %%lf kB", key);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, format, &kilobytes) == 1)
            break;
    fclose(file);
    return kilobytes * 1024;
}

static long count_lines(const char *path)
{
    long lines = 0;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        meter_give_up(path);
    for (int c = getc(file); c != EOF; c = getc(file))
        lines += c == '\n';
    fclose(file);
    return lines;
}

struct meter_memory meter_memory_now(void)
{
    return (struct meter_memory){
        .resident = read_kilobytes("/proc/self/smaps_rollup", "Rss"),
        .page_tables = read_kilobytes("/proc/self/status", "VmPTE"),
        .mappings = count_lines("/proc/self/maps"),
    };
}

void meter_give_up(const char *what)
{
    fprintf(stderr, "bench: %s failed: %s\n", what, strerror(errno));
    _exit(1);
}

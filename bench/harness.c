// SPDX-License-Identifier: MIT OR Apache-2.0
// A figure is a median over rounds, and within a round every variant has one
// turn. So whatever slows the machine for a while slows all of them alike, and
// the ratio of two medians survives what the medians themselves do not.
//
// Each turn is a process of its own. Variants measured in one process would
// inherit each other's heap, warm caches and page tables, and the order of the
// turns would then be a part of the result.

#include "bench/harness.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct samples {
    double value[BENCH_VARIANTS][BENCH_FIGURES]
                [BENCH_ROUNDS_MAX * BENCH_TURNS_MAX];
};

static const char *const *columns; // Variants without a name are not printed.

static void forget(double *figures)
{
    for (int i = 0; i < BENCH_FIGURES; i++)
        figures[i] = NAN;
}

static void measure_in_child(bench_measure measure, bool wall,
                             double *ret_figures)
{
    static const struct sched_param real_time = {.sched_priority = 1};
    double figures[BENCH_FIGURES];
    int ends[2];

    forget(ret_figures);
    if (pipe(ends) != 0)
        return;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        forget(figures);
        if (wall) // If we are allowed to.
            (void)sched_setscheduler(0, SCHED_RR, &real_time);
        measure(figures);
        ssize_t written = write(ends[1], figures, sizeof figures);
        _exit(written == (ssize_t)sizeof figures ? 0 : 1);
    }
    close(ends[1]);
    if (child > 0) {
        if (read(ends[0], figures, sizeof figures) == (ssize_t)sizeof figures)
            for (int i = 0; i < BENCH_FIGURES; i++)
                ret_figures[i] = figures[i];
        else
            fprintf(stderr, "bench: a measurement died\n");
        waitpid(child, NULL, 0);
    }
    close(ends[0]);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double summarise(double *values, int count, bool sampled)
{
    double sum = 0;

    for (int i = 0; i < count; i++) {
        if (isnan(values[i]))
            return NAN;
        sum += values[i];
    }
    if (sampled)
        return sum / count;
    qsort(values, (size_t)count, sizeof *values, compare);
    double upper = values[count / 2], lower = values[(count - 1) / 2];
    return (lower + upper) / 2;
}

static void print_value(double value)
{
    if (isnan(value))
        printf(" %9s", "-");
    else
        printf(" %9.*f", value < 1000 ? 2 : 0, value);
}

// Prints what was asked and what came of it; says whether it was met.
static bool print_verdict(const struct bench_figure *figure,
                          const double *values)
{
    static const char *const against[] = {
        [BENCH_RAW] = "x raw",     [BENCH_LIBUV] = "x libuv",
        [BENCH_LIBEV] = "x libev", [BENCH_LIBEVENT] = "x libevent",
        [BENCH_THREADS] = "x st",  [BENCH_ABSOLUTE] = "",
        [BENCH_AT_LEAST] = "",
    };
    bool at_least = figure->against == BENCH_AT_LEAST;
    double base =
        figure->against >= BENCH_ABSOLUTE ? 1 : values[figure->against];
    double ratio = values[BENCH_OURS] / base;

    if (figure->at_most < 0 || isnan(ratio)) {
        printf("\n");
        return figure->at_most < 0;
    }
    // Judged as printed: a target of 2.00 is met by 2.004.
    double result = round(ratio * 100), target = round(figure->at_most * 100);
    bool met = at_least ? result >= target : result <= target;
    printf("  %8.*f", ratio < 1000 ? 2 : 0, ratio);
    printf(" %s %.*f %-7s  %s\n",
           at_least ? ">=" : "<=", figure->at_most < 1000 ? 2 : 0,
           figure->at_most, against[figure->against], met ? "met" : "MISSED");
    return met;
}

void bench_print_heading(const char *const names[BENCH_VARIANTS])
{
    columns = names;
    printf("%3s  %-41s %-5s", "row", "measure", "unit");
    for (int i = 0; i < BENCH_VARIANTS; i++)
        if (columns[i] != NULL)
            printf(" %9s", columns[i]);
    printf("  %8s    %s\n", "result", "target");
}

static bool print_figure(const struct bench_row *row, int index,
                         struct samples *samples, int rounds)
{
    const struct bench_figure *figure = &row->figures[index];
    bool sampled = row->sampled > 0 && index >= row->sampled;
    double values[BENCH_VARIANTS];
    char title[128];

    snprintf(title, sizeof title, "%s%s%s", row->name,
             figure->name[0] ? ": " : "", figure->name);
    printf("%3d  %-41s %-5s", row->number, title, figure->unit);
    for (int i = 0; i < BENCH_VARIANTS; i++) {
        values[i] = summarise(samples->value[i][index], rounds, sampled);
        if (columns[i] != NULL)
            print_value(values[i]);
    }
    return print_verdict(figure, values);
}

bool bench_row_run(const struct bench_row *row, int rounds)
{
    static struct samples samples;
    double figures[BENCH_FIGURES];
    bool met = true;

    rounds = row->once ? 1 : row->turns > 1 ? rounds * row->turns : rounds;
    for (int round = 0; round < rounds; round++)
        for (int variant = 0; variant < BENCH_VARIANTS; variant++) {
            forget(figures);
            if (row->measure[variant] != NULL)
                measure_in_child(row->measure[variant], row->wall, figures);
            for (int i = 0; i < BENCH_FIGURES; i++)
                samples.value[variant][i][round] = figures[i];
        }
    for (int i = 0; i < BENCH_FIGURES && row->figures[i].name != NULL; i++)
        met = print_figure(row, i, &samples, rounds) && met;
    return met;
}

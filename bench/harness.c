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

#include "bench/program.h"
#include "bench/table.h"

struct samples {
    double value[BENCH_VARIANTS][BENCH_FIGURES]
                [BENCH_ROUNDS_MAX * BENCH_TURNS_MAX];
};

static void forget(double *figures)
{
    for (int i = 0; i < BENCH_FIGURES; i++)
        figures[i] = NAN;
}

static bool has(const struct bench_row *row, int variant)
{
    if (variant >= BENCH_GO)
        return row->program != NULL && table_columns[variant] != NULL;
    return row->measure[variant] != NULL;
}

static void measure(const struct bench_row *row, int variant,
                    double *ret_figures)
{
    if (variant >= BENCH_GO)
        program_measure(table_columns[variant], row->program, BENCH_FIGURES,
                        ret_figures);
    else
        row->measure[variant](ret_figures);
}

static void measure_in_child(const struct bench_row *row, int variant,
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
        if (row->wall) // If we are allowed to.
            (void)sched_setscheduler(0, SCHED_RR, &real_time);
        measure(row, variant, figures);
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

static void summarise_all(const struct bench_row *row, int index,
                          struct samples *samples, int rounds,
                          double *ret_values)
{
    bool sampled = row->sampled > 0 && index >= row->sampled;

    for (int i = 0; i < BENCH_VARIANTS; i++)
        ret_values[i] = summarise(samples->value[i][index], rounds, sampled);
}

bool bench_row_run(const struct bench_row *row, int rounds)
{
    static struct samples samples;
    double figures[BENCH_FIGURES], values[BENCH_VARIANTS];
    bool met = true;

    rounds = row->once ? 1 : row->turns > 1 ? rounds * row->turns : rounds;
    for (int round = 0; round < rounds; round++)
        for (int variant = 0; variant < BENCH_VARIANTS; variant++) {
            forget(figures);
            if (has(row, variant))
                measure_in_child(row, variant, figures);
            for (int i = 0; i < BENCH_FIGURES; i++)
                samples.value[variant][i][round] = figures[i];
        }
    for (int i = 0; i < BENCH_FIGURES && row->figures[i].name != NULL; i++) {
        summarise_all(row, i, &samples, rounds, values);
        met = table_print(row, &row->figures[i], values) && met;
    }
    return met;
}

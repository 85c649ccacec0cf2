// SPDX-License-Identifier: MIT OR Apache-2.0
// What is judged is what is printed: a target of 2.00 is met by 2.004.

#include "bench/table.h"

#include <math.h>
#include <stdio.h>

const char *const *table_columns;

void bench_print_heading(const char *const names[BENCH_VARIANTS])
{
    table_columns = names;
    printf("%3s  %-41s %-5s", "row", "measure", "unit");
    for (int i = 0; i < BENCH_VARIANTS; i++)
        if (names[i] != NULL)
            printf(" %8s", names[i]);
    printf(" %8s %8s %-8s  %s\n", "x raw", "x best", "which is", "target");
}

static void print_value(double value)
{
    if (isfinite(value))
        printf(" %8.*f", value < 1000 ? 2 : 0, value);
    else
        printf(" %8s", "-");
}

static bool is_better(const struct bench_figure *figure, double left,
                      double right)
{
    return figure->against == BENCH_AT_LEAST ? left > right : left < right;
}

// The peer that does best; NO_PEER if there is none.
enum { NO_PEER = -1 };

static int find_best(const struct bench_figure *figure, const double *values)
{
    int best = NO_PEER;

    for (int i = BENCH_PEERS; i < BENCH_VARIANTS; i++)
        if (!isnan(values[i]) &&
            (best == NO_PEER || is_better(figure, values[i], values[best])))
            best = i;
    return best;
}

static bool is_at_most(double value, double most)
{
    return !(round(value * 100) > round(most * 100));
}

static bool meets(const struct bench_figure *figure, bool ahead, double ours,
                  double base, double best)
{
    if (isnan(ours))
        return false;
    if (figure->against == BENCH_AT_LEAST)
        return is_at_most(figure->at_most, ours);
    return is_at_most(ours / base, figure->at_most) &&
           (!ahead || is_at_most(ours / best, 1));
}

static bool print_verdict(const struct bench_figure *figure, bool ahead,
                          double ours, double base, double best)
{
    bool met = meets(figure, ahead, ours, base, best);

    printf("  %s %.*f", figure->against == BENCH_AT_LEAST ? ">=" : "<=",
           figure->at_most < 1000 ? 2 : 0, figure->at_most);
    if (figure->against < BENCH_VARIANTS)
        printf(" x %s", table_columns[figure->against]);
    else if (figure->against == BENCH_BEST)
        printf(" x best");
    printf("%s  %s\n", ahead ? ", <= best" : "", met ? "met" : "MISSED");
    return met;
}

bool table_print(const struct bench_row *row, const struct bench_figure *figure,
                 const double *values)
{
    char title[128];
    bool ahead = row->ahead && figure == row->figures;
    double ours = values[BENCH_OURS], base = 1;
    int peer = find_best(figure, values);
    double best = peer == NO_PEER ? NAN : values[peer];

    snprintf(title, sizeof title, "%s%s%s", row->name,
             figure->name[0] ? ": " : "", figure->name);
    printf("%3d  %-41s %-5s", row->number, title, figure->unit);
    for (int i = 0; i < BENCH_VARIANTS; i++)
        if (table_columns[i] != NULL)
            print_value(values[i]);
    print_value(ours / values[BENCH_RAW]);
    print_value(ours / best);
    printf(" %-8s", peer == NO_PEER ? "" : table_columns[peer]);
    if (figure->at_most < 0) {
        printf("\n");
        return true;
    }
    if (figure->against == BENCH_BEST)
        base = best;
    else if (figure->against < BENCH_VARIANTS)
        base = values[figure->against];
    return print_verdict(figure, ahead, ours, base, best);
}

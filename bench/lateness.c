// SPDX-License-Identifier: MIT OR Apache-2.0
// Time is read here, from the system and outside of whatever is measured: a
// runtime that trusted a stale clock of its own would not notice being early.

#include "bench/lateness.h"

#include <stdlib.h>

#include "bench/meter.h"

void lateness_add(struct lateness *lateness, double start_ns, double wait_ns)
{
    double late_ns = meter_wall_ns() - start_ns - wait_ns;

    if (lateness->count < LATENESS_MAX)
        lateness->us[lateness->count++] = late_ns / 1000;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void lateness_figures(struct lateness *lateness, double *ret_figures)
{
    int early = 0;

    if (lateness->count == 0)
        return;
    qsort(lateness->us, (size_t)lateness->count, sizeof lateness->us[0],
          compare);
    while (early < lateness->count && lateness->us[early] < 0)
        early++;
    ret_figures[0] = lateness->us[lateness->count / 2];
    ret_figures[1] = lateness->us[lateness->count * 99 / 100];
    ret_figures[2] = lateness->us[lateness->count - 1];
    ret_figures[3] = early;
}

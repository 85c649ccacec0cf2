// A simulated run that asks the real world anything is another run the next
// time, and no token replays it. So the question is the failure, not what comes
// of it: the run ends right there, in the frame that asked, and says where.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/guard.h"

#include <stdio.h>

#include "sim/kernel/kernel.h"

void trio_sim_guard_(const char *what, const char *name, const void *place)
{
    struct kernel *kernel = trio_sim_current_();
    char where[128];
    char text[FAILURE_TEXT_MAX];

    if (kernel == NULL)
        return;
    struct trio_report report = trio_report_platform();
    report.place(report.context, place, where, sizeof(where));
    snprintf(text, sizeof(text), "%s%s%s called at %s",
             what != NULL ? what : "", what != NULL ? " leaked in: " : "", name,
             where);
    trio_sim_fail_(kernel, FAILURE_REAL, text);
}

// A pass whose order a scheduler chooses.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_LINE_H
#define TRIO_CORE_LINE_H

#include <trio/base.h>
#include <trio/status.h>

#include "core/run.h"

void trio_line_run_(struct trio_run *run);
// Who was chosen, and is in its step, is first in line again.
void trio_line_put_back_(struct trio_run *run, struct trio_task *task);
TRIO_MUST_USE trio_status trio_line_grow_(struct trio_run *run);
void trio_line_end_(struct trio_run *run);

// Room in the snapshot for one task more.
TRIO_MUST_USE static inline trio_status
trio_line_make_room_(struct trio_run *run)
{
    if (run->config.scheduler.pick == NULL ||
        run->tasks_living < run->tasks_max)
        return TRIO_OK;
    return trio_line_grow_(run);
}

#endif // TRIO_CORE_LINE_H

// Telling the run, if there is one, that a history is used.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_TOUCH_H
#define TRIO_SIM_HISTORY_TOUCH_H

#include <trio/run.h>
#include <trio/task.h>

static inline void trio_history_touch_(const void *history,
                                       enum trio_access access)
{
    if (trio_in_run())
        trio_touch(history, access);
}

#endif // TRIO_SIM_HISTORY_TOUCH_H

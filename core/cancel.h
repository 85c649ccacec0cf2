// The level of a cancellation, and how it spreads.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_CANCEL_H
#define TRIO_CORE_CANCEL_H

#include <stdbool.h>
#include <trio/cancel_scope.h>
#include <trio/status.h>
#include <trio/task.h>

struct trio_run;

void trio_scope_refresh_(struct trio_run *run, struct trio_cancel_scope *scope);
void trio_scope_cancel_(struct trio_run *run, struct trio_cancel_scope *scope,
                        enum trio_cancel_source source, const char *text);
TRIO_MUST_USE trio_status trio_cancel_given_(struct trio_run *run,
                                             struct trio_task *task);

// The next scope of the tree under `top`, parents first; NULL at the end.
// Without `descend` the children of `scope` are passed over.
struct trio_cancel_scope *trio_scope_next_(const struct trio_cancel_scope *top,
                                           struct trio_cancel_scope *scope,
                                           bool descend);

#endif // TRIO_CORE_CANCEL_H

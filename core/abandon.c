// The way out of a run that cannot be ended in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Nothing of it goes on: no task, no entry, no exit function. What others hold
// of the run, a poster, the handler of Ctrl-C, has to learn that it is over
// before its memory goes. Tasks hold nothing but their stacks, which end with
// the memory, and what sanitizers keep beside each.

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/cancel.h"
#include "core/entry.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/task.h"

void trio_run_abandon(trio_status status)
{
    struct trio_run *run = trio_run_current_();

    run->abandoned = true;
    trio_annotate_escape(&run->annotation);
    trio_context_leave_(run->way_out, (int)status);
    __builtin_unreachable();
}

#if TRIO_ANNOTATED
// Every living task hangs in the tree of scopes, some of which may be on what
// is to be freed: so all are found first.
static void forget_annotations(struct trio_run *run)
{
    struct trio_cancel_scope *scope = &run->root;
    struct trio_task *living = NULL;

    for (; scope != NULL; scope = trio_scope_next_(&run->root, scope, true)) {
        if (scope->kind != SCOPE_TASK || scope->task->stack.memory.base == NULL)
            continue;
        scope->task->next = living;
        living = scope->task;
    }
    for (; living != NULL; living = living->next)
        trio_annotate_destroy(&living->stack.annotation);
    trio_annotate_bury(&run->annotation);
}
#else
static void forget_annotations(struct trio_run *run)
{
    (void)run;
}
#endif

void trio_abandoned_(struct trio_run *run)
{
    if (!run->abandoned)
        return;
    run->current = NULL;
    run->observed = 0;
    trio_annotate_abandon(&run->annotation);
    trio_interrupt_let_go_(run);
    trio_entries_drop_(run);
    forget_annotations(run);
}

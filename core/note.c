// One hook tells an observer everything; without one it costs a branch.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/note.h"
#include "core/run.h"
#include "core/task.h"

uint32_t trio_notes_wanted_(const struct trio_observer *observer)
{
    if (observer->note == NULL)
        return 0;
    return observer->kinds == 0 ? UINT32_MAX : observer->kinds;
}

void trio_note_tell_(struct trio_run *run, enum trio_note_kind kind,
                     struct trio_task *task, const void *object,
                     const char *text, int64_t first)
{
    struct trio_note note; // Filled in one by one: it is told at every step.
    const struct trio_observer *observer = &run->config.observer;
    struct trio_task *current = run->current;
    struct trio_task *lender = run->lender;
    uint32_t observed = run->observed;

    if ((observed >> kind & 1) == 0)
        return;
    note.kind = kind;
    note.task = task;
    note.object = object;
    note.text = text;
    note.first = first;
    note.second = 0;
    if (kind == TRIO_NOTE_TASK_SPAWN && current != NULL)
        note.second = (int64_t)current->number;
    run->current = NULL; // S8: it must not do what a task does.
    run->lender = current != NULL ? current : lender;
    run->observed = 0; // Nor is it told of what it does itself.
    // S52: an observer that fails is removed, and the run goes on.
    if (observer->note(observer->context, &note))
        run->observed = observed;
    run->current = current;
    run->lender = lender;
}

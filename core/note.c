// One hook tells an observer everything; without one it costs a branch.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/internal.h"

void trio_note_tell_(struct trio_run *run, enum trio_note_kind kind,
                     struct trio_task *task, const void *object,
                     const char *text, int64_t first)
{
    struct trio_note note = {.kind = kind,
                             .task = task,
                             .object = object,
                             .text = text,
                             .first = first};
    const struct trio_observer *observer = &run->config.observer;
    struct trio_task *current = run->current;

    if (kind == TRIO_NOTE_TASK_SPAWN && current != NULL)
        note.second = (int64_t)current->number;
    if (!run->observed)
        return;
    run->current = NULL;   // S8: it must not do what a task does.
    run->observed = false; // Nor is it told of what it does itself.
    // S52: an observer that fails is removed, and the run goes on.
    run->observed = observer->note(observer->context, &note);
    run->current = current;
}

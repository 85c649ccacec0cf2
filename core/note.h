// Notes for an observer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_NOTE_H
#define TRIO_CORE_NOTE_H

#include <stdbool.h>
#include <stdint.h>
#include <trio/note.h>

#include "core/base.h"
#include "core/run.h"

uint32_t trio_notes_wanted_(const struct trio_observer *observer);
void trio_note_tell_(struct trio_run *run, enum trio_note_kind kind,
                     struct trio_task *task, const void *object,
                     const char *text, int64_t first);

static inline bool trio_is_told_(const struct trio_run *run,
                                 enum trio_note_kind kind)
{
    return run->observed >> kind & 1;
}

static inline void trio_note_(struct trio_run *run, enum trio_note_kind kind,
                              struct trio_task *task, const void *object,
                              int64_t first)
{
    if (UNLIKELY(trio_is_told_(run, kind)))
        trio_note_tell_(run, kind, task, object, NULL, first);
}

#endif // TRIO_CORE_NOTE_H

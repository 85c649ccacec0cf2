// Notes: what a run tells its observer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_NOTE_H
#define TRIO_NOTE_H

#include <trio/base.h>

struct trio_task;

// What happened. The object is an address, good for equality only.
enum trio_note_kind {
    TRIO_NOTE_RUN_BEGIN,         //
    TRIO_NOTE_RUN_END,           // first: status
    TRIO_NOTE_TASK_SPAWN,        // task: the new one; first: its number,
                                 // second: number of the task it came from,
                                 // object: scope that it is in
    TRIO_NOTE_TASK_READY,        // task: will run in a later pass
    TRIO_NOTE_TASK_EXIT,         // first: status
    TRIO_NOTE_STEP_BEGIN,        // first: number of the pass
    TRIO_NOTE_STEP_END,          //
    TRIO_NOTE_POLL_BEGIN,        // first: limit in nanoseconds
    TRIO_NOTE_POLL_END,          //
    TRIO_NOTE_SCOPE_OPEN,        // object: scope; first: 1 if it is for others
                                 // to cancel, 0 if not: a shield, a nursery's
                                 // that nobody has asked for yet
    TRIO_NOTE_SCOPE_CANCEL,      // object: scope; first: source
    TRIO_NOTE_SCOPE_CLOSE,       // object: scope; first: status
    TRIO_NOTE_PARK,              // object: what on; text: verb; first: access
    TRIO_NOTE_WAKE,              // first: result
    TRIO_NOTE_TOUCH,             // object: what; first: access; text: "point"
                                 // at a soft point
    TRIO_NOTE_ERROR_DROPPED,     // first: status; text: of the record
    TRIO_NOTE_CANCEL_IGNORED,    // first: how many checkpoints in a row
    TRIO_NOTE_CLOCK_JUMP,        // first: new now
    TRIO_NOTE_MISUSE,            // text: rule
    TRIO_NOTE_PROPERTY,          // text: name; first: enum trio_property, times
                                 // two, plus 1 if it held
    TRIO_NOTE_TARGET,            // object: scope; first: 1 if the cancel sweep
                                 // is to cancel it, 0 if it is not to
    TRIO_NOTE_NAME,              // object: what; text: its name
    TRIO_NOTE_OWE,               // object: what; text: of which kind
    TRIO_NOTE_SETTLE,            // object: what
    TRIO_NOTE_TASK_MOVE,         // object: scope that it is in from now on, the
                                 // nursery's in which it has started
    TRIO_NOTE_KEEP,              // object: what
    TRIO_NOTE_TEXT,              // text: what the program says, good only
                                 // until the observer returns
    TRIO_NOTE_SCOPE_SHARE,       // object: a nursery's scope that somebody asks
                                 // for: others may cancel it from now on
    TRIO_NOTE_TASK_HOLD          // task: would run, but its realm is paused
};

struct trio_note {
    enum trio_note_kind kind;
    struct trio_task *task; // Or NULL.
    const void *object;     // Or NULL.
    const char *text;       // Or NULL.
    int64_t first;          // By kind.
    int64_t second;         // By kind.
};

// Who is told. `note` must not park, and must not call into the run except to
// read. One that returns false is removed; the run goes on. Zero is nobody.
struct trio_observer {
    void *context;
    bool (*note)(void *context, const struct trio_note *note);
    uint32_t kinds; // Of which it is told, bit 1 << kind each; 0: of all.
};

#endif // TRIO_NOTE_H

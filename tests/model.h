// What the rules of scopes and nurseries say, word by word: slow, and with no
// state that could be out of date. Tests hold the library against it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <trio/trio.h>

// One scope, nursery, task or call of trio_nursery_start. Whether it was
// cancelled itself is asked of the real one; all else follows from that. Zero,
// but for its parent, is the scope of a task that was just started.
struct model_scope {
    struct model_scope *parent;
    struct trio_cancel_scope *real; // NULL: of a task or a call of start.
    struct model_scope *target;     // Of a call of start: the nursery.
    bool shield;
    bool has_to_succeed; // A fail or a shield scope.
    bool had_cancel;
    bool caught;
    struct trio_nursery *nursery; // NULL: it is none.
    trio_status status;           // Of a nursery: of all failures so far.
    int living;                   // Of a nursery: tasks.
};

// S10: the run is deadlocked: cancelled at its root, and no shield helps.
extern bool model_deadlocked;

// S19 S26 S38: says whether a checkpoint in the scope is cancelled.
bool model_effective(const struct model_scope *scope);

// S36: takes a failure into a nursery.
void model_fail(struct model_scope *nursery, trio_status rc);

// S22 S23 S31: returns what close must return, `rc` being the status of the
// body or of all failures, and says in `caught` whether it absorbs.
TRIO_MUST_USE trio_status model_close(struct model_scope *scope,
                                      trio_status rc);

// What trio_combine must return.
TRIO_MUST_USE trio_status model_combine(trio_status a, trio_status b);

// Says whether every record of a tree knows its parent. NULL is a tree.
bool model_holds_for_tree(const struct trio_error *error);

#endif // TESTS_MODEL_H

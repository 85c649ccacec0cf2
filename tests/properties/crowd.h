// Items that run beside each other for a while and end as they were told, and
// a naive account of when that is: for what runs many and joins them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// No two things ever happen at the same time: whatever the order, the number of
// milliseconds of each is another sum of powers of two.

#ifndef TESTS_PROPERTIES_CROWD_H
#define TESTS_PROPERTIES_CROWD_H

#include <trio/rapidcheck.h>
#include <trio/trio.h>

enum { CROWD_MAX = 6, CROWD_NEVER = INT32_MAX };

#define CROWD_FAILED ((trio_status)-1001)
#define CROWD_BROKEN ((trio_status)-1002)

struct member {
    int32_t takes_ms;
    trio_status ends_with;
    bool stubborn; // It does not listen to a cancellation.
};

struct crowd {
    uint32_t count;
    struct member members[CROWD_MAX];
    int32_t cancelled_ms; // CROWD_NEVER: not at all.
    uint32_t limit;       // At once; 0: all.
    bool keeps_going;
};

// Draws a crowd. Stubborn members end well.
void crowd_draw(struct trio_rc_source *source, bool stubborn,
                struct crowd *ret_crowd);

// A trio_task_fn of one member.
TRIO_CHECKPOINT trio_status crowd_run_member(void *arg);

// Opens what crowd_draw says, runs `fn(arg)` in it, and returns what that
// returned, before the scope has absorbed anything.
TRIO_CHECKPOINT trio_status crowd_run(const struct crowd *crowd,
                                      trio_task_fn fn, void *arg);

// ---- The account ----

// Who is running, and until when.
struct account {
    const struct crowd *crowd;
    int32_t until[CROWD_MAX]; // CROWD_NEVER: it does not run.
    uint32_t begun;
    bool cancelled;
};

void account_begin(struct account *account, const struct crowd *crowd);

// Has members begin, as many as may.
void account_start(struct account *account, int32_t now);

// What is next: the index of who ends, `count` for the cancellation,
// `count` + 1 when there is nothing more. Sets `now`.
uint32_t account_next(struct account *account, int32_t *now);

// How one ends that runs: cancelled, unless it does not listen.
TRIO_MUST_USE trio_status account_end(struct account *account, uint32_t index);

#endif // TESTS_PROPERTIES_CROWD_H

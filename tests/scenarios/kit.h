// What scenarios share. They are programs that may be cancelled anywhere and
// may run out of memory anywhere, and what they claim holds all the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_SCENARIOS_KIT_H
#define TESTS_SCENARIOS_KIT_H

#include <trio/scenario.h>
#include <trio/trio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Whether all that was to be done in a scope, or a nursery's, was done. `rc` is
// what its close returned.
static inline bool is_whole(const struct trio_cancel_scope *scope,
                            trio_status rc)
{
    return rc == TRIO_OK && !trio_cancel_scope_caught(scope);
}

// The order in which tasks came to wait for something. Who may give up waiting
// while others go on draws no ticket.
struct tickets {
    unsigned next;
    uint64_t waiting; // A bit for each.
};

static inline unsigned tickets_draw(struct tickets *tickets)
{
    tickets->waiting |= UINT64_C(1) << tickets->next;
    return tickets->next++;
}

// Gives a ticket back; returns how many are waiting that were drawn before it.
static inline int tickets_return(struct tickets *tickets, unsigned ticket)
{
    uint64_t bit = UINT64_C(1) << ticket;

    tickets->waiting &= ~bit;
    return __builtin_popcountll(tickets->waiting & (bit - 1));
}

#endif // TESTS_SCENARIOS_KIT_H

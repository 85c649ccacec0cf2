// A race between questions for names: the first that has an answer wins.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_DNS_RACE_RACE_H
#define EXAMPLES_DNS_RACE_RACE_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/error.h>
#include <trio/status.h>
#include <trio/time.h>

// A `racer` is a question, and what became of it.
struct racer {
    const char *host;
    enum trio_address_family family;
    trio_status rc;                // TRIO_ENOTSTARTED: it was not asked.
    trio_duration took;            // In nanoseconds.
    struct trio_address address;   // If `rc` is TRIO_OK: the first.
    char why[TRIO_ERROR_TEXT_MAX]; // If not: what the record says, or "".
};

// Asks all questions at once, and gives up the others when one is answered.
// `host` and `family` of each racer are given; the rest is set in every case.
//
// Checkpoint: always.
// Returns: TRIO_OK         racer `*ret_winner` has won.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          other           as trio_race: nobody has an answer.
TRIO_CHECKPOINT trio_status race(struct racer *racers, size_t count,
                                 size_t *ret_winner);

#endif // EXAMPLES_DNS_RACE_RACE_H

// Histories as text, and the slow way to check one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_HISTORIES_H
#define TESTS_HISTORIES_H

#include <trio/history.h>

enum { HISTORY_CLIENTS = 128 };

// Records events, separated by blanks. Each begins with a client's number:
//
//     1+w5    invokes a write of 5        1=5     its result is 5
//     1+c5,7  a compare_and_set           1=none  there was none
//     1+w5@2  a write, of key 2           1=?     it was not told
//                                         1.      there is no result
//                                         1!      it failed
//
// Kinds are r, w, c, a (add), e (enqueue), d (dequeue), i (insert), x (remove)
// and h (contains).
void history_play(struct trio_history *history, const char *events);

// Plays into a history of its own and checks that, by the platform's memory.
TRIO_MUST_USE trio_status history_judge(const struct trio_history_model *model,
                                        const char *events, char *buffer,
                                        size_t size);

// Whether the first `end` events can be explained: tries all orders of all
// operations, whatever their keys, of which there are 0, 1 and 2.
bool history_is_linearizable(const struct trio_history *history, uint32_t end);

#endif // TESTS_HISTORIES_H

// Operations in words: for tables, and for notes where they happen.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_WORDS_H
#define TRIO_SIM_HISTORY_WORDS_H

#include <trio/history.h>

enum { CALL_WORDS_MAX = 96, RESULT_WORDS_MAX = 24, TIME_WORDS_MAX = 24 };

// The arguments that a report shows.
struct call_arguments {
    int count;
    long long values[3];
};
struct call_arguments
trio_history_arguments_(const struct trio_history_model *model,
                        const struct trio_history_call *call);

// Returns the word for the result of an operation that has a response, NULL if
// it is a number.
const char *
trio_history_result_word_(const struct trio_history_model *model,
                          const struct trio_history_operation *operation);

// Write "compare_and_set(1, 2)", "none", "250ms".
void trio_history_say_call_(const struct trio_history_model *model,
                            const struct trio_history_call *call, char *buffer,
                            size_t size);
void trio_history_say_result_(const struct trio_history_model *model,
                              const struct trio_history_operation *operation,
                              char *buffer, size_t size);
void trio_history_say_time_(trio_duration time, char *buffer, size_t size);

#endif // TRIO_SIM_HISTORY_WORDS_H

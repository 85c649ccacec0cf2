// The words of a script, taken apart.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_STRATEGY_SCRIPT_WORD_H
#define TRIO_SIM_STRATEGY_SCRIPT_WORD_H

#include <stddef.h>
#include <stdint.h>

// What a word has come.
enum action {
    ACTION_TASK,
    ACTION_CLOCK,
    ACTION_READING,
    ACTION_JOB,
    ACTION_CANCEL
};

// One word, taken apart: "cancel:reader*3".
struct word {
    const char *text; // All of it.
    enum action action;
    const char *name; // Of the task; how long the clock goes, or nothing.
    size_t length;
    uint64_t times;
    const char *end;
};

// Returns the first word of a script, an empty one if there is none.
struct word trio_sim_script_word_(const char *script);

// Returns the length of a task's name without its number if that is the first
// one, which needs none.
size_t trio_sim_without_first_(const char *name, size_t length);

// Returns what a word like "5ms" says, as a deviation has it; 0: nothing.
uint32_t trio_sim_read_duration_(const char *text, size_t length);

#endif // TRIO_SIM_STRATEGY_SCRIPT_WORD_H

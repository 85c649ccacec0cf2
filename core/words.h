// A task and its wait in words, as dumps and reports of deadlocks have them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_WORDS_H
#define TRIO_CORE_WORDS_H

#include <stddef.h>

#include "core/run.h"
#include "core/task.h"

#define NAME_WORDS_MAX 96
#define TASK_WORDS_MAX 128
#define WAIT_WORDS_MAX 256

// A name in quotes, cut to fit between them. Each control byte is a question
// mark, so that it stays one line of text.
void trio_name_words_(const char *name, char *text, size_t size);

// A task by its name, or by its function: `task 2 "ada"`.
void trio_task_words_(const struct trio_task *task, char *text, size_t size);

// The wait of a parked task: "waits to acquire 0x1234, held by task 2 "ada"".
// Returns the length.
size_t trio_wait_words_(const struct trio_task *task, char *text, size_t size);

// Who holds what a parked task waits for, or NULL.
struct trio_task *trio_wait_holder_(const struct trio_task *task);

// In how many milliseconds a moment comes; never too few.
long long trio_ms_until_(const struct trio_run *run, trio_time time);

#endif // TRIO_CORE_WORDS_H

// Texts that grow as they are written.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TEXT_H
#define TRIO_SIM_RUNNER_TEXT_H

#include <stdbool.h>
#include <stdio.h>

// A `text` stays where it is from its opening to its end.
struct text {
    FILE *out; // Where to write.
    char *content;
    size_t length;
};

// Opens an empty one. False: it cannot be had.
bool trio_runner_text_open_(struct text *text);

// Ends it. Returns what was written, to be freed, and how long that is in
// `text->length`; NULL: there was no memory for it.
char *trio_runner_text_close_(struct text *text);

#endif // TRIO_SIM_RUNNER_TEXT_H

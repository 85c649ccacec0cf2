// Output: what scenarios print, which is of interest only where they fail.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_OUTPUT_H
#define TRIO_SIM_RUNNER_OUTPUT_H

#include <stdio.h>

// Returns a file in memory, or a temporary one, for what is printed; negative:
// there is none.
int trio_runner_output_new_(void);

// Has what is printed come in order with what is not buffered, from now on.
void trio_runner_output_in_order_(void);

// From now on this process prints there.
void trio_runner_output_redirect_(int file);

// Drops what this process has printed to such a file so far, if it is a lot.
void trio_runner_output_trim_(void);

// Returns the last of what a file has, to be freed; NULL: it is empty.
char *trio_runner_output_read_(int file);

// Holds back what this process prints, until it is released: then it prints as
// before. Returns the last of what was held back, to be freed; NULL: nothing.
void trio_runner_output_hold_(void);
char *trio_runner_output_release_(void);

// Writes that, line by line, below `title`, and frees it. NULL: writes nothing.
void trio_runner_output_write_(FILE *out, const char *title, char *text);

#endif // TRIO_SIM_RUNNER_OUTPUT_H

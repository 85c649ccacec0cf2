// Places in the code, as people know them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_PLACE_H
#define TRIO_SIM_RUNNER_PLACE_H

#include <stdio.h>

#include "sim/kernel/kernel.h"

enum { PLACE_NAME_MAX = 48 };

// Writes a text, with what names a place in this program, `program(+0x1234)`,
// replaced by `file.c:12` where addr2line can tell.
void trio_runner_place_write_(FILE *out, const char *text);

// Keeps places for a kernel.
extern const struct locator trio_runner_locator_;

// Returns the line of a place that it has kept: of calls, the innermost that is
// in no file of the library's. "/path/file.c:12"; NULL: not known.
const char *trio_runner_place_line_(uint32_t place);

// The same without its folders; "": not known.
const char *trio_runner_place_name_(uint32_t place);

// Returns the place of one call, NULL if it is not known, or in the library.
const char *trio_runner_place_of_call_(const void *call);

#endif // TRIO_SIM_RUNNER_PLACE_H

// Places in the code, as people know them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_PLACE_H
#define TRIO_SIM_RUNNER_PLACE_H

#include <stdio.h>

// Writes a text, with what names a place in this program, `program(+0x1234)`,
// replaced by `file.c:12` where addr2line can tell.
void trio_runner_place_write_(FILE *out, const char *text);

#endif // TRIO_SIM_RUNNER_PLACE_H

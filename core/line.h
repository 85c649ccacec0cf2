// A pass whose order a scheduler chooses.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_LINE_H
#define TRIO_CORE_LINE_H

#include <trio/base.h>
#include <trio/status.h>

struct trio_run;

void trio_line_run_(struct trio_run *run);
TRIO_MUST_USE trio_status trio_line_make_room_(struct trio_run *run);
void trio_line_end_(struct trio_run *run);

#endif // TRIO_CORE_LINE_H

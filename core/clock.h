// What time it is, exactly or cheaply.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_CLOCK_H
#define TRIO_CORE_CLOCK_H

#include <stdbool.h>
#include <trio/time.h>

struct trio_run;

trio_time trio_clock_read_(struct trio_run *run); // Anew.
trio_time trio_now_(struct trio_run *run); // Once in a look of the loop's.
trio_time trio_from_now_(struct trio_run *run, trio_duration limit);
bool trio_has_come_(struct trio_run *run, trio_time time);

#endif // TRIO_CORE_CLOCK_H

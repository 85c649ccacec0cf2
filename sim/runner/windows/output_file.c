// What is printed is held back in a temporary file.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/output.h"
#include "sim/runner/windows/temporary.h"

int trio_runner_output_new_(void)
{
    return trio_runner_temporary_new_();
}

// There are no buffers of a line.
void trio_runner_output_in_order_(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
}

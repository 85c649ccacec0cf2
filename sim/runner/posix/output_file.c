// What is printed is held back in a file that has no name.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <sys/mman.h>

#include "sim/runner/output.h"

int trio_runner_output_new_(void)
{
    return memfd_create("output", MFD_CLOEXEC);
}

void trio_runner_output_in_order_(void)
{
    static char buffer[4096];

    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
}

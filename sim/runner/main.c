// The main of a program of scenarios.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/program.h"

int main(int argument_count, char **arguments)
{
    return trio_runner_program_(argument_count, arguments);
}

// The program that a test is by default. A file of its own, so that a test may
// have a main of its own instead.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"

int main(int count, char **arguments)
{
    return check_main(count, arguments);
}

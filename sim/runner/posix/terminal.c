// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

FILE *trio_runner_terminal_(void)
{
    return isatty(STDERR_FILENO) ? stderr : NULL;
}

int trio_runner_terminal_columns_(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col - 1;
    return 79;
}

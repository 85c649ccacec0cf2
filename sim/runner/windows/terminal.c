// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/terminal.h"

#include <windows.h>

// A console has to be asked to know sequences; an old one does not.
FILE *trio_runner_terminal_(void)
{
    HANDLE console = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode;

    return GetConsoleMode(console, &mode) &&
                   SetConsoleMode(console,
                                  mode | ENABLE_PROCESSED_OUTPUT |
                                      ENABLE_VIRTUAL_TERMINAL_PROCESSING)
               ? stderr
               : NULL;
}

int trio_runner_terminal_columns_(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;

    if (GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &info) &&
        info.srWindow.Right > info.srWindow.Left)
        return info.srWindow.Right - info.srWindow.Left;
    return 79;
}

// A line goes straight to the descriptor, by one call, so that the lines of
// several threads do not mix.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/report.h"

void trio_stderr_line_(void *context, const char *text)
{
    size_t length = strlen(text);
    struct iovec parts[2] = {{(void *)(uintptr_t)text, length},
                             {(void *)(uintptr_t) "\n", 1}};
    ssize_t written;

    (void)context;
    do
        written = writev(STDERR_FILENO, parts, 2);
    while (written < 0 && errno == EINTR);
    // Nobody is left to be told of a failure.
}

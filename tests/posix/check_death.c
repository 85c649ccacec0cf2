// A death is judged from outside: the child has no way to say that it died as
// it should. It inherits a pipe as its standard error, and the parent reads
// that to the end before it waits, so that neither can block the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "tests/check_death.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noreturn)) static void run_child(int output, void (*fn)(void))
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none); // No core file of an intended death
    signal(SIGABRT, SIG_DFL);
    dup2(output, STDERR_FILENO);
    close(output);
    fn();
    _exit(0);
}

// Reads until the child's end is closed. What does not fit is thrown away.
static void read_all(int input, char *text, size_t size)
{
    char rest[512];
    size_t length = 0;

    for (;;) {
        bool full = length + 1 == size;
        ssize_t got = full ? read(input, rest, sizeof(rest))
                           : read(input, text + length, size - 1 - length);

        if (got <= 0)
            break;
        if (!full)
            length += (size_t)got;
    }
    text[length] = '\0';
}

bool check_dies(void (*fn)(void), const char *name, const char *file, int line,
                ...)
{
    char text[16384];
    int ends[2];
    int state = 0;
    bool held = true;
    const char *expected;
    va_list texts;

    fflush(stdout);
    fflush(stderr);
    REQUIRE(pipe(ends) == 0);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(ends[1], fn);
    }
    close(ends[1]);
    read_all(ends[0], text, sizeof(text));
    close(ends[0]);
    REQUIRE(waitpid(child, &state, 0) == child);

    // A sanitizer turns the signal into an exit code of its own.
    if (!check_that(!WIFEXITED(state) || WEXITSTATUS(state) != 0, name, file,
                    line))
        held = false;
    va_start(texts, line);
    while ((expected = va_arg(texts, const char *)) != NULL)
        if (!check_that(strstr(text, expected) != NULL, expected, file, line))
            held = false;
    va_end(texts);
    if (!held)
        fprintf(stderr, "    it wrote: %s\n", text);
    return held;
}

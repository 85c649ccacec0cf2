// Half of the twins are put where the system puts all processes when it does
// not draw a place, so that even a system that never draws has two.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/runner/twin_system.h"

static void set_number(const char *name, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    setenv(name, text, 1);
}

// The environment lies above the stack of main: its size moves that one. The
// heap of glibc is told to begin elsewhere and to fill what it hands out.
static void change_environment(uint64_t seed)
{
    char padding[1024];
    size_t length = 16 + (size_t)(seed * 48 % (sizeof(padding) - 32));

    memset(padding, 'x', length);
    padding[length] = '\0';
    setenv("TRIO_TWIN_PADDING", padding, 1);
    set_number("MALLOC_PERTURB_", 1 + seed % 255);
    set_number("MALLOC_TOP_PAD_", 4096 * (1 + seed % 64));
    setenv("TZ", seed % 3 == 0 ? "Asia/Kathmandu" : "UTC", 1);
    if (seed % 2 == 0)
        personality(ADDR_NO_RANDOMIZE);
}

__attribute__((noreturn)) static void
become_twin(const char *program, const char *scenario, uint64_t seed, int out)
{
    char number[32];

    snprintf(number, sizeof(number), "%" PRIu64, seed);
    change_environment(seed);
    if (dup2(out, STDOUT_FILENO) >= 0)
        execlp(program, program, "--twin", scenario, "--seed", number,
               (char *)NULL);
    _exit(127);
}

// Reads up to the end; what does not fit into `text` is no hash anyway.
static void read_text(int in, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got;

    do {
        got = read(in, text + length, size - 1 - length);
        if (got > 0)
            length += (size_t)got;
    } while ((got > 0 && length + 1 < size) || (got < 0 && errno == EINTR));
    text[length] = '\0';
}

bool trio_runner_twin_run_(const char *program, const char *scenario,
                           uint64_t seed, char *text, size_t size)
{
    int ends[2], state;

    fflush(NULL); // Or the child would have it, too.
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become_twin(program, scenario, seed, ends[1]);
    }
    close(ends[1]);
    read_text(ends[0], text, size);
    close(ends[0]);
    return child >= 0 && waitpid(child, &state, 0) == child && state == 0;
}

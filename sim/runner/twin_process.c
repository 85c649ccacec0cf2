// A process inherits little: its arguments, its environment, where the system
// puts it. All of that is changed for a twin, and its seed is what stays. Half
// of the twins are put where the system puts all processes when it does not
// draw a place, so that even a system that never draws has two.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/twin_process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/search/search.h"

uint64_t trio_runner_twin_hash_(const struct trio_scenario *scenario,
                                uint64_t seed)
{
    struct trio_config base = trio_config_platform();
    struct kernel *kernel = trio_sim_kernel_new_(&base);
    struct strategies strategies;
    struct outcome outcome;

    TRIO_ASSERT(kernel != NULL);
    trio_sim_strategies_init_(&strategies, scenario->witness);
    struct plan plan = trio_sim_twin_plan_(scenario, &strategies, seed);
    trio_sim_run_(kernel, &plan, &outcome);
    trio_sim_kernel_free_(kernel);
    return outcome.hash;
}

void trio_runner_twin_print_(const struct trio_scenario *scenario,
                             uint64_t seed)
{
    printf("%016" PRIx64 "\n", trio_runner_twin_hash_(scenario, seed));
}

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

static enum twin compare(const char *text, uint64_t expected_hash)
{
    char *end;
    uint64_t hash = strtoull(text, &end, 16);

    if (end == text || *end != '\n')
        return TWIN_UNKNOWN;
    return hash == expected_hash ? TWIN_SAME : TWIN_OTHER;
}

enum twin trio_runner_twin_process_(const char *program, const char *scenario,
                                    uint64_t seed, uint64_t expected_hash)
{
    char text[64];
    int ends[2], state;

    fflush(NULL); // Or the child would have it, too.
    if (pipe(ends) != 0)
        return TWIN_UNKNOWN;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become_twin(program, scenario, seed, ends[1]);
    }
    close(ends[1]);
    read_text(ends[0], text, sizeof(text));
    close(ends[0]);
    if (child < 0 || waitpid(child, &state, 0) != child || state != 0)
        return TWIN_UNKNOWN;
    return compare(text, expected_hash);
}

uint64_t trio_runner_twin_processes_(const char *program,
                                     const struct trio_scenario *scenario,
                                     uint64_t seed, uint64_t count)
{
    uint64_t bad = 0;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t hash = trio_runner_twin_hash_(scenario, seed + i);
        enum twin twin =
            trio_runner_twin_process_(program, scenario->name, seed + i, hash);
        if (twin == TWIN_SAME)
            continue;
        bad++;
        fprintf(stderr, "%s: seed %" PRIu64 " %s in another process\n",
                scenario->name, seed + i,
                twin == TWIN_OTHER ? "is another run" : "did not run");
    }
    return bad;
}

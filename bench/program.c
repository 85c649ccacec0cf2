// SPDX-License-Identifier: MIT OR Apache-2.0
// A program lies beside the one that looks for it, in the folder of its peer,
// as both come out of the build. It prints its figures on one line.

#include "bench/program.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/meter.h"

enum { PATH_LENGTH = PATH_MAX + 64, COMMAND_LENGTH = PATH_LENGTH + 64 };

static void find(const char *peer, char *ret_path)
{
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);

    if (length < 0)
        meter_give_up("readlink");
    own[length] = '\0';
    *strrchr(own, '/') = '\0';
    snprintf(ret_path, PATH_LENGTH, "%s/%s/peer", own, peer);
}

// What a runtime does beside its work, in threads, is a part of its price.
static void stay_here(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    sched_setaffinity(0, sizeof set, &set);
}

void program_measure(const char *peer, const char *name, int count,
                     double *ret_figures)
{
    char path[PATH_LENGTH], command[COMMAND_LENGTH];

    find(peer, path);
    if (access(path, X_OK) != 0)
        return;
    stay_here();
    snprintf(command, sizeof command, "exec '%s' %s", path, name);
    FILE *figures = popen(command, "r");
    if (figures == NULL)
        meter_give_up("popen");
    while (count-- > 0 && fscanf(figures, "%lf", ret_figures) == 1)
        ret_figures++;
    if (pclose(figures) != 0)
        meter_give_up(path);
}

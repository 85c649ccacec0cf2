// Lines are known to addr2line, which reads the program's own file. Where it
// cannot tell, under an emulator, without debugging information, without the
// tool, nothing is known.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <link.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/runner/symbols_system.h"

enum { COMMAND_SIZE = 16384 };

// The program comes first, its libraries after it.
static int take_first(struct dl_phdr_info *info, size_t size, void *ret_base)
{
    (void)size;
    *(uintptr_t *)ret_base = info->dlpi_addr;
    return 1; // No further.
}

uintptr_t trio_runner_symbols_base_(void)
{
    uintptr_t base = 0;

    dl_iterate_phdr(take_first, &base);
    return base;
}

// A place is where a call returns to; one byte before that is the call.
void trio_runner_symbols_ask_(struct symbol *const *asked, size_t count)
{
    char command[COMMAND_SIZE];
    char line[4096];
    FILE *answer;
    int length = snprintf(command, sizeof(command),
                          "addr2line -e /proc/%ld/exe", (long)getpid());

    for (size_t i = 0; i < count; i++)
        length += snprintf(command + length, sizeof(command) - (size_t)length,
                           " 0x%lx", (unsigned long)asked[i]->offset - 1);
    snprintf(command + length, sizeof(command) - (size_t)length,
             " 2>/dev/null");
    answer = popen(command, "r");
    if (answer == NULL)
        return;
    for (size_t i = 0; fgets(line, sizeof(line), answer) != NULL; i++)
        if (i < count)
            trio_runner_symbol_take_(asked[i], line);
    pclose(answer);
}

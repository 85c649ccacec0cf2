// What a place is called in the source is known to addr2line, which reads the
// program's own file. Where it cannot, under an emulator, without debugging
// information, without the tool, the text stays as it was.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A place is where a call returns to; one byte before that is the call.
static bool ask(unsigned long place, char *line, int size)
{
    char command[128];
    FILE *answer;

    snprintf(command, sizeof(command),
             "addr2line -s -e /proc/%ld/exe 0x%lx 2>/dev/null", (long)getpid(),
             place - 1);
    answer = popen(command, "r");
    if (answer == NULL)
        return false;
    bool read = fgets(line, size, answer) != NULL;
    while (getc(answer) != EOF)
        continue;
    pclose(answer);
    if (!read || strchr(line, '?') != NULL)
        return false;
    line[strcspn(line, " \n")] = '\0'; // Without its discriminator.
    return true;
}

void trio_runner_place_write_(FILE *out, const char *text)
{
    const char *at;

    while ((at = strstr(text, "(+0x")) != NULL) {
        const char *name = at;
        char line[256];
        char *end;
        unsigned long place = strtoul(at + 2, &end, 16);

        while (name > text && strchr(" \n", name[-1]) == NULL)
            name--;
        if (*end == ')' && place > 0 && ask(place, line, sizeof(line))) {
            fwrite(text, 1, (size_t)(name - text), out);
            fputs(line, out);
            text = end + 1;
        } else {
            fwrite(text, 1, (size_t)(at + 4 - text), out);
            text = at + 4;
        }
    }
    fputs(text, out);
}

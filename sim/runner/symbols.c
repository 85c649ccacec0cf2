// What a place is called in the source is asked of the system. It takes its
// time, so it is asked for all places at once that have come up since it was
// asked last.
//
// Which files are the library's is seen from where one of them lies.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/symbols.h"

#include <string.h>

#include "sim/runner/symbols_system.h"

enum { SLOTS = 2 * SYMBOLS_MAX };

static struct symbol symbols[SYMBOLS_MAX]; // The first is none.
static uint32_t symbol_count = 1;
static uint16_t slots[SLOTS];

uintptr_t trio_runner_symbol_offset_(const void *address)
{
    static uintptr_t base = 1;

    if (base == 1)
        base = trio_runner_symbols_base_();
    return (uintptr_t)address - base;
}

uint32_t trio_runner_symbol_number_(uintptr_t offset)
{
    uint64_t hash = offset * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 40) % SLOTS;

    while (slots[i] != 0 && symbols[slots[i]].offset != offset)
        i = (i + 1) % SLOTS;
    if (slots[i] == 0 && symbol_count < SYMBOLS_MAX) {
        symbols[symbol_count].offset = offset;
        slots[i] = (uint16_t)symbol_count++;
    }
    return slots[i];
}

// ---- Asking ----

// Takes an answer without its discriminator, and without the folders that are
// the one they are in.
void trio_runner_symbol_take_(struct symbol *symbol, char *line)
{
    char *dot;

    while ((dot = strstr(line, "/./")) != NULL)
        memmove(dot, dot + 2, strlen(dot + 2) + 1);
    line[strcspn(line, " \n")] = '\0';
    if (strchr(line, '?') == NULL)
        symbol->line = strdup(line);
}

static void ask_all(void)
{
    struct symbol *asked[ASKED_MAX];
    size_t count = 0;

    for (uint32_t i = 1; i < symbol_count; i++) {
        if (!symbols[i].asked) {
            symbols[i].asked = true;
            asked[count++] = &symbols[i];
        }
        if (count == ASKED_MAX || (count > 0 && i + 1 == symbol_count)) {
            trio_runner_symbols_ask_(asked, count);
            count = 0;
        }
    }
}

// ---- Whose file it is ----

// Returns the number of a place in this file.
static uint32_t own_symbol(void)
{
    return trio_runner_symbol_number_(
        trio_runner_symbol_offset_((const void *)(uintptr_t)own_symbol) + 1);
}

// Returns the length of the path of the folder that the library's folders are
// in, with its last slash; 0: not known.
static size_t root_length(const char *own_line)
{
    const char *end =
        own_line == NULL ? NULL : strstr(own_line, "sim/runner/symbols.c:");

    return end == NULL ? 0 : (size_t)(end - own_line);
}

static bool is_ours(const char *line)
{
    static const char *const folders[] = {"core/", "io/", "sim/", "include/",
                                          "fuzz/main/"};
    const char *own_line = symbols[own_symbol()].line;
    size_t length = root_length(own_line);

    if (length == 0 || strncmp(line, own_line, length) != 0)
        return false;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (strncmp(line + length, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

const struct symbol *trio_runner_symbol_(uint32_t number)
{
    struct symbol *symbol = &symbols[number];

    if (number == 0 || symbol->asked)
        return symbol;
    own_symbol(); // To be asked for, too.
    ask_all();
    for (uint32_t i = 1; i < symbol_count; i++)
        symbols[i].ours = symbols[i].line != NULL && is_ours(symbols[i].line);
    return symbol;
}

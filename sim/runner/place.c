// Where the code stood is kept as the calls that were under way. Which of them
// is the scenario's is found out when it is told: most are never asked for.
// Each list of calls is kept once, in memory that is always there: it is the
// task under way that comes here, with all its memory counted.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/place.h"

#include <stdlib.h>
#include <string.h>

#include "sim/runner/backtrace.h"
#include "sim/runner/symbols.h"

enum { CALLS_MAX = 24, PLACES_MAX = 8192, SLOTS = 2 * PLACES_MAX };

struct calls {
    uint16_t count;
    uint16_t symbols[CALLS_MAX]; // Innermost first.
};

static struct calls places[PLACES_MAX]; // The first is none.
static uint32_t place_count = 1;
static uint16_t slots[SLOTS];

// ---- Keeping ----

static uint32_t number_of(const struct calls *calls)
{
    uint64_t hash = calls->count;

    for (size_t i = 0; i < calls->count; i++)
        hash = (hash ^ calls->symbols[i]) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 40) % SLOTS;
    while (slots[i] != 0 &&
           memcmp(&places[slots[i]], calls, sizeof(*calls)) != 0)
        i = (i + 1) % SLOTS;
    if (slots[i] == 0 && place_count < PLACES_MAX) {
        places[place_count] = *calls;
        slots[i] = (uint16_t)place_count++;
    }
    return slots[i];
}

static void add(struct calls *calls, uintptr_t address)
{
    uintptr_t offset = trio_runner_symbol_offset_((const void *)address);

    calls->symbols[calls->count++] =
        (uint16_t)trio_runner_symbol_number_(offset);
}

static uint32_t here(void)
{
    uintptr_t addresses[CALLS_MAX];
    size_t count = trio_runner_backtrace_(addresses, CALLS_MAX);
    struct calls calls = {.count = 0};

    for (size_t i = 0; i < count; i++)
        add(&calls, addresses[i]);
    return number_of(&calls);
}

static uint32_t at(const void *place)
{
    struct calls calls = {.count = 0};

    add(&calls, (uintptr_t)place);
    return number_of(&calls);
}

const struct locator trio_runner_locator_ = {here, at};

// ---- Telling ----

const char *trio_runner_place_line_(uint32_t place)
{
    const struct calls *calls = &places[place];

    for (size_t i = 0; i < calls->count; i++) {
        const struct symbol *symbol = trio_runner_symbol_(calls->symbols[i]);
        if (symbol->line != NULL && !symbol->ours)
            return symbol->line;
    }
    return NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

const char *trio_runner_place_name_(uint32_t place)
{
    const char *line = trio_runner_place_line_(place);

    return line == NULL ? "" : base_name(line);
}

const char *trio_runner_place_of_call_(const void *call)
{
    const struct symbol *symbol = trio_runner_symbol_(
        trio_runner_symbol_number_(trio_runner_symbol_offset_(call)));

    return symbol->line == NULL || symbol->ours ? NULL
                                                : base_name(symbol->line);
}

// Returns the line of an offset, NULL: not known.
static const char *line_of(unsigned long offset)
{
    return offset == 0
               ? NULL
               : trio_runner_symbol_(trio_runner_symbol_number_(offset))->line;
}

void trio_runner_place_write_(FILE *out, const char *text)
{
    const char *at_offset;

    while ((at_offset = strstr(text, "(+0x")) != NULL) {
        const char *name = at_offset;
        char *end;
        const char *line = line_of(strtoul(at_offset + 2, &end, 16));

        while (name > text && strchr(" \n", name[-1]) == NULL)
            name--;
        if (*end == ')' && line != NULL) {
            fwrite(text, 1, (size_t)(name - text), out);
            fputs(base_name(line), out);
            text = end + 1;
        } else {
            fwrite(text, 1, (size_t)(at_offset + 4 - text), out);
            text = at_offset + 4;
        }
    }
    fputs(text, out);
}

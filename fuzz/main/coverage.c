// Coverage of a concurrent program is who comes after whom: one counter for
// each triple of an object, the task that used it last, and the task that uses
// it now. A line that runs in another order is then something new. Of a run
// that has more events than the kernel keeps it is the last of them.
//
// A property that should hold sometimes has a counter, too: a run in which it
// does is worth keeping.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/main/coverage.h"

#include <string.h>

enum { COUNTERS = 1 << 14, OBJECTS = 1 << 12 };

// The engine looks at each byte after each run, and zeroes it before.
__attribute__((section("__libfuzzer_extra_counters"))) //
static uint8_t counters[COUNTERS];

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static void count(uint64_t hash)
{
    uint8_t *counter = &counters[hash % COUNTERS];

    if (*counter < UINT8_MAX)
        ++*counter;
}

static void note_hand_offs(const struct kernel *kernel)
{
    static uint64_t last[OBJECTS]; // Path of who used it; 0: nobody.
    size_t events = trio_sim_event_count_(kernel);

    memset(last, 0, sizeof(last));
    for (size_t i = 0; i < events; i++) {
        const struct event *event = trio_sim_event_(kernel, i);
        if ((event->kind != TRIO_NOTE_PARK && event->kind != TRIO_NOTE_TOUCH) ||
            event->object == 0)
            continue;
        uint64_t path = trio_sim_actor_at_(kernel, event->task)->path;
        uint64_t *previous = &last[event->object % OBJECTS];
        if (*previous != path)
            count(mix(mix(event->object, *previous), path));
        *previous = path;
    }
}

static void note_properties(const struct kernel *kernel)
{
    size_t properties;
    const struct property *each = trio_sim_properties_(kernel, &properties);

    for (size_t i = 0; i < properties; i++, each++) {
        uint64_t hash = each->kind;
        if (!each->held)
            continue;
        for (const char *at = each->name; *at != '\0'; at++)
            hash = mix(hash, (uint8_t)*at);
        count(hash);
    }
}

void fuzz_coverage_note_(const struct kernel *kernel)
{
    note_hand_offs(kernel);
    note_properties(kernel);
}

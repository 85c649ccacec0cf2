// What is kept of what happened, to be told.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Without words that is the last events, in a ring; with words it is all of
// them, each with where the code stood.

#include "sim/kernel/state.h"

void trio_sim_keep_(struct kernel *kernel, const struct event *event,
                    int64_t first)
{
    struct told *told = trio_sim_append_raw_(kernel, &kernel->told);

    *told = (struct told){.event = *event, .telling = {.first = first}};
    // Who looks for the next step does not stand where that goes on.
    if (kernel->locator.here != NULL && event->kind != TRIO_NOTE_STEP_BEGIN)
        told->telling.place = kernel->locator.here();
}

static struct telling *last_telling(const struct kernel *kernel)
{
    return &ARRAY_AT(&kernel->told, struct told, kernel->told.count - 1)
                ->telling;
}

// Of the scope that was cancelled last.
void trio_sim_keep_opening_(struct kernel *kernel,
                            const struct trio_cancel_scope *scope)
{
    if (kernel->locator.at != NULL && scope->place != NULL)
        last_telling(kernel)->opened = kernel->locator.at(scope->place);
}

// It is no part of the hash: nobody is told of it without words.
void trio_sim_keep_text_(struct kernel *kernel, uint32_t task, const char *text)
{
    struct said_text *said = trio_sim_append_(kernel, &kernel->said);

    trio_sim_format_(kernel, said->text, sizeof(said->text), "%s", text);
    trio_sim_keep_(kernel,
                   &(struct event){.task = task, .kind = TRIO_NOTE_TEXT}, 0);
    last_telling(kernel)->said = (uint32_t)kernel->said.count - 1;
}

size_t trio_sim_event_count_(const struct kernel *kernel)
{
    if (kernel->words)
        return kernel->told.count;
    return kernel->events < RECENT_EVENTS ? (size_t)kernel->events
                                          : RECENT_EVENTS;
}

const struct event *trio_sim_event_(const struct kernel *kernel, size_t i)
{
    if (kernel->words)
        return &ARRAY_AT(&kernel->told, struct told, i)->event;
    uint64_t first =
        kernel->events < RECENT_EVENTS ? 0 : kernel->events - RECENT_EVENTS;
    return &kernel->recent[(first + i) % RECENT_EVENTS];
}

const struct telling *trio_sim_telling_(const struct kernel *kernel, size_t i)
{
    return &ARRAY_AT(&kernel->told, struct told, i)->telling;
}

const char *trio_sim_said_(const struct kernel *kernel, uint32_t number)
{
    return ARRAY_AT(&kernel->said, struct said_text, number)->text;
}

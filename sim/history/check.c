// A check has one answer and a text that goes with it. In a simulated run the
// text is notes, and the answer a property with a name that never changes: the
// same failure, whatever the history that shows it, so that it can be shrunk.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <stdio.h>

#include <trio/probe.h>

#include "sim/history/table.h"
#include "sim/history/touch.h"

enum { NOTES_MAX = 64 };

struct text {
    char *buffer;
    size_t size;
    size_t length;
};

static void append(void *context, const char *line)
{
    struct text *text = context;
    size_t room = text->size - text->length;
    int length = snprintf(text->buffer + text->length, room, "%s\n", line);

    text->length += (size_t)length < room ? (size_t)length : room - 1;
}

static void append_reason(struct text *text, const struct trio_history *history,
                          trio_status rc)
{
    char line[TRIO_HISTORY_LINE_MAX];

    if (rc == TRIO_ETRUNCATED)
        snprintf(line, sizeof(line), "undecided: %zu states were not enough",
                 history->states);
    else if (rc == TRIO_ENOBUFS)
        snprintf(line, sizeof(line),
                 "undecided: the history has room for %zu operations only",
                 history->capacity);
    else
        snprintf(line, sizeof(line), "undecided: %s", trio_status_text(rc));
    append(text, line);
}

trio_status trio_history_check(struct trio_history *history, char *buffer,
                               size_t size)
{
    struct violation violation;
    struct text text = {buffer, size, 0};
    struct table table;

    trio_history_touch_(history, TRIO_ACCESS_READ);
    trio_status rc = trio_history_find_(history, &violation);
    if (size == 0)
        return rc;
    buffer[0] = '\0';
    if (rc == TRIO_ECONTRACT) {
        trio_history_table_open_(&table, history, &violation);
        trio_history_table_fit_bytes_(&table, size - 1);
        trio_history_table_tell_(&table, append, &text);
    } else if (rc != TRIO_OK) {
        append_reason(&text, history, rc);
    }
    return rc;
}

static void tell_note(void *context, const char *line)
{
    (void)context;
    trio_sim_note("%s", line);
}

trio_status trio_sim_linearizable(struct trio_history *history,
                                  const char *name)
{
    struct violation violation;
    struct table table;

    trio_history_touch_(history, TRIO_ACCESS_READ);
    trio_status rc = trio_history_find_(history, &violation);
    if (rc == TRIO_ECONTRACT) {
        trio_history_table_open_(&table, history, &violation);
        trio_history_table_fit_lines_(&table, NOTES_MAX);
        trio_history_table_tell_(&table, tell_note, NULL);
    }
    if (rc == TRIO_OK || rc == TRIO_ECONTRACT)
        trio_sim_property(TRIO_PROPERTY_ALWAYS, rc == TRIO_OK, name);
    return rc;
}

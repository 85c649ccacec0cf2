// A row is an operation as it is at the end of the prefix: a response that
// comes later is not there. What is cut off if there is no room are the first
// rows, for what went wrong shows in the last ones.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/table.h"

#include <stdio.h>
#include <string.h>

#include "sim/history/words.h"

enum { LINE_MAX = TRIO_HISTORY_LINE_MAX, EVENTS_WORDS_MAX = 24 };

static bool is_answered(const struct table *table,
                        const struct trio_history_operation *operation)
{
    return operation->response <= table->violation.end;
}

static bool has_row(const struct table *table,
                    const struct trio_history_operation *operation)
{
    return !operation->failed &&
           operation->invocation <= table->violation.end &&
           (!table->history->model->by_key ||
            operation->call.key == table->violation.key);
}

static void say_result(const struct table *table,
                       const struct trio_history_operation *operation,
                       char *buffer, size_t size)
{
    if (is_answered(table, operation))
        trio_history_say_result_(table->history->model, operation, buffer,
                                 size);
    else
        snprintf(buffer, size, "pending");
}

static void say_events(const struct table *table,
                       const struct trio_history_operation *operation,
                       char *buffer, size_t size)
{
    if (is_answered(table, operation))
        snprintf(buffer, size, "%u..%u", (unsigned)operation->invocation,
                 (unsigned)operation->response);
    else
        snprintf(buffer, size, "%u..", (unsigned)operation->invocation);
}

static void say_times(const struct table *table,
                      const struct trio_history_operation *operation,
                      char *buffer, size_t size)
{
    char invoked[TIME_WORDS_MAX], responded[TIME_WORDS_MAX] = "";

    trio_history_say_time_(operation->invoked, invoked, sizeof(invoked));
    if (is_answered(table, operation))
        trio_history_say_time_(operation->responded, responded,
                               sizeof(responded));
    snprintf(buffer, size, "%s..%s", invoked, responded);
}

static void widen(int *width, const char *words)
{
    if (*width < (int)strlen(words))
        *width = (int)strlen(words);
}

static void measure(struct table *table,
                    const struct trio_history_operation *operation)
{
    char words[CALL_WORDS_MAX];

    table->rows++;
    trio_history_say_call_(table->history->model, &operation->call, words,
                           sizeof(words));
    widen(&table->call_width, words);
    say_result(table, operation, words, sizeof(words));
    widen(&table->result_width, words);
    say_events(table, operation, words, sizeof(words));
    widen(&table->events_width, words);
}

void trio_history_table_open_(struct table *table,
                              const struct trio_history *history,
                              const struct violation *violation)
{
    *table = (struct table){.history = history, .violation = *violation};
    widen(&table->call_width, "operation");
    widen(&table->result_width, "result");
    widen(&table->events_width, "events");
    for (size_t id = 0; id < history->count; id++)
        if (has_row(table, &history->operations[id]))
            measure(table, &history->operations[id]);
}

static void say_row(const struct table *table,
                    const struct trio_history_operation *operation, char *line)
{
    char call[CALL_WORDS_MAX], result[RESULT_WORDS_MAX];
    char events[EVENTS_WORDS_MAX], times[2 * TIME_WORDS_MAX + 2];

    trio_history_say_call_(table->history->model, &operation->call, call,
                           sizeof(call));
    say_result(table, operation, result, sizeof(result));
    say_events(table, operation, events, sizeof(events));
    say_times(table, operation, times, sizeof(times));
    int length = snprintf(line, LINE_MAX, "%6u  %-*s  %-*s  %-*s  %s",
                          (unsigned)operation->call.client, table->call_width,
                          call, table->result_width, result,
                          table->events_width, events, times);
    TRIO_ASSERT(length < LINE_MAX);
}

static void say_what(const struct table *table, char *line)
{
    snprintf(line, LINE_MAX,
             "not linearizable as a %.32s: no order explains the last "
             "response%s",
             table->history->model->name,
             table->violation.smallest ? ""
                                       : " (there may be a smaller prefix)");
}

static void tell_head(const struct table *table,
                      void (*tell)(void *context, const char *line),
                      void *context)
{
    char line[LINE_MAX];

    say_what(table, line);
    tell(context, line);
    snprintf(line, LINE_MAX, "client  %-*s  %-*s  %-*s  time",
             table->call_width, "operation", table->result_width, "result",
             table->events_width, "events");
    tell(context, line);
    if (table->left_out == 0)
        return;
    snprintf(line, LINE_MAX, "   ...  %zu operations before", table->left_out);
    tell(context, line);
}

void trio_history_table_tell_(const struct table *table,
                              void (*tell)(void *context, const char *line),
                              void *context)
{
    size_t row = 0;
    char line[LINE_MAX];

    tell_head(table, tell, context);
    for (size_t id = 0; id < table->history->count; id++) {
        const struct trio_history_operation *operation =
            &table->history->operations[id];
        if (!has_row(table, operation) || row++ < table->left_out)
            continue;
        say_row(table, operation, line);
        tell(context, line);
    }
}

void trio_history_table_fit_lines_(struct table *table, size_t lines)
{
    size_t room = lines > TABLE_HEAD_MAX ? lines - TABLE_HEAD_MAX : 0;

    if (table->rows > room)
        table->left_out = table->rows - room;
}

static void count_bytes(void *context, const char *line)
{
    size_t *bytes = context;

    *bytes += strlen(line) + 1;
}

// No row is longer than a line can be: so many at least have to go.
void trio_history_table_fit_bytes_(struct table *table, size_t bytes)
{
    size_t all = 0;

    trio_history_table_tell_(table, count_bytes, &all);
    while (all > bytes && table->left_out < table->rows) {
        size_t excess = (all - bytes + LINE_MAX - 1) / LINE_MAX;
        table->left_out += excess;
        if (table->left_out > table->rows)
            table->left_out = table->rows;
        all = 0;
        trio_history_table_tell_(table, count_bytes, &all);
    }
}

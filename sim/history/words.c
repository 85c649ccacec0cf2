// A key is shown where the kind has one, and where it is not the only one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/words.h"

#include <stdio.h>

struct call_arguments
trio_history_arguments_(const struct trio_history_model *model,
                        const struct trio_history_call *call)
{
    unsigned flags = model->kinds[call->kind].flags;
    struct call_arguments arguments = {0, {0, 0, 0}};

    if ((flags & TRIO_HISTORY_SHOWS_KEY) != 0 || call->key != 0)
        arguments.values[arguments.count++] = call->key;
    if ((flags & TRIO_HISTORY_SHOWS_EXPECTED) != 0)
        arguments.values[arguments.count++] = call->expected;
    if ((flags & TRIO_HISTORY_SHOWS_VALUE) != 0)
        arguments.values[arguments.count++] = call->value;
    return arguments;
}

const char *
trio_history_result_word_(const struct trio_history_model *model,
                          const struct trio_history_operation *operation)
{
    unsigned flags = model->kinds[operation->call.kind].flags;

    if (operation->result == TRIO_HISTORY_UNKNOWN)
        return "unknown";
    if ((flags & TRIO_HISTORY_SHOWS_TRUTH) != 0)
        return operation->result != 0 ? "true" : "false";
    if ((flags & TRIO_HISTORY_SHOWS_RESULT) == 0)
        return "ok";
    return operation->result == TRIO_HISTORY_NONE ? "none" : NULL;
}

void trio_history_say_call_(const struct trio_history_model *model,
                            const struct trio_history_call *call, char *buffer,
                            size_t size)
{
    static const char *const formats[] = {"%.16s()", "%.16s(%lld)",
                                          "%.16s(%lld, %lld)",
                                          "%.16s(%lld, %lld, %lld)"};
    struct call_arguments arguments = trio_history_arguments_(model, call);

    snprintf(buffer, size, formats[arguments.count],
             model->kinds[call->kind].name, arguments.values[0],
             arguments.values[1], arguments.values[2]);
}

void trio_history_say_result_(const struct trio_history_model *model,
                              const struct trio_history_operation *operation,
                              char *buffer, size_t size)
{
    const char *word = trio_history_result_word_(model, operation);

    if (word != NULL)
        snprintf(buffer, size, "%s", word);
    else
        snprintf(buffer, size, "%lld", (long long)operation->result);
}

void trio_history_say_time_(trio_duration time, char *buffer, size_t size)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    for (; unit < 3 && time % 1000 == 0; unit++)
        time /= 1000;
    snprintf(buffer, size, "%lld%s", (long long)time, units[unit]);
}

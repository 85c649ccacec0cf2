// Every invocation and every response is an event and has the next number. Only
// these numbers say what came before what; times may be equal.
//
// What cannot be recorded leaves a gap, in which anything may have happened: a
// write that is missing would make a read of its value look wrong. So after the
// first one that is lost nothing is said of the history any more.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <string.h>

#include <trio/campaign.h>
#include <trio/probe.h>
#include <trio/run.h>

#include "sim/history/calls.h"
#include "sim/history/touch.h"
#include "sim/history/words.h"

enum { ROOM_AT_FIRST = 16 };

// A reading of the clock is a moment at which a schedule may let time pass: the
// history must not add such moments to the program that it watches.
static trio_time read_clock(void)
{
    const struct trio_mock_clock *clock = trio_sim_clock();

    if (clock != NULL)
        return clock->now;
    return trio_in_run() ? trio_now() : 0;
}

void trio_history_open(struct trio_history *history,
                       const struct trio_history_model *model,
                       struct trio_history_operation *operations,
                       size_t capacity, const struct trio_memory *memory)
{
    TRIO_ASSERT(model->state_size > 0);
    TRIO_ASSERT((model->equal == NULL) == (model->hash == NULL));
    TRIO_ASSERT(capacity <= TRIO_HISTORY_OPERATIONS_MAX);
    TRIO_ASSERT(operations == NULL || capacity > 0);
    *history = (struct trio_history){
        .model = model,
        .memory = memory != NULL ? memory : trio_run_memory(),
        .operations = operations,
        .room = operations != NULL ? capacity : 0,
        .capacity = capacity > 0 ? capacity : TRIO_HISTORY_OPERATIONS_MAX,
        .opened = read_clock(),
        .owned = operations == NULL};
}

static void release(struct trio_history *history)
{
    if (history->owned && history->operations != NULL)
        history->memory->release(history->memory->context, history->operations,
                                 history->room * sizeof(*history->operations));
}

void trio_history_close(struct trio_history *history)
{
    release(history);
    *history = (struct trio_history){.lost = TRIO_ECLOSED};
}

static trio_status grow(struct trio_history *history)
{
    size_t room = history->room > 0 ? 2 * history->room : ROOM_AT_FIRST;

    if (room > history->capacity)
        room = history->capacity;
    if (history->count == room)
        return TRIO_ENOBUFS;
    struct trio_history_operation *operations = history->memory->allocate(
        history->memory->context, room * sizeof(*operations));
    if (operations == NULL)
        return TRIO_ENOMEM;
    if (history->count > 0)
        memcpy(operations, history->operations,
               history->count * sizeof(*operations));
    release(history);
    history->operations = operations;
    history->room = room;
    return TRIO_OK;
}

static void note_invocation(const struct trio_history *history,
                            const struct trio_history_call *call)
{
    static const char *const formats[] = {
        "client %u: %s()", "client %u: %s(%lld)", "client %u: %s(%lld, %lld)",
        "client %u: %s(%lld, %lld, %lld)"};
    struct call_arguments arguments =
        trio_history_arguments_(history->model, call);

    trio_sim_note(formats[arguments.count], (unsigned)call->client,
                  history->model->kinds[call->kind].name, arguments.values[0],
                  arguments.values[1], arguments.values[2]);
}

static void note_response(const struct trio_history *history,
                          const struct trio_history_operation *operation)
{
    const char *name = history->model->kinds[operation->call.kind].name;
    const char *word = trio_history_result_word_(history->model, operation);
    unsigned client = operation->call.client;

    if (word != NULL)
        trio_sim_note("client %u: %s -> %s", client, name, word);
    else
        trio_sim_note("client %u: %s -> %lld", client, name,
                      (long long)operation->result);
}

// To other tasks an invocation is a reading, since two of them may change
// places, and a response is a writing.
size_t trio_history_invoke(struct trio_history *history,
                           struct trio_history_call call)
{
    const struct trio_history_model *model = history->model;

    trio_history_touch_(history, TRIO_ACCESS_READ);
    if (model == NULL)
        trio_misuse("a history was used after it was closed", history);
    if (call.kind < 0 || call.kind >= model->kind_count ||
        model->kinds[call.kind].name == NULL)
        trio_misuse("recorded an operation that the history's model does not "
                    "have",
                    history);
    if (history->lost == TRIO_OK && history->count == history->room)
        history->lost = history->owned ? grow(history) : TRIO_ENOBUFS;
    if (history->lost != TRIO_OK)
        return TRIO_HISTORY_LOST;
    note_invocation(history, &call);
    history->operations[history->count] = (struct trio_history_operation){
        .call = call,
        .result = TRIO_HISTORY_UNKNOWN,
        .invoked = read_clock() - history->opened,
        .responded = TRIO_FOREVER,
        .invocation = ++history->events,
        .response = NO_EVENT};
    return history->count++;
}

// Returns an operation that has neither a response nor failed; NULL if it was
// lost.
static struct trio_history_operation *find_pending(struct trio_history *history,
                                                   size_t id)
{
    if (id == TRIO_HISTORY_LOST)
        return NULL;
    if (id >= history->count)
        trio_misuse("there is no such operation in the history", history);
    if (history->operations[id].response != NO_EVENT ||
        history->operations[id].failed)
        trio_misuse("an operation of a history ended twice", history);
    return &history->operations[id];
}

void trio_history_respond(struct trio_history *history, size_t id,
                          int64_t result)
{
    trio_history_touch_(history, TRIO_ACCESS_WRITE);
    struct trio_history_operation *operation = find_pending(history, id);
    if (operation == NULL)
        return;
    operation->result = result;
    operation->responded = read_clock() - history->opened;
    operation->response = ++history->events;
    history->responses++;
    note_response(history, operation);
}

void trio_history_fail(struct trio_history *history, size_t id)
{
    trio_history_touch_(history, TRIO_ACCESS_WRITE);
    struct trio_history_operation *operation = find_pending(history, id);
    if (operation == NULL)
        return;
    operation->failed = true;
    history->failures++;
    trio_sim_note("client %u: %s failed", (unsigned)operation->call.client,
                  history->model->kinds[operation->call.kind].name);
}

const struct trio_history_operation *
trio_history_operation(const struct trio_history *history, size_t id)
{
    static const struct trio_history_operation lost = {
        .result = TRIO_HISTORY_UNKNOWN,
        .responded = TRIO_FOREVER,
        .response = NO_EVENT};

    if (id == TRIO_HISTORY_LOST)
        return &lost;
    if (id >= history->count)
        trio_misuse("there is no such operation in the history", history);
    return &history->operations[id];
}

struct trio_history_statistics
trio_history_statistics(const struct trio_history *history)
{
    trio_history_touch_(history, TRIO_ACCESS_READ);
    return (struct trio_history_statistics){
        .operations = history->count,
        .responded = history->responses,
        .failed = history->failures,
        .pending = history->count - history->responses - history->failures,
        .states = history->states};
}

// See histories.h. The slow checker shares nothing with the library's but what
// a step does: no keys apart, no memory of what was tried, no order of trying.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/histories.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

// ---- Text ----

static int kind_of(char letter)
{
    static const char letters[] = "rwcaedixh";
    const char *found = strchr(letters, letter);

    REQUIRE(found != NULL && letter != '\0');
    return (int)(found - letters);
}

static void play_invocation(struct trio_history *history, size_t *ids,
                            uint32_t client, char **text)
{
    struct trio_history_call call = {.client = client,
                                     .kind = kind_of(*(*text)++)};

    if (**text != ' ' && **text != '\0' && **text != '@')
        call.value = strtoll(*text, text, 10);
    if (**text == ',') {
        call.expected = call.value;
        call.value = strtoll(*text + 1, text, 10);
    }
    if (**text == '@')
        call.key = strtoll(*text + 1, text, 10);
    ids[client] = trio_history_invoke(history, call);
}

static int64_t parse_result(char **text)
{
    if (**text == '?') {
        ++*text;
        return TRIO_HISTORY_UNKNOWN;
    }
    if (strncmp(*text, "none", 4) == 0) {
        *text += 4;
        return TRIO_HISTORY_NONE;
    }
    return strtoll(*text, text, 10);
}

void history_play(struct trio_history *history, const char *events)
{
    size_t ids[HISTORY_CLIENTS] = {0};
    char *text = (char *)(uintptr_t)events;

    while (*text != '\0') {
        uint32_t client = (uint32_t)strtoul(text, &text, 10);
        REQUIRE(client < HISTORY_CLIENTS);
        switch (*text++) {
        case '+':
            play_invocation(history, ids, client, &text);
            break;
        case '=':
            trio_history_respond(history, ids[client], parse_result(&text));
            break;
        case '.':
            trio_history_respond(history, ids[client], 0);
            break;
        case '!':
            trio_history_fail(history, ids[client]);
            break;
        default:
            REQUIRE(false);
        }
        while (*text == ' ')
            text++;
    }
}

trio_status history_judge(const struct trio_history_model *model,
                          const char *events, char *buffer, size_t size)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;

    trio_history_open(&history, model, NULL, 0, &config.memory);
    history_play(&history, events);
    trio_status rc = trio_history_check(&history, buffer, size);
    trio_history_close(&history);
    return rc;
}

// ---- The slow checker ----

enum { KEYS = 3, OPERATIONS_MAX = 16, STATE_MAX = 256 };

struct brute {
    const struct trio_history *history;
    uint32_t end;
    bool used[OPERATIONS_MAX];
};

struct brute_states {
    int64_t of_key[KEYS][STATE_MAX / sizeof(int64_t)];
};

static size_t count_of(const struct brute *brute)
{
    return trio_history_statistics(brute->history).operations;
}

static const struct trio_history_operation *at(const struct brute *brute,
                                               size_t id)
{
    return trio_history_operation(brute->history, id);
}

static bool is_there(const struct brute *brute, size_t id)
{
    return !at(brute, id)->failed && at(brute, id)->invocation <= brute->end;
}

static bool is_answered(const struct brute *brute, size_t id)
{
    return at(brute, id)->response <= brute->end;
}

// Whether no other that is left was answered before it was invoked.
static bool may_come(const struct brute *brute, size_t id)
{
    for (size_t i = 0; i < count_of(brute); i++)
        if (!brute->used[i] && is_there(brute, i) && is_answered(brute, i) &&
            at(brute, i)->response < at(brute, id)->invocation)
            return false;
    return is_there(brute, id) && !brute->used[id];
}

static bool is_done(const struct brute *brute)
{
    for (size_t i = 0; i < count_of(brute); i++)
        if (!brute->used[i] && is_there(brute, i) && is_answered(brute, i))
            return false;
    return true;
}

static bool try_all(struct brute *brute, const struct brute_states *states)
{
    if (is_done(brute))
        return true;
    for (size_t i = 0; i < count_of(brute); i++) {
        if (!may_come(brute, i))
            continue;
        struct trio_history_operation operation = *at(brute, i);
        struct brute_states next = *states;
        if (!is_answered(brute, i))
            operation.result = TRIO_HISTORY_UNKNOWN;
        brute->used[i] = true;
        bool found = brute->history->model->step(
                         next.of_key[operation.call.key], &operation) &&
                     try_all(brute, &next);
        brute->used[i] = false;
        if (found)
            return true;
    }
    return false;
}

bool history_is_linearizable(const struct trio_history *history, uint32_t end)
{
    struct brute brute = {.history = history, .end = end};
    struct brute_states states = {0};

    REQUIRE(count_of(&brute) <= OPERATIONS_MAX);
    for (int key = 0; key < KEYS; key++)
        if (history->model->init != NULL)
            history->model->init(states.of_key[key]);
    return try_all(&brute, &states);
}

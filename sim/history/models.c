// Registers, counters, sets and maps. Each is an object as it would be if
// nothing ever overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#define SHOWS(what) TRIO_HISTORY_SHOWS_##what

enum { KIND_COUNT = TRIO_HISTORY_CONTAINS + 1 };

// ---- Register and map: of each key, a value or NONE ----

static void init_register(void *state)
{
    *(int64_t *)state = TRIO_HISTORY_NONE;
}

static bool compare_and_set(int64_t *value,
                            const struct trio_history_operation *operation)
{
    bool equal = *value == operation->call.expected;

    if (equal)
        *value = operation->call.value;
    return trio_history_returns(operation, equal);
}

static bool step_register(void *state,
                          const struct trio_history_operation *operation)
{
    int64_t *value = state;
    bool was_there = *value != TRIO_HISTORY_NONE;

    switch (operation->call.kind) {
    case TRIO_HISTORY_WRITE:
        *value = operation->call.value;
        return true;
    case TRIO_HISTORY_COMPARE_AND_SET:
        return compare_and_set(value, operation);
    case TRIO_HISTORY_REMOVE:
        *value = TRIO_HISTORY_NONE;
        return trio_history_returns(operation, was_there);
    default:
        return trio_history_returns(operation, *value);
    }
}

static const struct trio_history_signature register_kinds[] = {
    [TRIO_HISTORY_READ] = {"read", SHOWS(RESULT) | TRIO_HISTORY_READS},
    [TRIO_HISTORY_WRITE] = {"write", SHOWS(VALUE)},
    [TRIO_HISTORY_COMPARE_AND_SET] = {"compare_and_set", SHOWS(EXPECTED) |
                                                             SHOWS(VALUE) |
                                                             SHOWS(TRUTH)},
    [TRIO_HISTORY_CONTAINS] = {NULL, 0}};

const struct trio_history_model trio_history_register = {
    .name = "register",
    .kinds = register_kinds,
    .kind_count = KIND_COUNT,
    .by_key = true,
    .state_size = sizeof(int64_t),
    .init = init_register,
    .step = step_register};

static const struct trio_history_signature map_kinds[] = {
    [TRIO_HISTORY_READ] = {"read",
                           SHOWS(KEY) | SHOWS(RESULT) | TRIO_HISTORY_READS},
    [TRIO_HISTORY_WRITE] = {"write", SHOWS(KEY) | SHOWS(VALUE)},
    [TRIO_HISTORY_COMPARE_AND_SET] = {"compare_and_set",
                                      SHOWS(KEY) | SHOWS(EXPECTED) |
                                          SHOWS(VALUE) | SHOWS(TRUTH)},
    [TRIO_HISTORY_REMOVE] = {"remove", SHOWS(KEY) | SHOWS(TRUTH)},
    [TRIO_HISTORY_CONTAINS] = {NULL, 0}};

const struct trio_history_model trio_history_map = {.name = "map",
                                                    .kinds = map_kinds,
                                                    .kind_count = KIND_COUNT,
                                                    .by_key = true,
                                                    .state_size =
                                                        sizeof(int64_t),
                                                    .init = init_register,
                                                    .step = step_register};

// ---- Counter ----

static bool step_counter(void *state,
                         const struct trio_history_operation *operation)
{
    uint64_t *sum = state; // Unsigned, so that it wraps around.

    if (operation->call.kind == TRIO_HISTORY_ADD)
        *sum += (uint64_t)operation->call.value;
    return trio_history_returns(operation, (int64_t)*sum);
}

static const struct trio_history_signature counter_kinds[] = {
    [TRIO_HISTORY_READ] = {"read", SHOWS(RESULT) | TRIO_HISTORY_READS},
    [TRIO_HISTORY_ADD] = {"add", SHOWS(VALUE) | SHOWS(RESULT)},
    [TRIO_HISTORY_CONTAINS] = {NULL, 0}};

const struct trio_history_model trio_history_counter = {
    .name = "counter",
    .kinds = counter_kinds,
    .kind_count = KIND_COUNT,
    .by_key = true,
    .state_size = sizeof(uint64_t),
    .step = step_counter};

// ---- Set: of each element, whether it is there ----

static bool step_set(void *state,
                     const struct trio_history_operation *operation)
{
    bool *there = state;
    bool before = *there;

    if (operation->call.kind == TRIO_HISTORY_INSERT) {
        *there = true;
        return trio_history_returns(operation, !before);
    }
    if (operation->call.kind == TRIO_HISTORY_REMOVE)
        *there = false;
    return trio_history_returns(operation, before);
}

static const struct trio_history_signature set_kinds[] = {
    [TRIO_HISTORY_INSERT] = {"insert", SHOWS(KEY) | SHOWS(TRUTH)},
    [TRIO_HISTORY_REMOVE] = {"remove", SHOWS(KEY) | SHOWS(TRUTH)},
    [TRIO_HISTORY_CONTAINS] = {"contains",
                               SHOWS(KEY) | SHOWS(TRUTH) | TRIO_HISTORY_READS}};

const struct trio_history_model trio_history_set = {.name = "set",
                                                    .kinds = set_kinds,
                                                    .kind_count = KIND_COUNT,
                                                    .by_key = true,
                                                    .state_size = sizeof(bool),
                                                    .step = step_set};

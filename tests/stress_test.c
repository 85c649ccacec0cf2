// Random programs in random order, with memory that fails, on a clock that
// jumps and on one that moves by itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/random_program.h"

// Time between two looks at a clock that moves.
#define TICK TRIO_US

struct stress {
    struct random_program program;
    struct failing_memory memory;
    int notes[32]; // By kind.
    trio_time now;
};

static struct stress stress;

static bool count_note(void *context, const struct trio_note *note)
{
    (void)context;
    stress.notes[note->kind]++;
    if (note->kind == TRIO_NOTE_SCOPE_CANCEL &&
        note->first == TRIO_CANCEL_DEADLOCK)
        model_deadlocked = true;
    return true;
}

// A clock that every look at it moves on: time passes, yet nothing depends on
// the machine, and the loop is the one of production.
static trio_time tick(void *context)
{
    (void)context;
    return stress.now += TICK;
}

static trio_duration until(void *context, trio_time deadline)
{
    (void)context;
    if (deadline == TRIO_FOREVER)
        return TRIO_FOREVER;
    return deadline <= stress.now ? 0 : 1;
}

// S37 S40 S52
static void check_counts(void)
{
    const int *notes = stress.notes;

    CHECK_EQ(notes[TRIO_NOTE_TASK_SPAWN], notes[TRIO_NOTE_TASK_EXIT]);
    CHECK_EQ(notes[TRIO_NOTE_STEP_BEGIN], notes[TRIO_NOTE_STEP_END]);
    CHECK_EQ(notes[TRIO_NOTE_SCOPE_OPEN], notes[TRIO_NOTE_SCOPE_CLOSE]);
    CHECK_EQ(notes[TRIO_NOTE_PARK], notes[TRIO_NOTE_WAKE]);
    CHECK_EQ(stress.memory.blocks, 0);
    CHECK_EQ(stress.memory.stacks, 0);
    CHECK_EQ(stress.memory.reserved, 0);
}

enum setting { WATCHED, CLOCK_MOVES, ALONE };

static void run_program(uint64_t number, enum setting setting)
{
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config =
        trio_config_simulated(&simulation, &base, check_seed());
    struct trio_error *error = NULL;

    stress = (struct stress){.now = 0};
    random_program_begin(&stress.program, number, &stress.memory,
                         setting == ALONE);
    if (setting == CLOCK_MOVES)
        config.clock = (struct trio_clock){.now = tick, .until = until};
    if (setting == ALONE || random_program_draw(2) == 0)
        config.observer.note = count_note;
    failing_memory_open(&stress.memory, &config);
    if (random_program_draw(4) == 0)
        stress.memory.fail_at = random_program_draw(40) + 1;
    stress.memory.persistent = random_program_draw(2) == 0;
    config.ret_error = &error;
    trio_status rc = trio_run_with(&config, random_program_run, NULL);
    random_program_end(&stress.program, rc);
    CHECK(model_holds_for_tree(error));
    trio_error_free(error);
    check_counts();
}

// S1 S2 S4 S15 S16 S18 S19 S20 S22 S23 S25 S26 S27 S31 S35 S36 S37 S38 S40 S41
TEST_SEEDED(stress, random_programs_do_what_the_rules_say)
{
    for (uint64_t i = 0; i < 20; i++)
        run_program(check_seed() * 1000 + i, WATCHED);
}

// S1 S2 S15 S19 S22 S23 S38 S40 S41
TEST_SEEDED(stress, so_do_they_on_a_clock_that_moves)
{
    for (uint64_t i = 0; i < 10; i++)
        run_program(check_seed() * 1000 + i, CLOCK_MOVES);
}

// S10 S19 S22 S23
TEST_SEEDED(stress, so_do_they_where_nobody_wakes_those_who_wait)
{
    for (uint64_t i = 0; i < 10; i++)
        run_program(check_seed() * 1000 + i, ALONE);
}

// The mock clock: time that tests move.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CLOCK_H
#define TRIO_CLOCK_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/time.h>

// A `trio_mock_clock` stands still at 0 until it is told otherwise. The runs of
// trio_test_manual are on one; those of trio_test and of scenarios have a clock
// that jumps by itself and starts at a large time.
//
//     struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
//     struct trio_config config = trio_config_platform();
//
//     config.clock = trio_clock_mock(&mock); // the real world, virtual time
//     mock.autojump = true;
//     rc = trio_run_with(&config, program, NULL);
//
// The caller owns the storage; it must outlive the run.
struct trio_mock_clock {
    trio_time now; // Virtual time when it was last set.

    // Whether the clock jumps to the next deadline as soon as all tasks wait.
    bool autojump;

    // How long autojump leaves a world in which something is awaited, in
    // nanoseconds of real time.
    trio_duration jump_threshold;

    trio_duration rate_permille; // Private. Virtual ns per 1000 real ns.
    struct trio_clock base;      // Private. The real clock, for a rate.
    trio_time base_then;         // Private. The real clock when it was set.
};

#define TRIO_MOCK_CLOCK_INIT                                                  \
    {                                                                         \
        0, false, 10 * TRIO_MS, 0,                                            \
            {NULL, NULL, NULL, 0, NULL, NULL, NULL, 0, NULL, NULL}, 0         \
    }

TRIO_BEGIN_DECLS

// Makes the clock of a run out of `mock`.
//
// Checkpoint: never.
struct trio_clock trio_clock_mock(struct trio_mock_clock *mock);

// Moves the clock `step` nanoseconds ahead. Deadlines that are passed by that
// expire in the next pass, all seeing the same now.
//
//     trio_mock_clock_jump(mock, 5 * TRIO_SECOND);
//
// Checkpoint: never.
void trio_mock_clock_jump(struct trio_mock_clock *mock, trio_duration step);

// Has the clock advance by itself, `permille` thousandths as fast as `base`, a
// real clock; 0 stops it.
//
//     struct trio_config config = trio_config_platform();
//     struct trio_mock_clock fast = TRIO_MOCK_CLOCK_INIT;
//
//     trio_mock_clock_set_rate(&fast, config.clock, 10 * 1000);
//     config.clock = trio_clock_mock(&fast); // ten times as fast
//
// Checkpoint: never.
void trio_mock_clock_set_rate(struct trio_mock_clock *mock,
                              struct trio_clock base, int64_t permille);

TRIO_END_DECLS

#endif // TRIO_CLOCK_H

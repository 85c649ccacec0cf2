// The mock clock: frozen, jumping, running at a rate, jumping by itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/clock.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

static trio_time read_clock(const struct trio_clock *clock)
{
    return clock->now(clock->context);
}

// S42
TEST_PLAIN(clock, stands_still_at_0)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_clock clock = trio_clock_mock(&mock);

    CHECK_EQ(read_clock(&clock), 0);
    CHECK_EQ(read_clock(&clock), 0);
    CHECK_EQ(clock.until(clock.context, 1), TRIO_FOREVER);
    CHECK_EQ(clock.until(clock.context, 0), 0);
    CHECK(!clock.can_jump(clock.context));
    CHECK(!clock.jump(clock.context, 5));
    CHECK_EQ(read_clock(&clock), 0);
}

// S42
TEST_PLAIN(clock, jumps_ahead_and_never_back)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_clock clock = trio_clock_mock(&mock);

    trio_mock_clock_jump(&mock, 5 * TRIO_SECOND);
    CHECK_EQ(read_clock(&clock), 5 * TRIO_SECOND);
    trio_mock_clock_jump(&mock, -TRIO_SECOND);
    CHECK_EQ(read_clock(&clock), 5 * TRIO_SECOND);
    mock.autojump = true;
    CHECK(clock.can_jump(clock.context));
    CHECK(clock.jump(clock.context, TRIO_SECOND));
    CHECK_EQ(read_clock(&clock), 5 * TRIO_SECOND);
    CHECK(clock.jump(clock.context, TRIO_MINUTE));
    CHECK_EQ(read_clock(&clock), TRIO_MINUTE);
    CHECK(!clock.jump(clock.context, TRIO_FOREVER));
    trio_mock_clock_jump(&mock, TRIO_FOREVER);
    CHECK_EQ(read_clock(&clock), TRIO_FOREVER);
}

// Another mock clock stands in for the real one.
struct rated {
    struct trio_mock_clock real;
    struct trio_mock_clock mock;
    struct trio_clock clock;
};

static void open_rated(struct rated *rated, int64_t permille)
{
    rated->real = (struct trio_mock_clock)TRIO_MOCK_CLOCK_INIT;
    rated->real.now = 77 * TRIO_HOUR;
    rated->mock = (struct trio_mock_clock)TRIO_MOCK_CLOCK_INIT;
    trio_mock_clock_set_rate(&rated->mock, trio_clock_mock(&rated->real),
                             permille);
    rated->clock = trio_clock_mock(&rated->mock);
}

// S42
TEST_PLAIN(clock, runs_at_a_rate)
{
    struct rated rated;

    open_rated(&rated, 2500);
    CHECK_EQ(read_clock(&rated.clock), 0);
    trio_mock_clock_jump(&rated.real, 4 * TRIO_SECOND);
    CHECK_EQ(read_clock(&rated.clock), 10 * TRIO_SECOND);
    trio_mock_clock_jump(&rated.real, 1);
    CHECK_EQ(read_clock(&rated.clock), 10 * TRIO_SECOND + 2);
}

// S42
TEST_PLAIN(clock, a_changed_rate_counts_from_then)
{
    struct rated rated;
    struct trio_clock real;

    open_rated(&rated, 1000);
    real = trio_clock_mock(&rated.real);
    trio_mock_clock_jump(&rated.real, TRIO_SECOND);
    trio_mock_clock_set_rate(&rated.mock, real, 500);
    trio_mock_clock_jump(&rated.real, 2 * TRIO_SECOND);
    CHECK_EQ(read_clock(&rated.clock), 2 * TRIO_SECOND);
    trio_mock_clock_jump(&rated.mock, TRIO_MINUTE);
    CHECK_EQ(read_clock(&rated.clock), TRIO_MINUTE + 2 * TRIO_SECOND);
    trio_mock_clock_set_rate(&rated.mock, real, 0);
    trio_mock_clock_jump(&rated.real, TRIO_HOUR);
    CHECK_EQ(read_clock(&rated.clock), TRIO_MINUTE + 2 * TRIO_SECOND);
}

// S42
TEST_PLAIN(clock, says_how_long_to_wait_in_real_time)
{
    struct rated rated;

    open_rated(&rated, 2000);
    trio_duration wait = rated.clock.until(rated.clock.context, TRIO_SECOND);
    CHECK(wait >= TRIO_SECOND / 2);
    CHECK(wait <= TRIO_SECOND / 2 + 1);
    // After that wait the deadline has come, for every rate.
    for (int64_t permille = 1; permille < 3000; permille += 7) {
        open_rated(&rated, permille);
        wait = rated.clock.until(rated.clock.context, 1234567);
        trio_mock_clock_jump(&rated.real, wait);
        CHECK(read_clock(&rated.clock) >= 1234567);
    }
    CHECK_EQ(rated.clock.until(rated.clock.context, TRIO_FOREVER),
             TRIO_FOREVER);
}

// S42
TEST_PLAIN(clock, a_rate_does_not_overflow)
{
    struct rated rated;

    open_rated(&rated, 1000 * 1000);
    trio_mock_clock_jump(&rated.real, 1000000 * TRIO_HOUR);
    CHECK_EQ(read_clock(&rated.clock), TRIO_FOREVER);
    open_rated(&rated, 1);
    CHECK_EQ(rated.clock.until(rated.clock.context, TRIO_FOREVER - 1),
             TRIO_FOREVER);
}

struct seen {
    trio_time now[2];
    struct trio_nursery *nursery;
};

static TRIO_CHECKPOINT trio_status sleep_one(void *arg)
{
    struct seen *seen = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    seen->now[0] = trio_now();
    return rc;
}

static TRIO_CHECKPOINT trio_status sleep_two(void *arg)
{
    struct seen *seen = arg;
    trio_status rc = trio_sleep(2 * TRIO_SECOND);

    seen->now[1] = trio_now();
    return rc;
}

// S42
TEST(clock, what_a_jump_passes_expires_in_the_next_pass_at_one_now)
{
    struct trio_nursery nursery;
    struct seen seen = {{0, 0}, &nursery};
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_one, &seen));
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_two, &seen));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_mock_clock_jump(check_clock(), TRIO_HOUR);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(seen.now[0], begun + TRIO_HOUR);
    CHECK_EQ(seen.now[1], begun + TRIO_HOUR);
}

// ---- S42: the simulated clock ----

static trio_status read_now(void *arg)
{
    *(trio_time *)arg = trio_now();
    return TRIO_OK;
}

// S42
TEST_PLAIN(clock, a_simulation_starts_at_a_large_time_of_its_seed)
{
    trio_time first = 0, again = 0;
    size_t alike = 0;

    for (uint64_t seed = 0; seed < 50; seed++) {
        trio_time before = first;

        CHECK_OK(trio_test_seeded(seed, read_now, &first));
        CHECK_OK(trio_test_seeded(seed, read_now, &again));
        CHECK_EQ(first, again);
        CHECK(first >= 1000 * TRIO_HOUR);
        alike += first == before;
    }
    CHECK(alike <= 2);
}

// ---- S43: autojump ----

// S43
TEST(clock, when_all_wait_it_jumps_to_the_next_deadline)
{
    struct log log = {0};
    struct worker late = {.delay = 1000 * TRIO_HOUR, .log = &log, .name = 'b'};
    struct worker soon = {.delay = 1, .log = &log, .name = 'a'};
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &late));
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &soon));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "ab");
    CHECK_EQ(soon.ended, begun + 1);
    CHECK_EQ(late.ended, begun + 1000 * TRIO_HOUR);
}

// S43
TEST(clock, while_a_task_can_run_it_stands_still)
{
    struct worker worker = {.delay = 1};
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    for (int i = 0; i < 200; i++) {
        CHECK_OK(trio_checkpoint());
        CHECK_EQ(trio_now(), begun);
    }
    CHECK_EQ(worker.ended, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status sleep_a_day(void *arg)
{
    trio_time begun = trio_now();
    trio_status rc = trio_sleep(24 * TRIO_HOUR);

    CHECK_EQ(trio_now(), begun + 24 * TRIO_HOUR);
    *(bool *)arg = true;
    return rc;
}

// The mock clock over the real kernel: a day passes at once.
// S43
TEST_PLAIN(clock, jumps_also_in_the_real_world)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();
    bool done = false;

    mock.autojump = true;
    config.clock = trio_clock_mock(&mock);
    CHECK_OK(trio_run_with(&config, sleep_a_day, &done));
    CHECK(done);
    CHECK_EQ(mock.now, 24 * TRIO_HOUR);
}

static TRIO_CHECKPOINT trio_status sleep_a_second(void *arg)
{
    trio_time begun = trio_now();
    trio_status rc = trio_sleep(TRIO_SECOND);

    CHECK(trio_now() >= begun + TRIO_SECOND);
    *(bool *)arg = true;
    return rc;
}

// S42
TEST_PLAIN(clock, runs_at_a_rate_of_the_real_clock)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();
    bool done = false;

    trio_mock_clock_set_rate(&mock, config.clock, 1000 * 1000);
    config.clock = trio_clock_mock(&mock);
    CHECK_OK(trio_run_with(&config, sleep_a_second, &done)); // 1 ms
    CHECK(done);
}

// A world in which something is awaited, and that counts how often the loop
// left it time.
struct patient_world {
    struct trio_io io;
    int waits;
};

static struct patient_world patient;

static bool may_wake(void *context)
{
    (void)context;
    return true;
}

static void count_wait(void *context, trio_duration limit)
{
    (void)context;
    patient.waits += limit > 0;
}

static TRIO_CHECKPOINT trio_status sleep_ten_times(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 10 && rc == TRIO_OK; i++)
        rc = trio_sleep(TRIO_SECOND);
    return rc;
}

// S43
TEST_PLAIN(clock, leaves_the_world_time_before_a_jump_and_not_after_it)
{
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, 0);

    patient = (struct patient_world){.io = *config.world.io};
    patient.io.can_wake = may_wake;
    patient.io.poll = count_wait;
    config.world.io = &patient.io;
    config.clock.jump_threshold = TRIO_MS;
    CHECK_OK(trio_run_with(&config, sleep_ten_times, NULL));
    CHECK_EQ(patient.waits, 10);
}

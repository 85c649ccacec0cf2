// Every initialiser, for static objects and for others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/clock.h>
#include <trio/testing.h>
#include <trio/trio.h>

struct globals {
    struct trio_parking_lot lot;
    struct trio_server server;
    struct trio_mock_clock clock;
    struct trio_entry entry;
    struct trio_event event;
    struct trio_lock lock;
    struct trio_condition condition;
    struct trio_semaphore semaphore;
    struct trio_capacity_limiter limiter;
};

void on_entry(struct trio_entry *entry);
void use(struct globals *globals);
void use_locals(void);

struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
struct trio_server server = TRIO_SERVER_INIT;
struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
struct trio_entry entry = TRIO_ENTRY_INIT(on_entry);
struct trio_event event = TRIO_EVENT_INIT;
struct trio_lock lock = TRIO_LOCK_INIT;
struct trio_condition condition = TRIO_CONDITION_INIT;
struct trio_condition shared = TRIO_CONDITION_INIT_WITH(&lock);
struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT(4);
struct trio_semaphore limited = TRIO_SEMAPHORE_INIT_MAX(0, 4);
struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(SIZE_MAX);

void use_locals(void)
{
    struct globals locals = {TRIO_PARKING_LOT_INIT,
                             TRIO_SERVER_INIT,
                             TRIO_MOCK_CLOCK_INIT,
                             TRIO_ENTRY_INIT(on_entry),
                             TRIO_EVENT_INIT,
                             TRIO_LOCK_INIT,
                             TRIO_CONDITION_INIT,
                             TRIO_SEMAPHORE_INIT(1),
                             TRIO_CAPACITY_LIMITER_INIT(1)};
    use(&locals);
}

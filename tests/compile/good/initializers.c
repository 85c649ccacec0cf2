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
};

void on_entry(struct trio_entry *entry);
void use(struct globals *globals);
void use_locals(void);

struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
struct trio_server server = TRIO_SERVER_INIT;
struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
struct trio_entry entry = TRIO_ENTRY_INIT(on_entry);

void use_locals(void)
{
    struct globals locals = {TRIO_PARKING_LOT_INIT, TRIO_SERVER_INIT,
                             TRIO_MOCK_CLOCK_INIT, TRIO_ENTRY_INIT(on_entry)};
    use(&locals);
}

// The headers from C++17: a result by reference, a limit on the whole.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <array>
#include <iostream>
#include <string>

#include <trio/trio.h>

namespace
{

struct Greeting {
    std::string name;
    std::string text;
};

// No exception may leave a task: its status is all that its nursery sees.
TRIO_CHECKPOINT trio_status greet(void *arg)
{
    auto *greeting = static_cast<Greeting *>(arg);
    trio_status rc = trio_sleep(100 * TRIO_MS);
    if (rc == TRIO_OK)
        greeting->text = "hello, " + greeting->name;
    return rc;
}

TRIO_CHECKPOINT trio_status program(void *)
{
    // The elements outlive the nursery, so tasks may be given their addresses.
    std::array<Greeting, 2> greetings{{{"Ada", ""}, {"Grace", ""}}};
    trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (auto &greeting : greetings) {
        if (rc == TRIO_OK)
            rc = trio_nursery_start_soon(&nursery, greet, &greeting);
    }
    rc = trio_nursery_close(&nursery, rc);
    if (rc != TRIO_OK)
        return rc;
    for (const auto &greeting : greetings)
        std::cout << greeting.text << "\n";
    return TRIO_OK;
}

} // namespace

int main()
{
    return trio_exit_code(trio_run(program, nullptr));
}

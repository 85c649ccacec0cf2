// Scenarios register themselves, with what differs from zero.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>

#include "tests/check.h"

TRIO_SCENARIO(the_first)
{
    (void)arg;
    return trio_checkpoint();
}

TRIO_SCENARIO(the_second, .order = TRIO_SIM_SOFT, .steps_max = 1000,
              .witness = "main")
{
    (void)arg;
    return TRIO_EBUSY;
}

static const struct trio_scenario *named(const char *name)
{
    const struct trio_scenario *scenario = trio_scenario_first();

    while (scenario != NULL && strcmp(scenario->name, name) != 0)
        scenario = scenario->next;
    return scenario;
}

TEST_PLAIN(scenario, registers_itself_where_it_is_defined)
{
    const struct trio_scenario *first = named("the_first");
    const struct trio_scenario *second = named("the_second");

    REQUIRE(first != NULL && second != NULL);
    CHECK(first != second);
    CHECK(named("the_third") == NULL);
}

TEST_PLAIN(scenario, members_that_differ_from_zero_follow_the_name)
{
    const struct trio_scenario *first = named("the_first");
    const struct trio_scenario *second = named("the_second");

    REQUIRE(first != NULL && second != NULL);
    CHECK_EQ(first->order, TRIO_SIM_PASS);
    CHECK(first->witness == NULL);
    CHECK_EQ(first->steps_max, 0);
    CHECK_EQ(second->order, TRIO_SIM_SOFT);
    CHECK_STRING(second->witness, "main");
    CHECK_EQ(second->steps_max, 1000);
}

TEST_PLAIN(scenario, those_that_are_made_at_run_time_come_last_in_order)
{
    static struct trio_scenario later = {.name = "later"};
    static struct trio_scenario last = {.name = "last"};

    later.fn = last.fn = named("the_first")->fn;
    trio_scenario_register(&later);
    trio_scenario_register(&last);
    CHECK(named("later") == &later);
    CHECK(later.next == &last);
    CHECK(last.next == NULL);
}

TEST(scenario, is_an_ordinary_main_task)
{
    CHECK_OK(named("the_first")->fn(NULL));
    CHECK_STATUS(named("the_second")->fn(NULL), TRIO_EBUSY);
}

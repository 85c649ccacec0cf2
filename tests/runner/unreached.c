// A program in which one place that should sometimes be reached never is.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/trio.h>

static bool nothing_is_like_this;

TRIO_SCENARIO(goes_by)
{
    (void)arg;
    if (nothing_is_like_this)
        TRIO_SIM_SOMETIMES(true, "the rare case");
    TRIO_SIM_SOMETIMES(true, "the usual case");
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

// A name need not be one that C would take.
__attribute__((constructor)) static void add_odd_one(void)
{
    static struct trio_scenario odd = {
        .name = "<odd> & \"so\" \001 \303\266 \377\303", .fn = do_nothing};

    trio_scenario_register(&odd);
}

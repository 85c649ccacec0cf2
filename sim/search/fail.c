// What a test framework's failed check means to a run. A check cannot know that
// a run was cancelled on purpose: it finds a status that it did not expect. If
// that is the injected one, the run has ended as it should; all other checks
// count, injection or not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "sim/kernel/kernel.h"

void trio_sim_fail(const char *text, bool excused)
{
    struct kernel *kernel = trio_sim_current_();

    if (kernel == NULL)
        return;
    if (excused && trio_sim_injected_(kernel))
        trio_sim_give_up_(kernel);
    trio_sim_fail_(kernel, FAILURE_CHECK, text);
}

bool trio_sim_is_injected(void)
{
    const struct kernel *kernel = trio_sim_current_();

    return kernel != NULL && trio_sim_injected_(kernel);
}

struct trio_mock_clock *trio_sim_clock(void)
{
    struct kernel *kernel = trio_sim_current_();

    return kernel == NULL ? NULL : trio_sim_clock_(kernel);
}

bool trio_sim_is_fifo(void)
{
    const struct kernel *kernel = trio_sim_current_();

    return kernel == NULL || trio_sim_is_first_in_line_(kernel);
}

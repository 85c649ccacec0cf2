// Runs of which each has a twin, and what their difference is blamed on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TWINS_H
#define TESTS_TWINS_H

#include <trio/campaign.h>

// Runs `fn` under so many schedules, each twice.
struct trio_campaign_result run_twins(trio_task_fn fn, uint64_t runs);

// Checks that they differ, and because of `what`.
bool depends_on(const struct trio_campaign_result *result, const char *what);

#endif // TESTS_TWINS_H

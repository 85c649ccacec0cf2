// The most similar run that passes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SIMILAR_H
#define TRIO_SIM_RUNNER_SIMILAR_H

#include <stdio.h>

#include <trio/campaign.h>

// Looks among the runs with one deviation less than the one that was last, a
// replay of `token` with a `failure`, for one that passes, and writes where the
// two part. Writes nothing if there is none. After that, another run was last.
void trio_runner_similar_(FILE *out, struct trio_campaign *campaign,
                          const struct trio_scenario *scenario,
                          const char *token, const char *failure);

#endif // TRIO_SIM_RUNNER_SIMILAR_H

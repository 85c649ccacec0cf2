// Tokens that no scenario could be asked to replay.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CORPUS_CHECK_H
#define TRIO_SIM_RUNNER_CORPUS_CHECK_H

#include <stddef.h>

#include "sim/runner/record.h"

// Warns of whatever the corpus at `path` has that is of no scenario of this
// program: what is no token, or one of another scenario than its file; a file
// in a folder whose name is no scenario's. Returns how many warnings.
size_t trio_runner_corpus_check_(const char *path,
                                 const struct listener *listener);

#endif // TRIO_SIM_RUNNER_CORPUS_CHECK_H

// Tokens of failures past, where they are kept.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CORPUS_FILE_H
#define TRIO_SIM_RUNNER_CORPUS_FILE_H

#include <stdbool.h>
#include <stddef.h>

// Reads the tokens that are kept for a scenario below `path`: if that is a
// folder, its file `<scenario>.token`, else all of the file. Returns a text to
// be freed; NULL: nothing is kept. sim/search/corpus.h reads it.
char *trio_runner_corpus_read_(const char *path, const char *scenario,
                               size_t *ret_length);

// Whether there is a corpus at `path` at all.
bool trio_runner_corpus_exists_(const char *path);

#endif // TRIO_SIM_RUNNER_CORPUS_FILE_H

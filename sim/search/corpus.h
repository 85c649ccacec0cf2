// A corpus: tokens of failures past, to be replayed first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_CORPUS_H
#define TRIO_SIM_SEARCH_CORPUS_H

#include <trio/campaign.h>

// A text that is read line by line: one token each, blanks around it do not
// count, nor what follows a '#', nor lines without a token. `at` and `left` are
// the text; the rest starts as zero.
//
//     struct corpus corpus = {.at = text, .left = length};
//     while (trio_sim_corpus_next_(&corpus))
//         replay(corpus.token, corpus.line);
struct corpus {
    const char *at;
    size_t left;
    size_t line; // Of the token, from 1 on.
    char token[TRIO_SIM_TOKEN_MAX];
};

// Goes to the next token; returns false if there is none. What cannot be one
// comes as an empty token, so that it is not passed over in silence.
bool trio_sim_corpus_next_(struct corpus *corpus);

#endif // TRIO_SIM_SEARCH_CORPUS_H

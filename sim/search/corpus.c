// Every line that is not empty is a token or is said not to be one: a corpus
// that was damaged must not pass for one that has less in it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/corpus.h"

#include <string.h>

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

// Returns how much of `length` letters comes before `end`.
static size_t length_before(const char *text, size_t length, char end)
{
    const char *found = length > 0 ? memchr(text, end, length) : NULL;

    return found == NULL ? length : (size_t)(found - text);
}

// Takes a line from the text.
static const char *take_line(struct corpus *corpus, size_t *ret_length)
{
    const char *line = corpus->at;
    size_t length = length_before(line, corpus->left, '\n');
    size_t taken = length < corpus->left ? length + 1 : length;

    corpus->at += taken;
    corpus->left -= taken;
    corpus->line++;
    *ret_length = length;
    return line;
}

bool trio_sim_corpus_next_(struct corpus *corpus)
{
    while (corpus->left > 0) {
        size_t length;
        const char *line = take_line(corpus, &length);

        length = length_before(line, length, '#');
        for (; length > 0 && is_blank(line[0]); length--)
            line++;
        while (length > 0 && is_blank(line[length - 1]))
            length--;
        if (length == 0)
            continue;
        if (length >= sizeof(corpus->token))
            length = 0;
        memcpy(corpus->token, line, length);
        corpus->token[length] = '\0';
        if (strlen(corpus->token) != length)
            corpus->token[0] = '\0';
        return true;
    }
    return false;
}

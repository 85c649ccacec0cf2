// Lines that are typed by hand: words between blanks. In double quotes there
// are escapes, in single ones only \'. A word grows shorter by that, never
// longer, so it is put together where it lies.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/protocol.h"

struct line {
    char *at;
    const char *end;
    char *word; // Where the next letter of the word goes.
};

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\0';
}

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter = (char)(letter | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Takes what follows a backslash in double quotes; there is at least a letter.
static char take_escape(struct line *line)
{
    static const char letters[] = "nrtba", meanings[] = "\n\r\t\b\a";
    char letter = *line->at++;

    if (letter == 'x' && line->end - line->at >= 2 &&
        hex_digit(line->at[0]) >= 0 && hex_digit(line->at[1]) >= 0) {
        letter = (char)(hex_digit(line->at[0]) << 4 | hex_digit(line->at[1]));
        line->at += 2;
        return letter;
    }
    for (size_t i = 0; letters[i] != '\0'; i++)
        if (letters[i] == letter)
            return meanings[i];
    return letter;
}

// Takes the rest of a quoted word; false if the quote is not closed, or
// something is right behind it.
static bool take_quoted(struct line *line, char quote)
{
    while (line->at < line->end) {
        char letter = *line->at++;
        bool more = line->at < line->end;

        if (letter == quote)
            return !more || is_blank(*line->at);
        if (letter == '\\' && more && quote == '"')
            letter = take_escape(line);
        else if (letter == '\\' && more && *line->at == '\'')
            letter = *line->at++;
        *line->word++ = letter;
    }
    return false;
}

// Takes a word, of which at least the first letter is there.
static bool take_word(struct line *line)
{
    while (line->at < line->end && !is_blank(*line->at)) {
        char letter = *line->at++;
        if (letter == '"' || letter == '\'')
            return take_quoted(line, letter);
        *line->word++ = letter;
    }
    return true;
}

const char *kv_split_line(char *line, size_t length,
                          struct kv_request *ret_request)
{
    struct line rest = {line, line + length, NULL};

    ret_request->count = 0;
    for (;;) {
        while (rest.at < rest.end && is_blank(*rest.at))
            rest.at++;
        if (rest.at == rest.end)
            return NULL;
        if (ret_request->count == KV_ARGUMENTS_MAX)
            return "too many arguments";
        char *word = rest.word = rest.at;
        if (!take_word(&rest))
            return "unbalanced quotes in request";
        ret_request->arguments[ret_request->count++] =
            (struct kv_bytes){word, (size_t)(rest.word - word)};
    }
}

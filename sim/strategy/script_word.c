// The words of a script, taken apart.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/script_word.h"

#include <string.h>

#include "sim/kernel/state.h"

static bool begins_with(const char *text, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

// Takes "*3" off. What is no number stays a part of the name, and fits nobody.
static void take_times(struct word *word)
{
    size_t digits = 0, factor = 1;
    uint64_t times = 0;

    while (digits < word->length && digits < 9 &&
           is_digit(word->name[word->length - digits - 1])) {
        digits++;
        times += factor * (size_t)(word->name[word->length - digits] - '0');
        factor *= 10;
    }
    if (times == 0 || digits + 1 >= word->length ||
        word->name[word->length - digits - 1] != '*')
        return;
    word->times = times;
    word->length -= digits + 1;
}

size_t trio_sim_without_first_(const char *name, size_t length)
{
    bool first = length > 2 && memcmp(name + length - 2, "#1", 2) == 0;

    return first ? length - 2 : length;
}

// Takes off what a word begins with, if it does.
static bool take(struct word *word, const char *prefix)
{
    size_t length = strlen(prefix);

    if (!begins_with(word->name, word->length, prefix))
        return false;
    word->name += length;
    word->length -= length;
    return true;
}

static bool is_word(const struct word *word, const char *text)
{
    return word->length == strlen(text) &&
           begins_with(word->name, word->length, text);
}

// Whether a word is `name`, or `name` and for how long: ":5ms".
static bool is_time(const struct word *word, const char *name)
{
    return begins_with(word->name, word->length, name) &&
           (word->length == strlen(name) || word->name[strlen(name)] == ':');
}

struct word trio_sim_script_word_(const char *script)
{
    const char *at = script + strspn(script, " \t\n");
    struct word word = {
        .text = at, .name = at, .length = strcspn(at, " \t\n"), .times = 1};

    word.end = at + word.length;
    take_times(&word);
    if (is_time(&word, "clock")) {
        word.action = ACTION_CLOCK;
        take(&word, "clock");
    } else if (is_time(&word, "reading")) {
        word.action = ACTION_READING;
        take(&word, "reading");
    } else if (is_word(&word, "job")) {
        word.action = ACTION_JOB;
    } else if (take(&word, "cancel:")) {
        word.action = ACTION_CANCEL;
    }
    word.length = trio_sim_without_first_(word.name, word.length);
    return word;
}

uint32_t trio_sim_read_duration_(const char *text, size_t length)
{
    static const struct {
        const char *name;
        trio_duration unit;
    } units[] = {
        {"ns", 1}, {"us", TRIO_US}, {"ms", TRIO_MS}, {"s", TRIO_SECOND}};
    trio_duration duration = 0;
    size_t i = 0;

    for (; i < length && i < 9 && is_digit(text[i]); i++)
        duration = 10 * duration + (text[i] - '0');
    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++)
        if (strlen(units[k].name) == length - i &&
            begins_with(text + i, length - i, units[k].name))
            return trio_sim_far_(duration * units[k].unit);
    return 0;
}

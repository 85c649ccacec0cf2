// Only the last star is ever tried again: whatever a star before it takes more,
// the last one could take as well. So the work is bounded by the product of
// both lengths, and no pattern makes it explode.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/bytes.h"

// Returns the length of the element of a pattern that begins at `at`.
static size_t element_length(struct kv_bytes pattern, size_t at)
{
    size_t end = at + 1;

    if (pattern.data[at] == '\\')
        return end < pattern.length ? 2 : 1;
    if (pattern.data[at] != '[')
        return 1;
    while (end < pattern.length && pattern.data[end] != ']')
        end += pattern.data[end] == '\\' ? 2 : 1;
    return (end < pattern.length ? end + 1 : pattern.length) - at;
}

// Says whether a letter is in "[...]", of which `set` is what is between.
static bool is_in_set(unsigned char letter, const char *set, size_t length)
{
    bool inverse = length > 0 && set[0] == '^';
    bool found = false;
    size_t at = inverse ? 1 : 0;

    while (at < length) {
        if (set[at] == '\\' && at + 1 < length)
            at++;
        unsigned char low = (unsigned char)set[at++];
        unsigned char high = low;
        if (at + 1 < length && set[at] == '-') {
            high = (unsigned char)set[at + 1];
            at += 2;
        }
        found |= low <= letter && letter <= high;
        found |= high <= letter && letter <= low;
    }
    return found != inverse;
}

static bool fits(char letter, const char *element, size_t length)
{
    if (element[0] == '?')
        return true;
    if (element[0] == '\\' && length == 2)
        return letter == element[1];
    if (element[0] == '[' && length > 1)
        return is_in_set((unsigned char)letter, element + 1,
                         length - (element[length - 1] == ']' ? 2 : 1));
    return letter == element[0];
}

bool kv_bytes_match(struct kv_bytes bytes, struct kv_bytes pattern)
{
    size_t at = 0, place = 0;            // In the bytes, in the pattern.
    size_t resume = 0, after = SIZE_MAX; // Where to try again, behind a star.

    for (;;) {
        size_t length =
            place < pattern.length ? element_length(pattern, place) : 0;
        if (length > 0 && pattern.data[place] == '*') {
            after = ++place;
            resume = at;
        } else if (length > 0 && at < bytes.length &&
                   fits(bytes.data[at], pattern.data + place, length)) {
            at++;
            place += length;
        } else if (length == 0 && at == bytes.length) {
            return true;
        } else if (after != SIZE_MAX && resume < bytes.length) {
            at = ++resume;
            place = after;
        } else {
            return false;
        }
    }
}

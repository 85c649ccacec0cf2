// Numbers of a peer: bounded before they are believed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_NUMBER_H
#define EXAMPLES_HTTP_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline unsigned http_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return (unsigned)(letter - '0');
    letter = (char)(letter | 0x20);
    return letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a' + 10) : 16;
}

// Reads up to 15 digits of base 10 or 16, and nothing else. Returns false if
// they are none.
static inline bool http_number(const char *text, size_t length, unsigned base,
                               uint64_t *ret_number)
{
    uint64_t number = 0;

    if (length == 0 || length > 15)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = http_digit(text[i]);
        if (digit >= base)
            return false;
        number = number * base + digit;
    }
    *ret_number = number;
    return true;
}

#endif // EXAMPLES_HTTP_NUMBER_H

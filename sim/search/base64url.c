// Each text stands for one row of bytes and each row of bytes for one text:
// there is no padding, and bits that are left over at the end are zero. So two
// tokens are the same exactly if their texts are.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/base64url.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Returns what a digit stands for, -1 if it is none.
static int value_of(char digit)
{
    for (int value = 0; digits[value] != '\0'; value++)
        if (digits[value] == digit)
            return value;
    return -1;
}

size_t trio_sim_base64url_write_(const uint8_t *bytes, size_t count, char *text,
                                 size_t size)
{
    uint32_t bits = 0; // Those not yet written are the `left` lowest.
    unsigned left = 0;
    size_t length = 0;

    if (size <= count || size - count <= (count + 2) / 3)
        return 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 8 | bytes[i];
        for (left += 8; left >= 6; left -= 6)
            text[length++] = digits[bits >> (left - 6) & 63];
    }
    if (left > 0)
        text[length++] = digits[bits << (6 - left) & 63];
    text[length] = '\0';
    return length;
}

bool trio_sim_base64url_read_(const char *text, uint8_t *bytes, size_t max,
                              size_t *ret_count)
{
    uint32_t bits = 0; // Those not yet read are the `left` lowest.
    unsigned left = 0;
    size_t count = 0;

    for (; *text != '\0'; text++) {
        int value = value_of(*text);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        left += 6;
        if (left < 8)
            continue;
        if (count == max)
            return false;
        left -= 8;
        bytes[count++] = (uint8_t)(bits >> left);
    }
    // Six are a digit of which no byte came, and none may say anything.
    if (left == 6 || (bits & ((1U << left) - 1)) != 0)
        return false;
    *ret_count = count;
    return true;
}

// What bytes are as numbers and as words. The text of an integer is read only
// in the form in which it is written, so that a value that was counted up is
// the same bytes as one that was set.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/bytes.h"

static char to_upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

bool kv_bytes_are(struct kv_bytes bytes, const char *word)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (word[i] == '\0' || to_upper(bytes.data[i]) != word[i])
            return false;
    return word[bytes.length] == '\0';
}

bool kv_bytes_to_integer(struct kv_bytes bytes, int64_t *ret_value)
{
    bool negative = bytes.length > 0 && bytes.data[0] == '-';
    size_t first = negative ? 1 : 0;
    uint64_t value = 0;

    if (bytes.length == first || bytes.length > first + 19)
        return false;
    if (bytes.data[first] == '0' && bytes.length > 1)
        return false; // Also "-0".
    for (size_t i = first; i < bytes.length; i++) {
        if (bytes.data[i] < '0' || bytes.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(bytes.data[i] - '0'); // 19 digits fit.
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *ret_value = (int64_t)(negative ? 0 - value : value);
    return true;
}

struct kv_bytes kv_bytes_from_integer(int64_t value, char *buffer)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *at = buffer + KV_INTEGER_TEXT_MAX - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    return (struct kv_bytes){at,
                             (size_t)(buffer + KV_INTEGER_TEXT_MAX - 1 - at)};
}

// The name of a local socket is bytes. As text it is one line of printable
// ASCII, whatever it holds, and no two names are the same text:
//
//     an abstract name begins with "@" and a path never does: its own is
//     written as an escape
//     a backslash is an escape, always
//     a byte has one spelling: itself if it is printable, else its escape
//
// Reading takes every byte either way, but no zero in a path: the system would
// take it for the end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/local_address.h"

#include <string.h>

#include <trio/error.h>

static int hex_value(char letter)
{
    static const char digits[] = "0123456789abcdef";
    const char *at;

    if (letter >= 'A' && letter <= 'F')
        letter = (char)(letter - 'A' + 'a');
    at = letter == '\0' ? NULL : strchr(digits, letter);
    return at == NULL ? -1 : (int)(at - digits);
}

// Takes one byte, which may be an escape, from the front of `*text`.
static bool take_byte(const char **text, uint8_t *ret_byte)
{
    const char *at = *text;

    if (at[0] != '\\') {
        *ret_byte = (uint8_t)at[0];
        *text += 1;
        return true;
    }
    if (at[1] != 'x' || hex_value(at[2]) < 0 || hex_value(at[3]) < 0)
        return false;
    *ret_byte = (uint8_t)(hex_value(at[2]) << 4 | hex_value(at[3]));
    *text += 4;
    return true;
}

bool trio_local_address_read_(const char *text,
                              struct trio_address *ret_address)
{
    struct trio_address address = {.family = TRIO_ADDRESS_LOCAL};
    bool is_abstract = *text == '@';

    if (is_abstract) {
        address.length = 1; // The zero in front.
        text++;
    }
    while (*text != '\0') {
        uint8_t byte;
        if (address.length == TRIO_ADDRESS_LOCAL_MAX ||
            !take_byte(&text, &byte))
            return false;
        if (byte == 0 && !is_abstract)
            return false;
        address.bytes[address.length++] = byte;
    }
    *ret_address = address;
    return true;
}

trio_status trio_address_from_path(const char *path,
                                   struct trio_address *ret_address)
{
    size_t length = strlen(path);

    if (length == 0 || length > TRIO_ADDRESS_LOCAL_MAX)
        return trio_fail_bare(TRIO_EINVAL);
    memset(ret_address, 0, sizeof(*ret_address));
    ret_address->family = TRIO_ADDRESS_LOCAL;
    ret_address->length = (uint32_t)length;
    memcpy(ret_address->bytes, path, length);
    return TRIO_OK;
}

bool trio_address_equal(const struct trio_address *one,
                        const struct trio_address *other)
{
    size_t length = one->family == TRIO_ADDRESS_IPV4   ? 4
                    : one->family == TRIO_ADDRESS_IPV6 ? 16
                                                       : one->length;

    return one->family == other->family && one->port == other->port &&
           one->scope == other->scope && one->length == other->length &&
           memcmp(one->bytes, other->bytes, length) == 0;
}

// ---- Writing ----

static size_t put(char *buffer, size_t size, size_t length, const char *text)
{
    while (*text != '\0' && length + 1 < size)
        buffer[length++] = *text++;
    return length;
}

const char *trio_local_address_format_(const struct trio_address *address,
                                       char *buffer, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    bool is_abstract = address->length > 0 && address->bytes[0] == 0;
    size_t first = is_abstract ? 1 : 0;
    size_t length = put(buffer, size, 0, is_abstract ? "unix:@" : "unix:");

    for (size_t i = first; i < address->length; i++) {
        uint8_t byte = address->bytes[i];
        char plain[] = {(char)byte, '\0'};
        char escape[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15], '\0'};
        bool is_plain = byte >= ' ' && byte <= '~' && byte != '\\' &&
                        (byte != '@' || i > 0);
        length = put(buffer, size, length, is_plain ? plain : escape);
    }
    buffer[length] = '\0';
    return buffer;
}

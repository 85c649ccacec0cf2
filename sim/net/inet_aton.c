// IPv4 addresses as inet_aton reads them: "127.1" and "0x7f000001", too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

enum { PARTS_MAX = 4 };

static unsigned digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return (unsigned)(letter - '0');
    if (letter >= 'a' && letter <= 'f')
        return (unsigned)(letter - 'a') + 10;
    return 16;
}

// Reads a number that is hexadecimal behind "0x" and octal behind "0". Returns
// where it ends, NULL if there is none.
static const char *read_part(const char *at, uint64_t *ret)
{
    unsigned base = at[0] != '0' ? 10 : at[1] == 'x' ? 16 : 8;
    const char *begin = base == 16 ? at + 2 : at;

    *ret = 0;
    for (at = begin; digit_of(*at) < base && *ret <= UINT32_MAX; at++)
        *ret = *ret * base + digit_of(*at);
    return at == begin ? NULL : at;
}

// The last part has all the bytes that are left.
bool trio_sim_inet_aton_(const char *text, struct trio_address *ret)
{
    *ret = (struct trio_address){.family = TRIO_ADDRESS_IPV4};
    for (int i = 0; i < PARTS_MAX; i++) {
        uint64_t part;

        text = read_part(text, &part);
        if (text == NULL)
            return false;
        if (*text == '\0') {
            for (int byte = PARTS_MAX - 1; byte >= i; byte--, part >>= 8)
                ret->bytes[byte] = (uint8_t)part;
            return part == 0;
        }
        if (*text++ != '.' || part > UINT8_MAX)
            return false;
        ret->bytes[i] = (uint8_t)part;
    }
    return false;
}

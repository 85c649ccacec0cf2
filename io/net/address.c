// An address has one value and many spellings. Reading takes those in use and
// refuses whatever would mean different things to different readers, such as
// leading zeros, which some take for octal. Writing gives one spelling only,
// the shortest, so that equal addresses are equal as text. No name is ever
// looked up.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/address.h>

#include <string.h>

#include <trio/error.h>

#include "io/net/address.h"
#include "io/net/local_address.h"

// ---- Reading: each takes what it knows from the front of `*text` ----

static bool take(const char **text, char wanted)
{
    if (**text != wanted)
        return false;
    (*text)++;
    return true;
}

// Takes a decimal number up to `max`, without leading zeros.
static bool take_decimal(const char **text, uint64_t max, uint64_t *ret_number)
{
    const char *at = *text;
    uint64_t number = 0;

    while (*at >= '0' && *at <= '9') {
        number = number * 10 + (uint64_t)(*at++ - '0');
        if (number > max)
            return false;
    }
    if (at == *text || (**text == '0' && at - *text > 1))
        return false;
    *text = at;
    *ret_number = number;
    return true;
}

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Takes one to four hexadecimal digits.
static bool take_group(const char **text, uint8_t *ret_bytes)
{
    const char *at = *text;
    unsigned number = 0;

    while (hex_digit(*at) >= 0 && at - *text < 4)
        number = number << 4 | (unsigned)hex_digit(*at++);
    if (at == *text || hex_digit(*at) >= 0)
        return false;
    *text = at;
    ret_bytes[0] = (uint8_t)(number >> 8);
    ret_bytes[1] = (uint8_t)number;
    return true;
}

static bool take_ipv4(const char **text, uint8_t *ret_bytes)
{
    const char *at = *text;

    for (int i = 0; i < 4; i++) {
        uint64_t number;
        if ((i > 0 && !take(&at, '.')) || !take_decimal(&at, 255, &number))
            return false;
        ret_bytes[i] = (uint8_t)number;
    }
    *text = at;
    return true;
}

// Takes groups with colons between them, the last two perhaps as IPv4; says how
// many bytes came before a "::", 16 if there was none.
static bool take_groups(const char **text, uint8_t *bytes, size_t *ret_length,
                        size_t *ret_gap)
{
    size_t length = 0;
    size_t gap = 16;

    if ((*text)[0] == ':' && (*text)[1] == ':') {
        *text += 2;
        gap = 0;
    }
    while (length < 16 && (length != gap || hex_digit(**text) >= 0)) {
        if (length <= 12 && take_ipv4(text, bytes + length)) {
            length += 4;
            break;
        }
        if (!take_group(text, bytes + length))
            return false;
        length += 2;
        if (length == 16)
            break;
        if ((*text)[0] == ':' && (*text)[1] == ':' && gap == 16) {
            *text += 2;
            gap = length;
        } else if (!take(text, ':')) {
            break;
        }
    }
    *ret_length = length;
    *ret_gap = gap;
    return true;
}

static bool take_ipv6(const char **text, uint8_t *ret_bytes)
{
    uint8_t bytes[16] = {0};
    size_t length;
    size_t gap;

    if (!take_groups(text, bytes, &length, &gap) ||
        (gap == 16) != (length == 16))
        return false;
    memset(ret_bytes, 0, 16);
    memcpy(ret_bytes, bytes, gap);
    memcpy(ret_bytes + 16 - (length - gap), bytes + gap, length - gap);
    return true;
}

bool trio_address_read_(const char *text, struct trio_address *ret_address)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4};
    uint64_t scope = 0;
    uint64_t port;

    if (strncmp(text, "unix:", 5) == 0)
        return trio_local_address_read_(text + 5, ret_address);
    if (take(&text, '[')) {
        address.family = TRIO_ADDRESS_IPV6;
        if (!take_ipv6(&text, address.bytes) ||
            (take(&text, '%') && !take_decimal(&text, UINT32_MAX, &scope)) ||
            !take(&text, ']'))
            return false;
    } else if (!take_ipv4(&text, address.bytes)) {
        return false;
    }
    if (!take(&text, ':') || !take_decimal(&text, UINT16_MAX, &port) ||
        *text != '\0')
        return false;
    address.scope = (uint32_t)scope;
    address.port = (uint16_t)port;
    *ret_address = address;
    return true;
}

trio_status trio_address_parse(const char *text,
                               struct trio_address *ret_address)
{
    return trio_address_read_(text, ret_address) ? TRIO_OK
                                                 : trio_fail_bare(TRIO_EINVAL);
}

// ---- Writing ----

struct writer {
    char *buffer;
    size_t size;
    size_t length; // Of the text, without its final zero.
};

static void put(struct writer *writer, char letter)
{
    if (writer->length + 1 < writer->size)
        writer->buffer[writer->length++] = letter;
}

static void put_text(struct writer *writer, const char *text)
{
    while (*text != '\0')
        put(writer, *text++);
}

static const char *end(struct writer *writer)
{
    writer->buffer[writer->length] = '\0';
    return writer->buffer;
}

static void put_number(struct writer *writer, uint32_t number, uint32_t base)
{
    char digits[10];
    size_t count = 0;

    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    while (count > 0)
        put(writer, digits[--count]);
}

static void put_ipv4(struct writer *writer, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            put(writer, '.');
        put_number(writer, bytes[i], 10);
    }
}

// Finds the longest run of at least two groups of zeros, the first of equals;
// returns its length in bytes.
static size_t find_gap(const uint8_t *bytes, size_t *ret_start)
{
    size_t longest = 2;
    size_t zeros = 0;

    *ret_start = 16;
    for (size_t at = 0; at < 16; at += 2) {
        zeros = bytes[at] == 0 && bytes[at + 1] == 0 ? zeros + 2 : 0;
        if (zeros > longest) {
            longest = zeros;
            *ret_start = at + 2 - zeros;
        }
    }
    return *ret_start < 16 ? longest : 0;
}

static bool is_mapped_ipv4(const uint8_t *bytes)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(bytes, prefix, sizeof(prefix)) == 0;
}

static void put_ipv6(struct writer *writer, const uint8_t *bytes)
{
    size_t start;
    size_t gap = find_gap(bytes, &start);
    size_t at = 0;

    while (at < 16) {
        if (at == start) {
            put(writer, ':');
            at += gap;
            if (at == 16)
                put(writer, ':');
            continue;
        }
        if (at > 0)
            put(writer, ':');
        if (at == 12 && is_mapped_ipv4(bytes)) {
            put_ipv4(writer, bytes + at);
            return;
        }
        put_number(writer, (uint32_t)bytes[at] << 8 | bytes[at + 1], 16);
        at += 2;
    }
}

static void put_scoped_ipv6(struct writer *writer,
                            const struct trio_address *address)
{
    put(writer, '[');
    put_ipv6(writer, address->bytes);
    if (address->scope != 0) {
        put(writer, '%');
        put_number(writer, address->scope, 10);
    }
    put(writer, ']');
}

const char *trio_address_format(const struct trio_address *address,
                                char *buffer, size_t size)
{
    struct writer writer = {buffer, size, 0};

    if (size == 0)
        return buffer;
    switch (address->family) {
    case TRIO_ADDRESS_LOCAL:
        return trio_local_address_format_(address, buffer, size);
    case TRIO_ADDRESS_IPV4:
        put_ipv4(&writer, address->bytes);
        break;
    case TRIO_ADDRESS_IPV6:
        put_scoped_ipv6(&writer, address);
        break;
    default:
        put_text(&writer, "no address");
        return end(&writer);
    }
    put(&writer, ':');
    put_number(&writer, address->port, 10);
    return end(&writer);
}

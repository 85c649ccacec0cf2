// Addresses: what is read from any text, and any address as text. What can be
// read has one spelling when it is written, and reads back as the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/address.h>

#include "fuzz/target.h"

// Room for a text, and a byte behind it that nobody may write.
struct text {
    char bytes[TRIO_ADDRESS_TEXT_MAX + 1];
};

static size_t format(const struct trio_address *address, size_t size,
                     struct text *ret_text)
{
    const char *text;

    memset(ret_text->bytes, '#', sizeof(ret_text->bytes));
    text = trio_address_format(address, ret_text->bytes, size);
    FUZZ_CHECK(text == ret_text->bytes);
    FUZZ_CHECK(ret_text->bytes[size] == '#');
    FUZZ_CHECK(strlen(text) < size);
    return strlen(text);
}

// Written and read it is the same, and cut it is the front of that.
static void check_round_trip(const struct trio_address *address, size_t cut)
{
    struct trio_address again;
    struct text whole, other, part;
    size_t length = format(address, TRIO_ADDRESS_TEXT_MAX, &whole);

    FUZZ_CHECK(length < TRIO_ADDRESS_TEXT_MAX - 1);
    FUZZ_CHECK(trio_address_parse(whole.bytes, &again) == TRIO_OK);
    FUZZ_CHECK(trio_address_equal(address, &again));
    FUZZ_CHECK(trio_address_equal(&again, address));
    FUZZ_CHECK(format(&again, TRIO_ADDRESS_TEXT_MAX, &other) == length);
    FUZZ_CHECK(strcmp(whole.bytes, other.bytes) == 0);

    cut = 1 + cut % length;
    FUZZ_CHECK(format(address, cut, &part) == cut - 1);
    FUZZ_CHECK(memcmp(part.bytes, whole.bytes, cut - 1) == 0);
}

static void read_text(struct fuzz_bytes *bytes)
{
    struct trio_address address, before;
    char text[600];
    size_t cut = fuzz_take(bytes);
    size_t length = fuzz_take_bytes(bytes, text, sizeof(text) - 1);

    text[length] = '\0';
    memset(&address, 0x5a, sizeof(address));
    before = address;
    if (trio_address_parse(text, &address) == TRIO_OK)
        check_round_trip(&address, cut);
    else
        FUZZ_CHECK(memcmp(&address, &before, sizeof(address)) == 0);
}

// An address of which no text is known.
static struct trio_address take_address(struct fuzz_bytes *bytes)
{
    static const enum trio_address_family families[] = {
        TRIO_ADDRESS_IPV4, TRIO_ADDRESS_IPV6, TRIO_ADDRESS_LOCAL};
    struct trio_address address = {.family =
                                       families[fuzz_take_below(bytes, 3)]};
    size_t size = address.family == TRIO_ADDRESS_IPV4   ? 4
                  : address.family == TRIO_ADDRESS_IPV6 ? 16
                                                        : sizeof(address.bytes);

    if (address.family == TRIO_ADDRESS_LOCAL) {
        address.length = (uint32_t)fuzz_take_bytes(bytes, address.bytes, size);
        return address;
    }
    address.port = (uint16_t)fuzz_take_number(bytes, 2);
    if (address.family == TRIO_ADDRESS_IPV6)
        address.scope = (uint32_t)fuzz_take_number(bytes, 4);
    fuzz_take_bytes(bytes, address.bytes, size);
    return address;
}

// A path has no zero byte in it, and ends before the first one.
static int is_path_with_zero(const struct trio_address *address)
{
    return address->family == TRIO_ADDRESS_LOCAL && address->length > 0 &&
           address->bytes[0] != '\0' &&
           memchr(address->bytes, '\0', address->length) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};

    if (fuzz_take_below(&bytes, 2) == 0) {
        read_text(&bytes);
        return 0;
    }
    size_t cut = fuzz_take(&bytes);
    struct trio_address address = take_address(&bytes);
    if (!is_path_with_zero(&address))
        check_round_trip(&address, cut);
    return 0;
}

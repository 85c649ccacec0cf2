// Addresses: what is read from any text, and any address as text. What can be
// read is what libc reads, has one spelling when it is written, and reads back
// as the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/address.h>

#include <arpa/inet.h>

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

// ---- Reading by libc, for what is no local socket ----

// Reads a number that is all of a text, without leading zeros.
static int find_number(const char *text, uint64_t max, uint64_t *ret_number)
{
    size_t length = strspn(text, "0123456789");

    if (length == 0 || length > 10 || text[length] != '\0' ||
        (length > 1 && text[0] == '0'))
        return 0;
    *ret_number = strtoull(text, NULL, 10);
    return *ret_number <= max;
}

static int find_ipv6(char *host, struct trio_address *ret_address)
{
    uint64_t scope = 0;
    size_t length = strlen(host);
    char *percent = strchr(host, '%');

    if (host[length - 1] != ']')
        return 0;
    host[length - 1] = '\0';
    if (percent != NULL)
        *percent = '\0';
    ret_address->family = TRIO_ADDRESS_IPV6;
    if (percent != NULL && !find_number(percent + 1, UINT32_MAX, &scope))
        return 0;
    ret_address->scope = (uint32_t)scope;
    return inet_pton(AF_INET6, host + 1, ret_address->bytes) == 1;
}

static int find_address(const char *text, struct trio_address *ret_address)
{
    char copy[600];
    uint64_t port;

    snprintf(copy, sizeof(copy), "%s", text);
    char *colon = strrchr(copy, ':');
    if (colon == NULL || !find_number(colon + 1, UINT16_MAX, &port))
        return 0;
    *colon = '\0';
    *ret_address = (struct trio_address){.family = TRIO_ADDRESS_IPV4,
                                         .port = (uint16_t)port};
    return copy[0] == '[' ? find_ipv6(copy, ret_address)
                          : inet_pton(AF_INET, copy, ret_address->bytes) == 1;
}

// ---- Both ----

static void check_reading(const char *text, trio_status rc,
                          const struct trio_address *address)
{
    struct trio_address found;

    if (strncmp(text, "unix:", 5) == 0)
        return;
    FUZZ_CHECK((rc == TRIO_OK) == find_address(text, &found));
    FUZZ_CHECK(rc != TRIO_OK || trio_address_equal(address, &found));
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
    trio_status rc = trio_address_parse(text, &address);
    check_reading(text, rc, &address);
    if (rc == TRIO_OK)
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

// What trio/address.h promises: the spellings that are read, and the one that
// is written.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/address.h>

#include <trio/error.h>

#include "tests/check.h"

// Reads `text` and writes it again.
static const char *respell(const char *text)
{
    static char buffer[TRIO_ADDRESS_TEXT_MAX];
    struct trio_address address;

    if (trio_address_parse(text, &address) != TRIO_OK)
        return "refused";
    return trio_address_format(&address, buffer, sizeof(buffer));
}

TEST_PLAIN(address, ipv4_is_four_numbers_and_a_port)
{
    struct trio_address address;

    CHECK_OK(trio_address_parse("10.0.0.255:8080", &address));
    CHECK_EQ(address.family, TRIO_ADDRESS_IPV4);
    CHECK_EQ(address.port, 8080);
    CHECK(memcmp(address.bytes, "\x0a\0\0\xff", 4) == 0);
    CHECK_STRING(respell("127.0.0.1:80"), "127.0.0.1:80");
    CHECK_STRING(respell("0.0.0.0:0"), "0.0.0.0:0");
    CHECK_STRING(respell("255.255.255.255:65535"), "255.255.255.255:65535");
}

TEST_PLAIN(address, ipv6_is_in_brackets)
{
    struct trio_address address;

    CHECK_OK(trio_address_parse("[::1]:443", &address));
    CHECK_EQ(address.family, TRIO_ADDRESS_IPV6);
    CHECK_EQ(address.port, 443);
    CHECK_EQ(address.bytes[15], 1);
    CHECK_EQ(address.bytes[0], 0);
    CHECK_OK(trio_address_parse("[fe80::1%7]:1", &address));
    CHECK_EQ(address.scope, 7);
}

TEST_PLAIN(address, ipv6_is_written_in_its_shortest_form)
{
    CHECK_STRING(respell("[::]:0"), "[::]:0");
    CHECK_STRING(respell("[0:0:0:0:0:0:0:1]:80"), "[::1]:80");
    CHECK_STRING(respell("[1:0:0:0:0:0:0:0]:80"), "[1::]:80");
    CHECK_STRING(respell("[2001:DB8::0:8:0]:80"), "[2001:db8::8:0]:80");
    CHECK_STRING(respell("[2001:db8:0:1:1:1:1:1]:1"),
                 "[2001:db8:0:1:1:1:1:1]:1");
    CHECK_STRING(respell("[1:0:0:2:0:0:0:3]:1"), "[1:0:0:2::3]:1");
    CHECK_STRING(respell("[1:0:0:2:3:0:0:4]:1"), "[1::2:3:0:0:4]:1");
    CHECK_STRING(respell("[1:2:3:4:5:6:7:8]:1"), "[1:2:3:4:5:6:7:8]:1");
    CHECK_STRING(respell("[1:2:3:4:5:6:7::]:1"), "[1:2:3:4:5:6:7:0]:1");
    CHECK_STRING(respell("[::2:3:4:5:6:7:8]:1"), "[0:2:3:4:5:6:7:8]:1");
    CHECK_STRING(respell("[::ffff:1.2.3.4]:1"), "[::ffff:1.2.3.4]:1");
    CHECK_STRING(respell("[64:ff9b::1.2.3.4]:1"), "[64:ff9b::102:304]:1");
    CHECK_STRING(respell("[fe80::1%7]:1"), "[fe80::1%7]:1");
}

TEST_PLAIN(address, anything_else_is_refused)
{
    static const char *const others[] = {
        "",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999999999",
        "127.0.0.1:080",
        "127.0.0.1:+80",
        "127.0.0.1: 80",
        "127.0.0.1:80 ",
        "127.0.0.1:80x",
        "127.0.0.1:-1",
        "127.0.0:80",
        "127.0.0.0.1:80",
        "127.0.0.256:80",
        "127.0.0.01:80",
        "localhost:80",
        ":80",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[]:80",
        "[:]:80",
        "[:::]:80",
        "[:1::]:80",
        "[::1:]:80",
        "[1:2:3:4:5:6:7]:80",
        "[1:2:3:4:5:6:7:8:9]:80",
        "[1:2:3:4:5:6:7:8::]:80",
        "[1::2::3]:80",
        "[12345::]:80",
        "[g::]:80",
        "[1.2.3.4::]:80",
        "[::1.2.3]:80",
        "[1:2:3:4:5:6:7:1.2.3.4]:80",
        "[::1%]:80",
        "[::1%eth0]:80",
        "[127.0.0.1]:80",
        "[1]:2]:80",
    };

    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_STRING(respell(others[i]), "refused");
}

TEST_PLAIN(address, a_refused_text_leaves_the_result_alone)
{
    struct trio_address address = {.port = 7};

    CHECK_STATUS(trio_address_parse("1.2.3.4:80x", &address), TRIO_EINVAL);
    CHECK_EQ(address.port, 7);
}

TEST_PLAIN(address, text_is_cut_to_the_size_of_the_buffer)
{
    struct trio_address address;
    char buffer[6] = "xxxxx";

    CHECK_OK(trio_address_parse("127.0.0.1:80", &address));
    CHECK_STRING(trio_address_format(&address, buffer, sizeof(buffer)),
                 "127.0");
    CHECK(trio_address_format(&address, buffer, 0) == buffer);
    CHECK_STRING(buffer, "127.0");
}

TEST_PLAIN(address, all_zeros_is_no_address)
{
    const struct trio_address none = {0};
    struct trio_address address;
    char text[TRIO_ADDRESS_TEXT_MAX];

    CHECK_STRING(trio_address_format(&none, text, sizeof(text)), "no address");
    CHECK_STATUS(trio_address_parse(text, &address), TRIO_EINVAL);
}

TEST_PLAIN(address, every_text_fits_into_the_longest)
{
    CHECK_STRING(
        respell("[1111:2222:3333:4444:5555:6666:7777:8888%4294967295]:65535"),
        "[1111:2222:3333:4444:5555:6666:7777:8888%4294967295]:65535");
}

TEST_PLAIN(address, a_local_socket_has_a_path_or_an_abstract_name_or_none)
{
    struct trio_address address;

    CHECK_OK(trio_address_parse("unix:@a\\x00/", &address));
    CHECK_EQ(address.family, TRIO_ADDRESS_LOCAL);
    CHECK_EQ(address.length, 4);
    CHECK(memcmp(address.bytes, "\0a\0/", 4) == 0);
    CHECK_STRING(respell("unix:@a\\x00/"), "unix:@a\\x00/");
    CHECK_STRING(respell("unix:/run/a b.sock"), "unix:/run/a b.sock");
    CHECK_STRING(respell("unix:\\x40a\\x41"), "unix:\\x40aA");
    CHECK_STRING(respell("unix:a\\x5C\n"), "unix:a\\x5c\\x0a");
    CHECK_STRING(respell("unix:@@"), "unix:@@");
    CHECK_STRING(respell("unix:@"), "unix:@");
    CHECK_STRING(respell("unix:"), "unix:");
    CHECK_STRING(respell("unix:a\\x00b"), "refused");
    CHECK_STRING(respell("unix:a\\"), "refused");
    CHECK_STRING(respell("unix:a\\x4"), "refused");
    CHECK_STRING(respell("unix:a\\xg1"), "refused");
    CHECK_STRING(respell("unix:a\\x1g"), "refused");
    CHECK_STRING(respell("unix:a\\n"), "refused");
}

TEST_PLAIN(address, every_byte_of_a_name_is_read_back)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        struct trio_address address = {.family = TRIO_ADDRESS_LOCAL,
                                       .length = TRIO_ADDRESS_LOCAL_MAX};
        struct trio_address again;
        char text[TRIO_ADDRESS_TEXT_MAX];

        memset(address.bytes, (int)byte, sizeof(address.bytes));
        trio_address_format(&address, text, sizeof(text));
        CHECK_OK(trio_address_parse(text, &again));
        CHECK(trio_address_equal(&address, &again));
    }
}

TEST_PLAIN(address, a_path_is_taken_as_it_is_and_has_a_longest)
{
    struct trio_address address;
    struct trio_address other;
    char path[TRIO_ADDRESS_LOCAL_MAX + 2] = "";

    CHECK_STATUS(trio_address_from_path("", &address), TRIO_EINVAL);
    memset(path, 'p', TRIO_ADDRESS_LOCAL_MAX);
    CHECK_OK(trio_address_from_path(path, &address));
    CHECK_EQ(address.length, TRIO_ADDRESS_LOCAL_MAX);
    path[TRIO_ADDRESS_LOCAL_MAX] = 'p';
    CHECK_STATUS(trio_address_from_path(path, &other), TRIO_EINVAL);
    CHECK_OK(trio_address_from_path("@\\", &other));
    CHECK(!trio_address_equal(&address, &other));
    CHECK_OK(trio_address_parse("unix:\\x40\\x5c", &address));
    CHECK(trio_address_equal(&address, &other));
}

// A refusal leaves no record, and finds none of an older failure.
TEST_ONCE(address, a_refusal_is_not_explained_by_an_older_failure)
{
    static const char *const texts[] = {"10.0.0.1", "[::1", "10.0.0.1:x",
                                        "unix:\\", "unix:\\x00"};
    struct trio_address address;

    for (size_t i = 0; i < COUNT(texts); i++) {
        trio_ignore(trio_fail(TRIO_EINVAL, "older"));
        CHECK_STATUS(trio_address_parse(texts[i], &address), TRIO_EINVAL);
        CHECK(trio_error_find(TRIO_EINVAL) == NULL);
    }
    trio_ignore(trio_fail(TRIO_EINVAL, "older"));
    CHECK_STATUS(trio_address_from_path("", &address), TRIO_EINVAL);
    CHECK(trio_error_find(TRIO_EINVAL) == NULL);
}

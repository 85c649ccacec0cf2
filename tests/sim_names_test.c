// Names of simulated hosts, and what else the simulated resolver knows.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/error.h>
#include <trio/resolve.h>
#include <trio/sim_net.h>

#include "tests/check.h"

TEST_ONCE(sim_names, hosts_have_names_of_their_own)
{
    static char long_name[TRIO_SIM_HOST_NAME_MAX + 1];
    struct trio_sim_host *host;
    struct trio_address found[4], elsewhere = {.family = TRIO_ADDRESS_IPV4};
    char name[TRIO_HOST_SIZE];
    size_t count;

    memset(long_name, 'x', TRIO_SIM_HOST_NAME_MAX);
    CHECK_STATUS(trio_sim_host_open("", NULL, &host), TRIO_EINVAL);
    CHECK_STATUS(trio_sim_host_open(long_name, NULL, &host), TRIO_EINVAL);
    CHECK_STATUS(trio_sim_host_open("home", NULL, &host), TRIO_EEXIST);
    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    CHECK_OK(trio_resolve("server", 80, NULL, found, 4, &count));
    CHECK_EQ(count, 2);
    CHECK_EQ(found[0].family, TRIO_ADDRESS_IPV6);
    CHECK_OK(trio_resolve_address(&found[1], name, sizeof(name)));
    CHECK_STRING(name, "server");

    memcpy(elsewhere.bytes, "\xc0\x00\x02\x01", 4);
    CHECK_STATUS(trio_resolve("www", 80, NULL, found, 4, &count), TRIO_ENOENT);
    CHECK_STATUS(trio_sim_resolver_add("", &elsewhere), TRIO_EINVAL);
    CHECK_OK(trio_sim_resolver_add("www", &elsewhere));
    elsewhere.bytes[3] = 2;
    CHECK_OK(trio_sim_resolver_add("www", &elsewhere));
    CHECK_OK(trio_resolve("www", 80, NULL, found, 4, &count));
    CHECK_EQ(count, 2);
    CHECK_EQ(found[1].bytes[3], 2);
}

static TRIO_PARKS void check_found(const char *name,
                                   const struct trio_address *expected)
{
    struct trio_address found[4];
    size_t count = 0;

    CHECK_OK(trio_resolve(name, 0, NULL, found, 4, &count));
    CHECK(count > 0 && trio_address_equal(&found[count - 1], expected));
}

TEST_ONCE(sim_names, every_host_can_be_found_under_its_name)
{
    static const char *const names[] = {"Server", "x.", "server_1", "unix"};
    struct trio_sim_host *host;
    char name[TRIO_HOST_SIZE];

    for (size_t i = 0; i < COUNT(names); i++) {
        CHECK_OK(trio_sim_host_open(names[i], NULL, &host));
        struct trio_address address =
            trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 0);
        check_found(names[i], &address);
        CHECK_OK(trio_resolve_address(&address, name, sizeof(name)));
        check_found(name, &address);
    }
    CHECK_STATUS(trio_sim_host_open("SERVER.", NULL, &host), TRIO_EEXIST);
    CHECK_STATUS(trio_sim_host_open("x", NULL, &host), TRIO_EEXIST);
    CHECK_STATUS(trio_sim_host_open("Localhost", NULL, &host), TRIO_EEXIST);
}

TEST_ONCE(sim_names, every_name_that_is_added_can_be_looked_up)
{
    static const char *const names[] = {"WWW.X.org", "x.", "server_1"};
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, 0);

    for (size_t i = 0; i < COUNT(names); i++) {
        CHECK_OK(trio_sim_resolver_add(names[i], &address));
        check_found(names[i], &address);
    }
}

// That a name is no address is no failure, and drops no record of one.
TEST_ONCE(sim_names, a_name_that_is_known_leaves_older_records_alone)
{
    struct trio_sim_host *host;
    struct trio_address found[2];
    size_t count;

    trio_ignore(trio_fail(TRIO_EINVAL, "older"));
    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    CHECK_OK(trio_resolve("server", 80, NULL, found, 2, &count));
    CHECK_STRING(trio_error_find(TRIO_EINVAL)->text, "older");
    CHECK_STATUS(trio_sim_host_open("", NULL, &host), TRIO_EINVAL);
    CHECK_STRING(trio_error_find(TRIO_EINVAL)->text,
                 "open host \"\", a name of 0 bytes");
}

// As inet_aton reads them.
TEST_ONCE(sim_names, an_address_may_be_written_in_fewer_parts)
{
    static const struct {
        const char *text;
        uint8_t bytes[4];
    } rows[] = {{"127.1", {127, 0, 0, 1}},      {"0", {0, 0, 0, 0}},
                {"0x7f000001", {127, 0, 0, 1}}, {"10.0x1.2", {10, 1, 0, 2}},
                {"1.2.515", {1, 2, 2, 3}},      {"010.0.0.1", {8, 0, 0, 1}}};
    static const char *const others[] = {"256.1", "4294967296", "0x",
                                         "08",    "1.2.3.4.5",  "127.x"};
    struct trio_address found[2];
    size_t count;

    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_OK(trio_resolve(rows[i].text, 80, NULL, found, 2, &count));
        CHECK_EQ(count, 1);
        CHECK_EQ(found[0].family, TRIO_ADDRESS_IPV4);
        CHECK_EQ(found[0].port, 80);
        CHECK_EQ(memcmp(found[0].bytes, rows[i].bytes, 4), 0);
    }
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_STATUS(trio_resolve(others[i], 80, NULL, found, 2, &count),
                     TRIO_ENOENT);
}

TEST_ONCE(sim_names, what_nobody_can_look_up_is_no_name)
{
    static const char *const names[] = {
        "my server", "a..b",    ".",     "10.0.0.9",   "fd00::9",
        "::",        "1.2.3.4", "127.1", "0x7f000001", "0",
    };
    struct trio_sim_host *host;
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, 0);

    for (size_t i = 0; i < COUNT(names); i++) {
        CHECK_STATUS(trio_sim_host_open(names[i], NULL, &host), TRIO_EINVAL);
        CHECK_STATUS(trio_sim_resolver_add(names[i], &address), TRIO_EINVAL);
    }
}

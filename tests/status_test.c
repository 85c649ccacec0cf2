// The table of statuses: names, values, texts.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/status.h>

#include "tests/check.h"

struct row {
    trio_status status;
    int value;
    const char *name;
    const char *text;
};

#define ROW(name, value, text) {name, value, #name, text},
static const struct row rows[] = {TRIO_STATUS_TABLE(ROW)};

TEST_PLAIN(status, each_has_its_name_and_text)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_STRING(trio_status_name(rows[i].status), rows[i].name);
        CHECK_STRING(trio_status_text(rows[i].status), rows[i].text);
        CHECK_EQ(rows[i].status, rows[i].value);
    }
}

TEST_PLAIN(status, values_are_fixed)
{
    // Written down once more: the table must not move them.
    CHECK_EQ(TRIO_OK, 0);
    CHECK_EQ(TRIO_ECANCELED, -1);
    CHECK_EQ(TRIO_ETIMEDOUT, -2);
    CHECK_EQ(TRIO_EGROUP, -4);
    CHECK_EQ(TRIO_ENOMEM, -10);
    CHECK_EQ(TRIO_EBROKEN, -14);
    CHECK_EQ(TRIO_EOS, -33);
    CHECK_EQ(TRIO_ESTALE, -35);
    CHECK_EQ(TRIO_ETRUNCATED, -36);
    CHECK_EQ(TRIO_EPROTOCOL, -38);
    CHECK_EQ(TRIO_ENOSPC, -39);
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_EQ(rows[i].value, -(int)i);
}

TEST_PLAIN(status, others_have_a_name_too)
{
    CHECK_STRING(trio_status_name((trio_status)-1000), "application status");
    CHECK_STRING(trio_status_name((trio_status)INT32_MIN),
                 "application status");
    CHECK_STRING(trio_status_name((trio_status)-999), "unknown status");
    CHECK_STRING(trio_status_name((trio_status)1), "unknown status");
    CHECK(trio_status_text((trio_status)-999)[0] != '\0');
}

TEST_PLAIN(status, a_failure_is_neither_success_nor_cancellation)
{
    CHECK(!trio_is_failure(TRIO_OK));
    CHECK(!trio_is_failure(TRIO_ECANCELED));
    CHECK(trio_is_failure(TRIO_ETIMEDOUT));
    CHECK(trio_is_failure((trio_status)-1000));
}

TEST_PLAIN(status, exit_codes)
{
    CHECK_EQ(trio_exit_code(TRIO_OK), 0);
    CHECK_EQ(trio_exit_code(TRIO_EINTERRUPTED), 130);
    CHECK_EQ(trio_exit_code(TRIO_ECANCELED), 1);
    CHECK_EQ(trio_exit_code(TRIO_EIO), 1);
}

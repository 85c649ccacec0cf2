// Out of memory, at every moment: that is said, and nothing is left behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/check.h"
#include "tests/tls/blocks.h"
#include "tests/tls/kit.h"

static trio_status call_with(uint64_t allocations, trio_status (*fn)(void *arg),
                             void *arg)
{
    leave_allocations(allocations);
    trio_status rc = fn(arg);
    leave_allocations(UINT64_MAX);
    return rc;
}

// Calls `fn` with ever more memory until there is enough.
static TRIO_PARKS void squeeze(trio_status (*fn)(void *arg), void *arg)
{
    trio_status rc = TRIO_ENOMEM;
    size_t blocks = count_blocks();

    for (uint64_t i = 0; rc == TRIO_ENOMEM && i < 2000; i++)
        rc = call_with(i, fn, arg);
    CHECK_OK(rc);
    CHECK_EQ(count_blocks(), blocks);
}

static TRIO_PARKS trio_status open_both(void *arg)
{
    struct trio_memory_stream near, far;
    struct tls_pair pair;

    trio_memory_stream_pair(&near, &far);
    trio_status rc = open_tls(&pair, arg, &near.stream, &far.stream);
    if (rc == TRIO_OK)
        drop_tls(&pair);
    return rc;
}

TEST_ONCE(tls_no_memory, a_stream_is_not_made)
{
    squeeze(open_both, contexts_of(TRIO_TLS_1_3));
}

static trio_status open_server_context(void *arg)
{
    const struct trio_tls_options options = {.protocols = "h2 http/1.1"};
    struct trio_tls_context context;

    (void)arg;
    trio_status rc = trio_tls_server_context_open(&options, &context);
    if (rc == TRIO_OK)
        trio_tls_context_close(&context);
    return rc;
}

TEST_ONCE(tls_no_memory, a_context_is_not_made)
{
    CHECK_OK(open_server_context(NULL)); // OpenSSL has all its tables then.
    squeeze(open_server_context, NULL);
}

static trio_status open_client_context(void *arg)
{
    struct trio_tls_context context;
    trio_status rc = trio_tls_client_context_open(arg, &context);

    if (rc == TRIO_OK)
        trio_tls_context_close(&context);
    return rc;
}

// For the tickets, which come last; before that is what is in a file.
TEST_REAL(tls_no_memory, a_context_is_not_made_without_its_tickets)
{
    char file[300];
    struct trio_tls_options options = {.authorities_file = file};

    snprintf(file, sizeof(file), "%s/authority.pem", kit_folder);
    write_identity(&tls_world()->authority, file);
    CHECK_OK(open_client_context(&options));
    uint64_t before = count_allocations();
    CHECK_OK(open_client_context(&options));
    uint64_t count = count_allocations() - before;
    trio_status rc = TRIO_OK;
    while (rc == TRIO_OK)
        rc = call_with(count--, open_client_context, &options);
    CHECK_STATUS(rc, TRIO_ENOMEM);
    CHECK_STRING(trio_error_find(rc)->text, "TLS: tickets");
}

// What names come to for which libidn2 finds no memory. It is a library of its
// own, which no sweep reaches, so this program has functions of its own in
// place of those of libc.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/resolve.h>
#include <trio/sim_net.h>

#include <errno.h>
#include <stdlib.h>

#include "tests/check.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

// The next request but so many fails, if it is one of this thread's.
static _Thread_local int requests_left = -1;

static bool must_fail(void)
{
    if (requests_left < 0 || requests_left-- > 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return must_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return must_fail() ? NULL : __libc_realloc(block, size);
}

static void check_named(const struct trio_error *error, const char *name)
{
    CHECK(error != NULL && strstr(error->text, name) != NULL);
}

// Each request in turn fails; returns how many there are.
static int fail_each(trio_status (*fn)(const char *name), const char *name)
{
    trio_status rc = TRIO_ENOMEM;
    int request = -1;

    while (rc != TRIO_OK && request < 1000) {
        requests_left = ++request;
        rc = fn(name);
        requests_left = -1;
        if (rc != TRIO_OK && CHECK_EQ(rc, TRIO_ENOMEM))
            check_named(trio_error_find(rc), name);
    }
    return request;
}

static trio_status encode(const char *name)
{
    char buffer[TRIO_HOST_SIZE];
    return trio_host_encode(name, buffer, sizeof(buffer));
}

static trio_status open_host(const char *name)
{
    struct trio_sim_host *host;
    return trio_sim_host_open(name, NULL, &host);
}

// S90
TEST_ONCE(idna_faults, a_name_without_memory_is_told_so)
{
    CHECK_OK(encode("ä.example")); // The library is loaded.
    CHECK(fail_each(encode, "bücher.example") > 0);
}

// S78
TEST_ONCE(idna_faults, a_host_without_memory_for_its_name_is_not_opened)
{
    CHECK_OK(encode("ä.example"));
    CHECK(fail_each(open_host, "bücher") > 0);
    CHECK_STATUS(open_host("BÜCHER"), TRIO_EEXIST); // Once is enough.
}

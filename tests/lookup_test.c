// The system's resolver on its bad days. It has none on demand, so this program
// has functions of its own in place of the C library's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>

#include <trio/resolve.h>
#include <trio/thread.h>

#include "tests/check.h"

// What the next calls do.
static struct {
    int code;   // Of EAI_...
    int error;  // With EAI_SYSTEM.
    bool hangs; // Until somebody posts `go`.
    sem_t go;
    sem_t gone;
    struct addrinfo entries[100];
    struct sockaddr_in6 names[100];
    size_t count;
    int freed;
} fake;

// ---- In place of libc's ----

int getaddrinfo(const char *restrict host, const char *restrict service,
                const struct addrinfo *restrict hints,
                struct addrinfo **restrict ret_found)
{
    CHECK(service == NULL && hints->ai_socktype == SOCK_STREAM);
    if (fake.hangs) {
        while (sem_wait(&fake.go) != 0)
            continue;
        sem_post(&fake.gone);
        return EAI_AGAIN;
    }
    errno = fake.error;
    if (fake.code != 0)
        return fake.code;
    for (size_t i = 0; i < fake.count; i++) {
        struct addrinfo *entry = &fake.entries[i];
        fake.names[i] = (struct sockaddr_in6){.sin6_family = AF_INET6};
        fake.names[i].sin6_addr.s6_addr[15] = (uint8_t)i;
        *entry =
            (struct addrinfo){.ai_family = AF_INET6,
                              .ai_addr = (struct sockaddr *)&fake.names[i],
                              .ai_addrlen = sizeof(fake.names[i]),
                              .ai_next = i + 1 < fake.count ? entry + 1 : NULL};
    }
    (void)host;
    *ret_found = fake.entries;
    return 0;
}

void freeaddrinfo(struct addrinfo *found)
{
    CHECK(found == fake.entries);
    fake.freed++;
}

int getnameinfo(const struct sockaddr *restrict name, socklen_t length,
                char *restrict host, socklen_t host_size,
                char *restrict service, socklen_t service_size, int flags)
{
    CHECK(name->sa_family == AF_INET && length == sizeof(struct sockaddr_in));
    CHECK(service == NULL && service_size == 0 && flags == NI_NAMEREQD);
    errno = fake.error;
    if (fake.code == 0)
        snprintf(host, host_size, "gateway.example");
    return fake.code;
}

static void begin(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.count = 2;
}

// ---- Answers ----

// S90
TEST_REAL(lookup, addresses_come_in_the_order_of_the_system)
{
    struct trio_address found[200];
    size_t count = 0;

    begin();
    fake.count = 100;
    CHECK_OK(trio_resolve("example.org", 1, NULL, found, 200, &count));
    CHECK_EQ(count, TRIO_RESOLVE_MAX);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(found[i].family, TRIO_ADDRESS_IPV6);
        CHECK_EQ(found[i].bytes[15], i);
    }
    CHECK_EQ(fake.freed, 1);
}

static const struct {
    int code;
    int error;
    trio_status status;
} failures[] = {
    {EAI_NONAME, 0, TRIO_ENOENT},
    {EAI_NODATA, 0, TRIO_ENOENT},
    {EAI_AGAIN, 0, TRIO_EUNREACHABLE},
    {EAI_FAIL, 0, TRIO_EIO},
    {EAI_MEMORY, 0, TRIO_ENOMEM},
    {EAI_SYSTEM, EMFILE, TRIO_EMFILE},
    {EAI_SYSTEM, ENFILE, TRIO_EMFILE},
    {EAI_SYSTEM, ENOBUFS, TRIO_ENOBUFS},
    // It could not look, which is not to say that there is nothing.
    {EAI_NONAME, EMFILE, TRIO_EMFILE},
    {EAI_NONAME, ENFILE, TRIO_EMFILE},
    {EAI_NODATA, ENOMEM, TRIO_ENOMEM},
    {EAI_AGAIN, ENOBUFS, TRIO_ENOBUFS},
};

// What is said of a failure: in libc's words, which are not the same
// everywhere, unless it is one of the system's.
static const char *text_of(int code, int error, char *buffer, size_t size)
{
    if (error != 0)
        return "resolve example.org";
    snprintf(buffer, size, "resolve example.org: %s", gai_strerror(code));
    return buffer;
}

// S90
TEST_REAL(lookup, failures_say_what_the_system_said)
{
    struct trio_address found[8], address;
    size_t count;
    char name[TRIO_HOST_SIZE];
    char text[100];

    begin();
    CHECK_OK(trio_address_parse("10.0.0.1:1", &address));
    for (size_t i = 0; i < COUNT(failures); i++) {
        trio_status expected = failures[i].status;

        fake.code = failures[i].code;
        fake.error = failures[i].error;
        trio_error_clear();
        CHECK_STATUS(trio_resolve("example.org", 1, NULL, found, 8, &count),
                     expected);
        const struct trio_error *error = trio_error_find(expected);
        if (CHECK(error != NULL)) {
            CHECK_STRING(error->text, text_of(failures[i].code, fake.error,
                                              text, sizeof(text)));
            CHECK_EQ(error->os_error, fake.error);
        }
        CHECK_STATUS(trio_resolve_address(&address, name, sizeof(name)),
                     expected);
    }
    CHECK_EQ(fake.freed, 0);
}

// S90
TEST_REAL(lookup, an_address_has_the_name_that_the_system_says)
{
    struct trio_address address;
    char name[TRIO_HOST_SIZE] = "";

    begin();
    CHECK_OK(trio_address_parse("10.0.0.1:1", &address));
    CHECK_OK(trio_resolve_address(&address, name, sizeof(name)));
    CHECK_STRING(name, "gateway.example");
}

// ---- None ----

static TRIO_CHECKPOINT trio_status resolve_something(void *arg)
{
    struct trio_address found;
    size_t count;

    (void)arg;
    return trio_resolve("example.org", 1, NULL, &found, 1, &count);
}

static size_t borrowed(void)
{
    return trio_capacity_limiter_statistics(trio_thread_limiter()).borrowed;
}

static void begin_to_hang(void)
{
    begin();
    fake.hangs = true;
    REQUIRE(sem_init(&fake.go, 0, 0) == 0 && sem_init(&fake.gone, 0, 0) == 0);
}

static TRIO_CHECKPOINT trio_status give_up_soon(void *arg)
{
    CHECK_STATUS(trio_with_timeout(TRIO_MS, resolve_something, arg),
                 TRIO_ETIMEDOUT);
    CHECK_OK(trio_checkpoint()); // Until the question knows.
    return TRIO_OK;
}

// S90
TEST_REAL(lookup, one_that_hangs_takes_its_slot_with_it)
{
    begin_to_hang();
    for (size_t i = 1; i <= 3; i++) {
        CHECK_OK(give_up_soon(NULL));
        CHECK_EQ(borrowed(), i);
    }
    for (int i = 0; i < 3; i++)
        sem_post(&fake.go);
    while (borrowed() > 0)
        CHECK_OK(trio_sleep(TRIO_MS));
}

// S90
TEST_PLAIN(lookup, one_that_hangs_does_not_hold_up_the_end_of_the_run)
{
    begin_to_hang();
    CHECK_OK(trio_run(give_up_soon, NULL));
    sem_post(&fake.go);
    while (sem_wait(&fake.gone) != 0)
        continue;
}

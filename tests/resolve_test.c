// What trio/resolve.h promises, with a resolver of the test's, and a few names
// that every system knows.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/resolve.h>

#include <stdio.h>

#include "tests/check.h"

// A resolver that takes a second, and knows so many addresses of every host. It
// outlives the body of a test, as it has to: a question may be cancelled last.
struct phone_book {
    struct trio_resolver resolver;
    size_t count;
    trio_duration delay;
    trio_status result;
    int asked;     // For addresses, or a name.
    int cancelled; // While they were looked for.
    char host[TRIO_HOST_SIZE];
    enum trio_address_family family;
    struct trio_address address;
};

static TRIO_CHECKPOINT trio_status look_up(struct phone_book *book)
{
    book->asked++;
    trio_status rc = trio_sleep(book->delay);
    if (rc == TRIO_ECANCELED)
        book->cancelled++;
    if (rc == TRIO_OK && book->result != TRIO_OK)
        return trio_fail(book->result, "the page is torn out");
    return rc;
}

static TRIO_CHECKPOINT trio_status look_up_addresses(
    void *context, const char *host, enum trio_address_family family,
    struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    struct phone_book *book = context;

    snprintf(book->host, sizeof(book->host), "%s", host);
    book->family = family;
    for (size_t i = 0; i < book->count && i < max; i++)
        ret_addresses[i] = (struct trio_address){
            .family = TRIO_ADDRESS_IPV4, .bytes = {10, 0, 0, (uint8_t)i}};
    *ret_count = book->count < max ? book->count : max;
    return look_up(book);
}

static TRIO_CHECKPOINT trio_status
look_up_name(void *context, const struct trio_address *address, char *ret_host,
             size_t size)
{
    struct phone_book *book = context;

    book->address = *address;
    snprintf(ret_host, size, "gateway.example");
    return look_up(book);
}

static void open_book(struct phone_book *book, size_t count)
{
    *book =
        (struct phone_book){.resolver = {book, look_up_addresses, look_up_name},
                            .count = count,
                            .delay = TRIO_SECOND};
    trio_resolver_set(&book->resolver);
}

static void check_address(const struct trio_address *address, const char *text)
{
    char buffer[TRIO_ADDRESS_TEXT_MAX];

    CHECK_STRING(trio_address_format(address, buffer, sizeof(buffer)), text);
}

// ---- One question ----

// S90
TEST(resolve, an_address_is_no_question)
{
    static const struct {
        const char *host;
        const char *address;
    } cases[] = {{"127.0.0.1", "127.0.0.1:80"},
                 {"::1", "[::1]:80"},
                 {"fe80::1%3", "[fe80::1%3]:80"}};
    static struct phone_book book;

    open_book(&book, 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trio_address found;
        size_t count = 0;

        CHECK_OK(trio_resolve(cases[i].host, 80, NULL, &found, 1, &count));
        CHECK_EQ(count, 1);
        check_address(&found, cases[i].address);
    }
    CHECK_EQ(book.asked, 0);
}

// S90
TEST(resolve, a_name_has_several_addresses)
{
    static struct phone_book book;
    struct trio_address found[8];
    size_t count = 0;

    open_book(&book, 3);
    CHECK_OK(trio_resolve("Example.ORG", 443, NULL, found, 8, &count));
    CHECK_EQ(count, 3);
    check_address(&found[0], "10.0.0.0:443");
    check_address(&found[2], "10.0.0.2:443");
    CHECK_STRING(book.host, "example.org");
    CHECK_EQ(book.family, 0);
    CHECK_EQ(book.asked, 1);
}

// S90
TEST(resolve, no_more_addresses_than_there_is_room_for)
{
    const struct trio_resolve_options options = {TRIO_ADDRESS_IPV4};
    static struct phone_book book;
    struct trio_address found[3];
    size_t count = 0;

    open_book(&book, 1000);
    found[2].port = 7;
    CHECK_OK(trio_resolve("a", 1, &options, found, 2, &count));
    CHECK_EQ(count, 2);
    CHECK_EQ(found[2].port, 7);
    CHECK_EQ(book.family, TRIO_ADDRESS_IPV4);
    CHECK_STATUS(trio_resolve("a", 1, NULL, found, 0, &count), TRIO_EINVAL);
}

// S90
TEST(resolve, an_address_has_a_name)
{
    static struct phone_book book;
    struct trio_address address;
    char name[TRIO_HOST_SIZE];

    open_book(&book, 0);
    CHECK_OK(trio_address_parse("10.0.0.1:22", &address));
    CHECK_OK(trio_resolve_address(&address, name, sizeof(name)));
    CHECK_STRING(name, "gateway.example");
    check_address(&book.address, "10.0.0.1:0");
    CHECK_STATUS(trio_resolve_address(&address, name, 15), TRIO_EMSGSIZE);
    CHECK_OK(trio_resolve_address(&address, name, 16));
    CHECK_OK(trio_address_parse("unix:/a", &address));
    CHECK_STATUS(trio_resolve_address(&address, name, 16), TRIO_EINVAL);
}

// S90
TEST(resolve, a_failure_is_told_with_the_name)
{
    static struct phone_book book;
    struct trio_address found;
    size_t count;

    open_book(&book, 1);
    book.result = TRIO_EIO;
    trio_status rc = trio_resolve("example.org", 1, NULL, &found, 1, &count);
    CHECK_STATUS(rc, TRIO_EIO);
    CHECK_STRING(trio_error_find(TRIO_EIO)->text,
                 "resolve example.org: the page is torn out");
    book.result = TRIO_OK;
    book.count = 0; // Without an address it is as good as no name.
    rc = trio_resolve("example.org", 1, NULL, &found, 1, &count);
    CHECK_STATUS(rc, TRIO_ENOENT);
    CHECK_STRING(trio_error_find(TRIO_ENOENT)->text, "resolve example.org");
}

// S90
TEST(resolve, only_hosts_are_known_in_simulation)
{
    struct trio_address found;
    size_t count;

    CHECK_STATUS(trio_resolve("example.org", 1, NULL, &found, 1, &count),
                 TRIO_ENOENT);
    CHECK_OK(trio_resolve("LocalHost.", 80, NULL, &found, 1, &count));
    CHECK_EQ(found.port, 80);
    CHECK_EQ(found.bytes[15], 1);
    CHECK_EQ(trio_capacity_limiter_statistics(trio_thread_limiter()).borrowed,
             0);
}

static TRIO_CHECKPOINT trio_status resolve_host(void *arg)
{
    struct trio_address found;
    size_t count;

    return trio_resolve(arg, 1, NULL, &found, 1, &count);
}

// S90
TEST_ONCE(resolve, is_a_checkpoint_whatever_comes_of_it)
{
    static char address[] = "::1", name[] = "example.org", wrong[] = "a..b";
    static struct phone_book book;

    open_book(&book, 1);
    CHECK_OK(trio_assert_checkpoints(resolve_host, address));
    CHECK_OK(trio_assert_checkpoints(resolve_host, name));
    CHECK_STATUS(trio_assert_checkpoints(resolve_host, wrong), TRIO_EINVAL);
    CHECK_EQ(book.asked, 1);
}

// ---- Several ----

struct asker {
    const char *host;
    trio_duration patience;
    enum trio_address_family family;
    trio_status rc;
    size_t count;
    struct trio_address found;
};

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct asker *asker = arg;
    const struct trio_resolve_options options = {asker->family};
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, asker->patience);
    asker->rc =
        trio_resolve(asker->host, 1, &options, &asker->found, 1, &asker->count);
    return trio_cancel_scope_close(&scope, asker->rc);
}

static TRIO_CHECKPOINT trio_status ask_all(struct asker *askers, size_t count)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, ask, &askers[i]);
    return trio_nursery_close(&nursery, rc);
}

// S90
TEST(resolve, what_is_asked_already_is_not_asked_again)
{
    struct asker askers[] = {
        {"example.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}},
        {"EXAMPLE.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}},
        {"example.org", TRIO_FOREVER, TRIO_ADDRESS_IPV4, TRIO_OK, 0, {0}},
        {"example.net", TRIO_FOREVER, 0, TRIO_OK, 0, {0}},
        {"example.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}}};
    static struct phone_book book;

    open_book(&book, 1);
    CHECK_OK(ask_all(askers, COUNT(askers)));
    CHECK_EQ(book.asked, 3);
    for (size_t i = 0; i < COUNT(askers); i++)
        check_address(&askers[i].found, "10.0.0.0:1");
    CHECK_OK(ask_all(askers, 1));
    CHECK_EQ(book.asked, 4); // Answers are not kept.
}

// S90
TEST(resolve, who_leaves_takes_nobody_elses_answer)
{
    struct asker askers[] = {{"example.org", TRIO_MS, 0, TRIO_OK, 0, {0}},
                             {"example.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}}};
    static struct phone_book book;

    open_book(&book, 1);
    CHECK_OK(ask_all(askers, COUNT(askers)));
    CHECK_STATUS(askers[0].rc, TRIO_ECANCELED);
    CHECK_OK(askers[1].rc);
    CHECK_EQ(book.asked, 1);
    CHECK_EQ(book.cancelled, 0);
}

// S90
TEST(resolve, a_question_for_which_nobody_waits_is_cancelled)
{
    struct asker askers[] = {{"example.org", TRIO_MS, 0, TRIO_OK, 0, {0}},
                             {"example.org", 2 * TRIO_MS, 0, TRIO_OK, 0, {0}}};
    struct asker late = {"example.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}};
    static struct phone_book book;

    open_book(&book, 1);
    CHECK_OK(ask_all(askers, COUNT(askers)));
    CHECK_OK(ask_all(&late, 1)); // And does not get in this one's way.
    CHECK_OK(late.rc);
    CHECK_EQ(book.asked, 2);
    CHECK_EQ(book.cancelled, 1);
}

// S90
TEST(resolve, another_resolver_is_not_asked_what_the_first_one_is)
{
    struct asker asker = {"example.org", TRIO_FOREVER, 0, TRIO_OK, 0, {0}};
    static struct phone_book first, second;
    struct trio_nursery nursery;

    open_book(&first, 1);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, ask, &asker);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS);
    open_book(&second, 1);
    if (rc == TRIO_OK)
        rc = resolve_host((char[]){"example.org"});
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_EQ(first.asked, 1);
    CHECK_EQ(second.asked, 1);
    CHECK(trio_resolver_set(NULL) == &second.resolver);
}

// ---- Names ----

static void refuse(const char *name, const char *text)
{
    char buffer[TRIO_HOST_SIZE];

    CHECK_STATUS(trio_host_encode(name, buffer, sizeof(buffer)), TRIO_EINVAL);
    const struct trio_error *error = trio_error_find(TRIO_EINVAL);
    CHECK_STRING(error == NULL ? NULL : error->text, text);
}

// S90
TEST_ONCE(resolve, what_cannot_be_a_name_is_refused_with_its_label)
{
    char label[80], name[300];

    refuse("", "label \"\" of a host's name: it is empty");
    refuse(".", "label \"\" of a host's name: it is empty");
    refuse("a..b", "label \"\" of a host's name: it is empty");
    refuse("a.b c.d",
           "label \"b\" of a host's name: a character that no name has follows "
           "it");
    memset(label, 'x', sizeof(label));
    snprintf(name, sizeof(name), "a.%.64s", label);
    refuse(name, "label \"xxxxxxxxxxxxxxxxxxxxxxxx...\" of a host's name: "
                 "longer than 63 bytes");
    snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.62s", label, label, label,
             label);
    refuse(name, "a host's name is longer than 253 bytes");
}

// S90
TEST_ONCE(resolve, names_are_of_lower_case_and_may_be_as_long_as_they_may)
{
    char label[64], name[TRIO_HOST_SIZE], buffer[TRIO_HOST_SIZE];

    CHECK_OK(trio_host_encode("WWW.Example-1.org.", buffer, sizeof(buffer)));
    CHECK_STRING(buffer, "www.example-1.org.");
    CHECK_STATUS(trio_host_encode("abc", buffer, 3), TRIO_EMSGSIZE);
    CHECK_OK(trio_host_encode("abc", buffer, 4));
    memset(label, 'x', sizeof(label));
    snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.61s.", label, label,
             label, label);
    CHECK_OK(trio_host_encode(name, buffer, sizeof(buffer)));
    CHECK_STRING(buffer, name);
}

// ---- The system ----

// S90
TEST_REAL(resolve, the_system_knows_itself)
{
    struct trio_address found[8], address;
    size_t count = 0;
    char name[TRIO_HOST_SIZE] = "";
    const struct trio_resolve_options options = {TRIO_ADDRESS_IPV4};

    CHECK_OK(trio_resolve("localhost", 80, &options, found, 8, &count));
    CHECK(count > 0);
    check_address(&found[0], "127.0.0.1:80");
    CHECK_OK(trio_address_parse("127.0.0.1:80", &address));
    CHECK_OK(trio_resolve_address(&address, name, sizeof(name)));
    CHECK(name[0] != '\0');
}

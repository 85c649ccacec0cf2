// The test runner: cases with names, checks that go on, a line at the end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/status.h>
#include <trio/testing.h>
#include <trio/trio.h>

// A case registers itself where it is defined:
//
//     TEST(lock, is_handed_over_in_order_of_arrival)
//     {
//         CHECK_OK(trio_checkpoint());
//     }
//
// The body runs as the main task of a run, which has to succeed.
//
//     TEST           in simulation: first in first out, then with a
//                    cancellation wherever one can be, a failure of whatever
//                    can fail, and under 100 other schedules. What a run does
//                    after something was injected is judged without its checks:
//                    the first that fails ends it.
//     TEST_THOROUGH  the same under 1,000 schedules: for what must hold also at
//                    the worst moment
//     TEST_ONCE      in simulation, first in first out only
//     TEST_REAL      once on the real clock and the real kernel
//     TEST_SEEDED    outside of any run, once per seed; see check_seed
//     TEST_PLAIN     outside of any run, once
//
// A case counts once, whatever the number of its seeds.
#define TEST(suite, name) CHECK_CASE_(suite, name, CHECK_SIMULATED)
#define TEST_THOROUGH(suite, name) CHECK_CASE_(suite, name, CHECK_THOROUGH)
#define TEST_ONCE(suite, name) CHECK_CASE_(suite, name, CHECK_SIMULATED_ONCE)
#define TEST_REAL(suite, name) CHECK_CASE_(suite, name, CHECK_REAL)
#define TEST_SEEDED(suite, name) CHECK_CASE_(suite, name, CHECK_SEEDED)
#define TEST_PLAIN(suite, name) CHECK_CASE_(suite, name, CHECK_PLAIN)

// A check that fails prints where and how to replay it, fails the case and goes
// on. Each evaluates its arguments once and says whether it held.
#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_OK(expression)                                                   \
    check_status((expression), TRIO_OK, #expression, __FILE__, __LINE__)
#define CHECK_STATUS(expression, expected)                                     \
    check_status((expression), (expected), #expression, __FILE__, __LINE__)
#define CHECK_EQ(actual, expected)                                             \
    check_equal((int64_t)(actual), (int64_t)(expected),                        \
                #actual " == " #expected, __FILE__, __LINE__)
#define CHECK_STRING(actual, expected)                                         \
    check_string((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_LOG(log, expected)                                               \
    check_string((log).text, (expected), #log, __FILE__, __LINE__)

// Ends the process if it does not hold: for what all the rest depends on.
#define REQUIRE(condition)                                                     \
    check_require((condition), #condition, __FILE__, __LINE__)

// Whether the addresses in a simulated run are the simulation's.
// AddressSanitizer gives frames memory of its own: a twin would find that out.
#if defined(__SANITIZE_ADDRESS__)
#define CHECK_OWN_ADDRESSES false
#elif defined(__has_feature)
#define CHECK_OWN_ADDRESSES (!__has_feature(address_sanitizer))
#else
#define CHECK_OWN_ADDRESSES true
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// What happened, a letter each, as text. Zero is an empty log.
struct log {
    char text[512];
    size_t length;
};

// Appends a letter; a full log is a failure.
void log_add(struct log *log, char letter);

// Puts the letters in order: for what a shuffle may exchange.
void log_sort(struct log *log);

// Returns the seed of the current TEST_SEEDED; 0 is first in, first out.
uint64_t check_seed(void);

// Says whether the order of tasks is first in, first out: only then may a test
// look at the order inside a pass.
bool check_is_fifo(void);

// Returns the clock of the simulated world that a TEST or TEST_ONCE runs in.
struct trio_mock_clock *check_clock(void);

enum check_kind {
    CHECK_SIMULATED,
    CHECK_THOROUGH,
    CHECK_SIMULATED_ONCE,
    CHECK_REAL,
    CHECK_SEEDED,
    CHECK_PLAIN
};

struct check_case {
    const char *suite;
    const char *name;
    enum check_kind kind;
    void (*body)(void);
    struct check_case *next;
};

// The registry, for other runners.
struct check_case *check_first(void);

// Returns the case that is under way; NULL: there is none.
const struct check_case *check_current(void);

// Runs a case with all its seeds; says whether it passed.
bool check_run_case(const struct check_case *item);

// The whole program: --list, --test PATTERN, --seed N, --runs N.
int check_main(int count, char **arguments);

// ---- What the macros stand for ----

void check_register(struct check_case *item);
bool check_that(bool condition, const char *text, const char *file, int line);
bool check_status(trio_status actual, trio_status expected, const char *text,
                  const char *file, int line);
bool check_equal(int64_t actual, int64_t expected, const char *text,
                 const char *file, int line);
bool check_string(const char *actual, const char *expected, const char *text,
                  const char *file, int line);
void check_require(bool condition, const char *text, const char *file,
                   int line);

#define CHECK_CASE_(suite, name, kind)                                         \
    TRIO_PARKS static void suite##_##name##_body_(void);                       \
    __attribute__((constructor)) static void suite##_##name##_register_(void)  \
    {                                                                          \
        static struct check_case item = {#suite, #name, kind,                  \
                                         suite##_##name##_body_, NULL};        \
        check_register(&item);                                                 \
    }                                                                          \
    TRIO_PARKS static void suite##_##name##_body_(void)

#endif // TESTS_CHECK_H

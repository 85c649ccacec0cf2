// What every other header needs: attributes, assertions, linkage.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_BASE_H
#define TRIO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define TRIO_BEGIN_DECLS extern "C" {
#define TRIO_END_DECLS }
#else
#define TRIO_BEGIN_DECLS
#define TRIO_END_DECLS
#endif

// The version of these headers. A run checks it against the library's.
#define TRIO_VERSION 3

#if defined(__clang__)
#define TRIO_CLANG_(attribute) __attribute__((attribute))
#define TRIO_FORMAT_ printf
#else
#define TRIO_CLANG_(attribute)
#define TRIO_FORMAT_ gnu_printf // Where the system's own differs from C's.
#endif

// The compiler warns where the result is dropped. Dropping a status on purpose
// is `trio_ignore(rc)`.
#define TRIO_MUST_USE __attribute__((warn_unused_result))

// A format string and where its arguments begin, as in printf.
#define TRIO_PRINTF(text, first) \
    __attribute__((format(TRIO_FORMAT_, text, first)))

// Scopes are capabilities, so that `clang -Wthread-safety` reports a `return`,
// `goto` or `break` past a close, a forgotten close and a double close. Open
// unconditionally and close by the same expression; a function that cannot is
// marked TRIO_NO_SCOPE_ANALYSIS. Other compilers see nothing of this.
#define TRIO_SCOPE_TYPE(name) TRIO_CLANG_(capability(name))
#define TRIO_OPENS(scope) TRIO_CLANG_(acquire_capability(scope))
#define TRIO_CLOSES(scope) TRIO_CLANG_(release_capability(scope))
#define TRIO_NO_SCOPE_ANALYSIS TRIO_CLANG_(no_thread_safety_analysis)

// The colour of a function: what it may do to the task that calls it.
//
//     TRIO_CHECKPOINT  may be cancelled here and may let other tasks run
//     TRIO_PARKS       may let other tasks run, but is never cancelled
//     (no mark)        neither, ever
//
// Each mark goes before the return type, in the declaration and the definition.
// With -DTRIO_CHECK_COLORS, clang -Wthread-safety warns where an unmarked
// function calls a marked one.
#if defined(__clang__) && defined(TRIO_CHECK_COLORS)
struct __attribute__((capability("checkpoint"))) trio_color_;
TRIO_BEGIN_DECLS
extern struct trio_color_ trio_color_;
TRIO_END_DECLS
#define TRIO_COLORED_ __attribute__((requires_capability(trio_color_)))
#else
#define TRIO_COLORED_
#endif
#define TRIO_CHECKPOINT TRIO_COLORED_ TRIO_MUST_USE
#define TRIO_PARKS TRIO_COLORED_

// The address that the current function returns to. Kept as a place; named
// only when it is printed.
#define TRIO_CALLER() __builtin_return_address(0)

TRIO_BEGIN_DECLS

// Reports a broken assertion as misuse, with where it stands, and stops.
//
// Checkpoint: never.
__attribute__((noreturn, cold)) void
trio_assert_failed(const char *text, const char *file, int line);

// Reports as misuse that `function` was given NULL for what it cannot do
// without, and stops.
//
// Checkpoint: never.
__attribute__((noreturn, cold)) void
trio_required_missing(const char *function, const char *argument);

TRIO_END_DECLS

// Stops with a report unless `condition` holds. Never compiled out.
#define TRIO_ASSERT(condition)                                                \
    (__builtin_expect(!!(condition), 1)                                       \
         ? (void)0                                                            \
         : trio_assert_failed(#condition, __FILE__, __LINE__))

// Stops with a report that names the function where this stands if `argument`,
// a pointer that it was given, is NULL.
//
//     TRIO_REQUIRE(pool);
//     rc = use_pool(pool);
#define TRIO_REQUIRE(argument)                                                \
    (__builtin_expect((argument) != NULL, 1)                                  \
         ? (void)0                                                            \
         : trio_required_missing(__func__, #argument))

#endif // TRIO_BASE_H

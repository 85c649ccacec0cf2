// Reports: of misuse, and line by line of anything else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_MISUSE_H
#define TRIO_CORE_MISUSE_H

#include <stddef.h>
#include <trio/backend.h>
#include <trio/base.h>

__attribute__((noreturn, cold)) void
trio_misuse_at_(const char *rule, const void *object, const void *place);

// The same, of a rule that several functions have: begins with the one that was
// called.
__attribute__((noreturn, cold)) void trio_misuse_by_(const char *function,
                                                     const char *rule,
                                                     const void *object,
                                                     const void *place);

void trio_report_line_(const struct trio_report *report, const char *format,
                       ...) TRIO_PRINTF(2, 3);
size_t trio_format_(const struct trio_report *report, char *buffer, size_t size,
                    const char *format, ...) TRIO_PRINTF(4, 5);

#endif // TRIO_CORE_MISUSE_H

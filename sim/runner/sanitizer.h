// Sanitizers, where there is one: they end the process by themselves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SANITIZER_H
#define TRIO_SIM_RUNNER_SANITIZER_H

#include <stddef.h>

#pragma weak __sanitizer_set_death_callback
void __sanitizer_set_death_callback(void (*fn)(void));

// UBSan and ASan call these for each error, before they say what it is. Who
// defines them is called in their place.
void __ubsan_on_report(void);
void trio_runner_asan_on_error_(void) __asm__("__asan_on_error");

// Has `fn` called before they end the process.
static inline void trio_runner_sanitizer_catch_(void (*fn)(void))
{
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(fn);
}

#endif // TRIO_SIM_RUNNER_SANITIZER_H

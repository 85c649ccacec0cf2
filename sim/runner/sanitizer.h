// Sanitizers, where there is one: they end the process by themselves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SANITIZER_H
#define TRIO_SIM_RUNNER_SANITIZER_H

#include <stddef.h>

#pragma weak __sanitizer_set_death_callback
void __sanitizer_set_death_callback(void (*fn)(void));

// UBSan calls this for each error, before it says what it is. Who defines it is
// called in its place.
void __ubsan_on_report(void);

// Has `fn` called before they end the process.
static inline void trio_runner_sanitizer_catch_(void (*fn)(void))
{
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(fn);
}

#endif // TRIO_SIM_RUNNER_SANITIZER_H

// Guards: the real world stays outside of simulated runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The linker gives every call of a guarded function, wherever in the program it
// stands, to a guard: GNU's and LLVM's do with --wrap. Bazel passes that to
// whatever depends on //sim/runner:guards. With another build system, link the
// objects of guard*.c themselves, not an archive of them, and pass
//
//     @sim/runner/guards.ld
//
// to the compiler that links.

#ifndef TRIO_SIM_RUNNER_GUARD_H
#define TRIO_SIM_RUNNER_GUARD_H

// Ends the simulated run that is under way in this thread, if there is one, as
// failed: `what` leaked in, because `name` was called at `place`. NULL: only
// that is said.
void trio_sim_guard_(const char *what, const char *name, const void *place);

// Defines the guard of a function. Outside of simulated runs, that is in real
// ones, in the runner, in a sanitizer, it is the function itself.
//
//     GUARD("real time", time_t, time, (time_t * ret_now), (ret_now))
//
// clang-format off
#define GUARD(what, type, name, parameters, arguments)                         \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        trio_sim_guard_(what, #name, __builtin_return_address(0));             \
        return __real_##name arguments;                                        \
    }
// clang-format on

#endif // TRIO_SIM_RUNNER_GUARD_H

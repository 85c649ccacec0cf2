// What the scenario's code opens it has to close before its run ends. The
// descriptors themselves are real ones: only the calls are counted.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/guard_descriptors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/kernel/descriptors.h"
#include "sim/kernel/kernel.h"

#define HERE __builtin_return_address(0)

// clang-format off
#define WRAP(type, name, parameters)                                           \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters
// clang-format on

int __real_close(int number);

int trio_sim_guard_made_(int number, const char *name, const void *place)
{
    struct kernel *kernel = trio_sim_current_();
    const struct descriptor descriptor = {.number = number,
                                          .what = name,
                                          .place = place,
                                          .close = __real_close};

    if (kernel != NULL && number >= 0)
        trio_sim_descriptor_took_(kernel, &descriptor);
    return number;
}

void trio_sim_guard_closed_(int number)
{
    struct kernel *kernel = trio_sim_current_();

    if (kernel != NULL)
        trio_sim_descriptor_gave_(kernel, number);
}

// ---- Made ----

static int made_both(int code, const int ends[2], const char *name,
                     const void *place)
{
    for (size_t i = 0; i < 2 && code == 0; i++)
        trio_sim_guard_made_(ends[i], name, place);
    return code;
}

WRAP(int, pipe, (int ret_ends[2]))
{
    return made_both(__real_pipe(ret_ends), ret_ends, "pipe", HERE);
}

WRAP(int, pipe2, (int ret_ends[2], int flags))
{
    return made_both(__real_pipe2(ret_ends, flags), ret_ends, "pipe2", HERE);
}

WRAP(int, dup, (int number))
{
    return trio_sim_guard_made_(__real_dup(number), "dup", HERE);
}

// What was open before is the same one as far as closing goes.
static int made_anew(bool is_new, int code, const char *name, const void *place)
{
    return is_new ? trio_sim_guard_made_(code, name, place) : code;
}

static bool is_free(int number)
{
    return fcntl(number, F_GETFD) < 0;
}

WRAP(int, dup2, (int number, int copy))
{
    bool is_new = is_free(copy);

    return made_anew(is_new, __real_dup2(number, copy), "dup2", HERE);
}

WRAP(int, dup3, (int number, int copy, int flags))
{
    bool is_new = is_free(copy);

    return made_anew(is_new, __real_dup3(number, copy, flags), "dup3", HERE);
}

WRAP(int, eventfd, (unsigned count, int flags))
{
    return trio_sim_guard_made_(__real_eventfd(count, flags), "eventfd", HERE);
}

WRAP(int, memfd_create, (const char *name, unsigned flags))
{
    return trio_sim_guard_made_(__real_memfd_create(name, flags),
                                "memfd_create", HERE);
}

// ---- Closed ----

WRAP(int, close, (int number))
{
    trio_sim_guard_closed_(number);
    return __real_close(number);
}

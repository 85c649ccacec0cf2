// What runs beside the loop is started by the simulation, as a job. A thread of
// the system's comes when it likes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <pthread.h>
#include <threads.h>

#include "sim/runner/guard.h"

// clang-format off
GUARD("a real thread", int, pthread_create,
      (pthread_t *ret_thread, const pthread_attr_t *attributes,
       void *(*fn)(void *arg), void *arg),
      (ret_thread, attributes, fn, arg))
GUARD("a real thread", int, thrd_create,
      (thrd_t *ret_thread, int (*fn)(void *arg), void *arg),
      (ret_thread, fn, arg))
// clang-format on

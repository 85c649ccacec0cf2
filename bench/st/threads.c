// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/st/threads.h"

#include "bench/meter.h"

enum { STACK = 64 * 1024 };

void st_threads_init(void)
{
    if (st_init() != 0)
        meter_give_up("st_init");
}

st_thread_t st_threads_start(void *(*fn)(void *arg), void *arg)
{
    st_thread_t thread = st_thread_create(fn, arg, 1, STACK);

    if (thread == NULL)
        meter_give_up("st_thread_create");
    return thread;
}

st_cond_t st_threads_condition(void)
{
    st_cond_t condition = st_cond_new();

    if (condition == NULL)
        meter_give_up("st_cond_new");
    return condition;
}

double st_threads_time(void (*run)(long total), long total)
{
    run(total / 10);
    double start = meter_cpu_ns();
    run(total);
    return meter_cpu_ns() - start;
}

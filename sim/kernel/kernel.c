// The kernel, which is used for many runs, and the seams that these see of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

// ---- The seams ----

static bool call_fails(void *context, const char *what)
{
    return trio_sim_call_fails_(context, what);
}

static void block_taken(void *context, const void *block, size_t size)
{
    trio_sim_lent_(context, block, size);
}

static void block_given(void *context, const void *block)
{
    trio_sim_returned_(context, block);
}

static uint64_t next_random(void *context)
{
    struct kernel *kernel = context;

    return trio_sim_next_(&kernel->data);
}

static void line(void *context, const char *text)
{
    const struct kernel *kernel = context;

    if (kernel->words)
        kernel->base.report.line(kernel->base.report.context, text);
}

static int format(void *context, char *buffer, size_t size, const char *text,
                  va_list arguments)
{
    const struct kernel *kernel = context;

    return kernel->base.report.format(kernel->base.report.context, buffer, size,
                                      text, arguments);
}

static void place(void *context, const void *address, char *buffer, size_t size)
{
    const struct kernel *kernel = context;

    kernel->base.report.place(kernel->base.report.context, address, buffer,
                              size);
}

static size_t backtrace(void *context, struct trio_registers registers,
                        const void *top, const void **ret_places, size_t max)
{
    const struct kernel *kernel = context;
    const struct trio_report *report = &kernel->base.report;

    if (report->backtrace == NULL || !kernel->words)
        return 0;
    return report->backtrace(report->context, registers, top, ret_places, max);
}

__attribute__((noreturn)) static void stop(void *context)
{
    trio_sim_fail_(context, FAILURE_MISUSE, "stopped");
}

static void fill_config(struct kernel *kernel, const struct trio_config *base)
{
    struct trio_world world = trio_sim_world_of_(&kernel->world);

    kernel->io = *world.io;
    kernel->io.poll = trio_sim_poll_;
    kernel->io.can_wake = trio_sim_can_wake_;
    world.io = &kernel->io;
    kernel->seam_jobs = trio_sim_jobs_of_(world.jobs);
    world.jobs = &kernel->seam_jobs;
    kernel->world.memory = &kernel->memory.base;
    kernel->world.clock = &kernel->clock;
    kernel->world.announce = trio_sim_announce_;
    kernel->world.withdraw = trio_sim_job_withdraw;
    kernel->world.fails = trio_sim_net_fails_;
    kernel->world.strikes = trio_sim_net_strikes_;
    kernel->world.comes_out = trio_sim_comes_out_so_;
    kernel->world.crashed = trio_sim_crashed_;
    world.begin = NULL;
    world.end = NULL;
    kernel->base = *base;
    kernel->virtual = trio_sim_clock_by_host_(trio_clock_mock(&kernel->clock));
    kernel->config =
        (struct trio_config){.version = TRIO_VERSION,
                             .clock = trio_sim_clock_of_(kernel),
                             .world = world,
                             .memory = trio_sim_memory_of_(&kernel->memory),
                             .scheduler = trio_sim_picker_(kernel),
                             .observer = trio_sim_observer_(kernel),
                             .random = {.context = kernel, .next = next_random},
                             .report = {.context = kernel,
                                        .line = line,
                                        .format = format,
                                        .place = place,
                                        .backtrace = backtrace,
                                        .callers = NULL, // Events say it,
                                        .call = NULL,    // and name no file.
                                        .stop = stop},
                             .ret_error = &kernel->error};
}

// ---- The kernel ----

static struct array of_runs(size_t size)
{
    return (struct array){.size = size, .of_runs = true};
}

static void begin_arrays(struct kernel *kernel)
{
    kernel->actors = of_runs(sizeof(struct actor));
    kernel->jobs = of_runs(sizeof(struct pending_job));
    kernel->ranking.tasks = of_runs(sizeof(struct ranked));
    kernel->ranking.places.words = of_runs(sizeof(struct places_word));
    kernel->owed = of_runs(sizeof(struct owed));
    kernel->descriptors = of_runs(sizeof(struct descriptor));
    kernel->properties = of_runs(sizeof(struct property));
    kernel->fault_kinds = of_runs(sizeof(struct fault_kind));
    kernel->scopes = of_runs(sizeof(struct open_scope));
    kernel->points = of_runs(sizeof(struct point));
    kernel->lapses = of_runs(sizeof(struct lapse));
    kernel->calls = of_runs(sizeof(struct call));
    kernel->fired = of_runs(sizeof(struct deviation));
    kernel->used = of_runs(sizeof(bool));
    kernel->due = of_runs(sizeof(struct due));
    kernel->persistent = of_runs(sizeof(const char *));
    kernel->choices = of_runs(sizeof(struct deviation));
    kernel->fired_words = of_runs(sizeof(struct fired_words));
    kernel->names = of_runs(sizeof(struct given_name));
    kernel->histories = of_runs(sizeof(struct history));
    kernel->told = of_runs(sizeof(struct told));
    kernel->said = of_runs(sizeof(struct said_text));
}

struct kernel *trio_sim_kernel_new_(const struct trio_config *base)
{
    struct kernel *kernel =
        base->memory.allocate(base->memory.context, sizeof(*kernel));

    if (kernel == NULL)
        return NULL;
    __builtin_memset(kernel, 0, sizeof(*kernel));
    if (trio_sim_memory_begin_(&kernel->memory, &base->memory) != TRIO_OK) {
        base->memory.release(base->memory.context, kernel, sizeof(*kernel));
        return NULL;
    }
    kernel->memory.fails = call_fails;
    kernel->memory.took = block_taken;
    kernel->memory.gave = block_given;
    kernel->memory.has_hosts = &kernel->world.has_hosts;
    kernel->memory.watcher = kernel;
    begin_arrays(kernel);
    trio_sim_objects_begin_(&kernel->objects, &kernel->memory.base);
    fill_config(kernel, base);
    return kernel;
}

void trio_sim_kernel_free_(struct kernel *kernel)
{
    struct trio_memory memory = kernel->base.memory;

    trio_sim_arrays_end_(kernel);
    trio_sim_objects_end_(&kernel->objects);
    trio_sim_heap_end_(kernel);
    trio_sim_network_end_(&kernel->world);
    trio_sim_memory_end_(&kernel->memory);
    memory.release(memory.context, kernel, sizeof(*kernel));
}

void trio_sim_locate_with_(struct kernel *kernel, const struct locator *locator)
{
    kernel->locator = *locator;
}

// A run: everything that it uses is begun in one order and ended in the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/thread.h>

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/base.h"
#include "core/cancel.h"
#include "core/entry.h"
#include "core/line.h"
#include "core/loop.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/nursery.h"
#include "core/pool.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/stack.h"
#include "core/task.h"

#define POOL_FIRST 16

_Thread_local struct trio_run *trio_current_run_;

#define REQUIRE(member)                                                        \
    do {                                                                       \
        if (UNLIKELY(config->member == NULL))                                  \
            trio_misuse_at_(                                                   \
                "every member of a trio_config is needed: " #member, NULL,     \
                NULL);                                                         \
    } while (false)

// Distrust at the seam: nothing real is put in the place of what is missing.
static void check(const struct trio_config *config)
{
    if (config->version != TRIO_VERSION)
        trio_misuse_at_("the program was compiled with other headers than the "
                        "library",
                        NULL, NULL);
    REQUIRE(clock.now);
    REQUIRE(clock.until);
    REQUIRE(world.io);
    REQUIRE(world.net);
    REQUIRE(world.jobs);
    REQUIRE(memory.allocate);
    REQUIRE(memory.release);
    REQUIRE(memory.stack_reserve);
    REQUIRE(memory.stack_unreserve);
    REQUIRE(memory.stack_take);
    REQUIRE(memory.stack_give);
    REQUIRE(memory.stack_trim);
    REQUIRE(random.next);
    REQUIRE(report.line);
    REQUIRE(report.format);
    REQUIRE(report.place);
    REQUIRE(report.stop);
}

static void on_interrupt(struct trio_entry *entry)
{
    struct trio_run *run = CONTAINER_OF(entry, struct trio_run, interrupt);

    run->interrupted = true;
    trio_scope_cancel_(run, &run->main.scope, TRIO_CANCEL_INTERRUPT,
                       "interrupted");
}

static void init_nursery(struct trio_run *run, struct trio_nursery *nursery)
{
    trio_scope_init_(&nursery->scope, SCOPE_NURSERY, NULL);
    trio_scope_link_(&nursery->scope, &run->root);
    trio_nursery_init_(nursery);
}

bool trio_run_is_quick_(const struct trio_config *config)
{
    return config->scheduler.pick == NULL && config->clock.jump == NULL;
}

static void init(struct trio_run *run, const struct trio_config *config)
{
    run->config = *config;
    run->observed = trio_notes_wanted_(&config->observer);
    run->quick = trio_run_is_quick_(config);
    run->now = TRIO_PAST;
    run->due = TRIO_FOREVER;
    run->fresh.next = run->fresh.before = &run->fresh;
    run->tasks.size = sizeof(struct trio_task);
    run->tasks.slab_count = POOL_FIRST;
    run->errors.size = sizeof(struct trio_error);
    run->errors.slab_count = POOL_FIRST;
    run->interrupt = (struct trio_entry)TRIO_ENTRY_INIT(on_interrupt);
    run->threads = (struct trio_capacity_limiter)TRIO_CAPACITY_LIMITER_INIT(
        TRIO_THREADS_DEFAULT);
    run->fp_control = trio_fp_control_save_();
    trio_annotate_thread(&run->annotation);
    trio_scope_init_(&run->root, SCOPE_ROOT, NULL);
    init_nursery(run, &run->system);
    init_nursery(run, &run->main);
}

static trio_status begin_outside(struct trio_run *run)
{
    struct trio_memory *memory = &run->config.memory;
    struct trio_world *world = &run->config.world;

    trio_status rc = memory->begin == NULL ? TRIO_OK : memory->begin(memory);
    if (rc != TRIO_OK)
        return rc;
    rc = world->begin == NULL ? TRIO_OK : world->begin(world);
    if (rc == TRIO_OK) {
        rc = trio_poster_begin_(run);
        if (rc == TRIO_OK)
            return TRIO_OK;
        if (world->end != NULL)
            world->end(world);
    }
    if (memory->end != NULL)
        memory->end(memory);
    return rc;
}

static void end_outside(struct trio_run *run)
{
    struct trio_memory *memory = &run->config.memory;
    struct trio_world *world = &run->config.world;

    trio_stacks_end_(run);
    trio_line_end_(run);
    trio_pool_end_(run, &run->tasks);
    trio_pool_end_(run, &run->errors);
    trio_poster_end_(run);
    if (world->end != NULL)
        world->end(world);
    if (memory->end != NULL)
        memory->end(memory);
}

// What a run is asked to do.
struct program {
    struct trio_run *run;
    trio_task_fn fn;
    void *arg;
};

void trio_interrupt_let_go_(struct trio_run *run)
{
    const struct trio_world *world = &run->config.world;

    if (run->catching)
        world->jobs->release_interrupt(world->context);
    run->catching = false;
}

static int run_main(void *arg)
{
    static const struct trio_task_options options = {"main", 0, false};
    const struct program *program = arg;
    struct trio_run *run = program->run;
    const struct trio_world *world = &run->config.world;
    struct trio_task *task;

    trio_note_(run, TRIO_NOTE_RUN_BEGIN, NULL, NULL, 0);
    trio_status rc = trio_task_spawn_(run, &run->main.scope, &options,
                                      program->fn, program->arg, &task);
    if (rc != TRIO_OK) {
        trio_note_(run, TRIO_NOTE_RUN_END, NULL, NULL, rc);
        return rc;
    }
    run->main.living++;
    run->catching = run->config.catch_interrupt &&
                    world->jobs->catch_interrupt(world->context, run->poster,
                                                 &run->interrupt) == TRIO_OK;
    trio_loop_(run);
    trio_interrupt_let_go_(run);
    rc = trio_run_result_(run);
    trio_note_(run, TRIO_NOTE_RUN_END, NULL, NULL, rc);
    return rc;
}

trio_status trio_run_with(const struct trio_config *config, trio_task_fn fn,
                          void *arg)
{
    struct trio_run run = {0};
    struct program program = {&run, fn, arg};

    if (trio_current_run_ != NULL)
        trio_misuse_at_("a run inside a run", NULL, NULL);
    TRIO_REQUIRE(config);
    TRIO_REQUIRE(fn);
    check(config);
    if (config->ret_error != NULL)
        *config->ret_error = NULL;
    init(&run, config);
    trio_status rc = begin_outside(&run);
    if (rc != TRIO_OK)
        return rc;
    trio_current_run_ = &run;
    rc = (trio_status)trio_context_call_(&run.way_out, run_main, &program);
    trio_abandoned_(&run);
    end_outside(&run);
    trio_current_run_ = NULL;
    return rc;
}

// In a process that has crashed little can be relied on: no lock and no
// heap. What is known is put into memory that was there before, and written to
// the descriptor.
//
// A step that never ends is a crash, too: from time to time it is looked at
// whether the run is still in the same one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/runner/command.h"
#include "sim/runner/crash_place.h"
#include "sim/runner/crash_system.h"
#include "sim/search/search.h"

enum {
    LAST_SECONDS = 20, // Of real time: what is done last may hang.
    KNOWN_SECONDS = 1  // For a step of which it is known that it never ends.
};

static const struct options *options;
static const struct record *expected;
static const char *replayed;
static const uint64_t *runs; // That are over, NULL: not known,
static uint64_t runs_before; // besides those.
static struct death *told;   // Where to tell it.
static crash_fn *last;
static void *last_context;
static bool said; // How to have it again: nobody else is there to say it.

// Memory for the report.
static struct death own;
static char text[COMMAND_MAX + 512];
static char command[COMMAND_MAX];

void trio_runner_schedule_take_(struct schedule *schedule,
                                const struct kernel *kernel)
{
    struct plan *plan = &schedule->plan;
    size_t count;

    plan->scenario = NULL;
    if (kernel == NULL || kernel->plan == NULL || !kernel->details)
        return;
    const struct deviation *fired = trio_sim_fired_(kernel, &count);
    size_t first = count > DEVIATIONS_MAX ? count - DEVIATIONS_MAX : 0;

    *plan = *kernel->plan;
    plan->strategy = NULL;
    plan->deviations = schedule->deviations;
    plan->deviation_count = count - first;
    for (size_t i = first; i < count; i++)
        schedule->deviations[i - first] = fired[i];
}

static void write_token(const struct schedule *schedule, char *token)
{
    if (schedule->plan.scenario == NULL ||
        trio_sim_token_write_(&schedule->plan, token, TRIO_SIM_TOKEN_MAX) == 0)
        snprintf(token, TRIO_SIM_TOKEN_MAX, "%s",
                 replayed != NULL ? replayed : "");
}

static void write_text(int file, const char *from)
{
    size_t left = strlen(from);

    while (left > 0) {
        ssize_t written = write(file, from, (unsigned)left);
        if (written <= 0)
            return;
        from += written;
        left -= (size_t)written;
    }
}

static void leave(const char *suffix, const char *what)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s.%s", options->outputs,
             expected->scenario->name, suffix);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0)
        return;
    write_text(file, what);
    write_text(file, "\n");
    close(file);
}

static void say_how_to_have_it_again(const struct death *death)
{
    said = true;
    trio_runner_command_(command, sizeof(command), options, expected,
                         death->token);
    snprintf(text, sizeof(text), "%s failed: %s\n  replay   %s\n",
             expected->scenario->name, death->text, command);
    trio_runner_crash_say_("\n  replay   ");
    trio_runner_crash_say_(command);
    trio_runner_crash_say_("\n");
    if (options->outputs == NULL)
        return;
    leave("txt", text);
    if (death->token[0] != '\0')
        leave("token", death->token);
}

struct kernel *trio_runner_crash_leave_run_(void)
{
    struct kernel *kernel = trio_sim_kernel_;

    trio_sim_kernel_ = NULL;
    return kernel;
}

static void find_place(struct death *death)
{
    const struct trio_report report = trio_report_platform();
    size_t length = strlen(death->text);
    char place[128];

    death->call_count = trio_runner_crash_calls_(death->calls, DEATH_CALLS_MAX);
    if (death->call_count == 0)
        return;
    report.place(report.context, death->calls[0], place, sizeof(place));
    snprintf(death->text + length, sizeof(death->text) - length, " at %s",
             place);
}

// The process is about to end. What is known is told, or said, before it is
// looked where it happened: to find that out may be too much.
static void die(struct kernel *kernel, const char *what, bool with_place,
                uint64_t endless)
{
    struct death *death = told != NULL ? told : &own;
    bool speaks = told == NULL && last == NULL;

    if (expected == NULL)
        return;
    if (death->told) { // It was too much.
        if (speaks && !said)
            say_how_to_have_it_again(death);
        return;
    }
    death->record = *expected;
    death->record.endless = endless;
    if (runs != NULL)
        death->record.result.runs = runs_before + *runs + 1;
    snprintf(death->text, sizeof(death->text), "%s", what);
    trio_runner_schedule_take_(&death->schedule, kernel);
    write_token(&death->schedule, death->token);
    death->told = true;
    if (speaks) {
        trio_runner_crash_say_("\n");
        trio_runner_crash_say_(expected->scenario->name);
        trio_runner_crash_say_(" failed: ");
        trio_runner_crash_say_(death->text);
    }
    size_t length = strlen(death->text);
    if (with_place)
        find_place(death);
    if (speaks) {
        trio_runner_crash_say_(death->text + length);
        say_how_to_have_it_again(death);
    }
    if (last == NULL)
        return;
    trio_runner_crash_hurry_(LAST_SECONDS);
    last(last_context, death, kernel);
}

void trio_runner_crash_die_(struct kernel *kernel, const char *what,
                            bool with_place)
{
    die(kernel, what, with_place, 0);
}

// ---- Steps that never end ----

static struct {
    uint64_t limit; // Seconds.
    uint64_t known; // The step that never ends.
    uint64_t runs;  // The step that was under way last time,
    uint64_t steps;
    uint64_t seconds; // and how often it was.
} watch;

bool trio_runner_crash_tick_(struct kernel *kernel)
{
    char what[DEATH_TEXT_MAX];
    char name[32];

    if (kernel == NULL || kernel->runs != watch.runs ||
        kernel->steps != watch.steps) {
        watch.runs = kernel != NULL ? kernel->runs : 0;
        watch.steps = kernel != NULL ? kernel->steps : 0;
        watch.seconds = 0;
        return false;
    }
    bool is_known = watch.steps == watch.known && watch.known != 0;
    if (++watch.seconds < (is_known ? KNOWN_SECONDS : watch.limit))
        return false;
    trio_sim_actor_name_(kernel, kernel->running, name, sizeof(name));
    snprintf(what, sizeof(what), "a step of %s never ends", name);
    trio_sim_kernel_ = NULL;
    trio_runner_crash_hurry_(LAST_SECONDS); // Whatever it holds.
    die(kernel, what, true, watch.steps);
    return true;
}

void trio_runner_crash_limit_(uint64_t seconds, uint64_t endless)
{
    watch.limit = seconds;
    watch.known = endless;
    trio_runner_crash_ticks_(seconds > 0);
}

// ---- What the others call ----

static void catch (const struct options *given, bool alone)
{
    options = given;
    trio_runner_crash_signals_(alone);
    trio_runner_crash_limit_(given->step_seconds, 0);
}

void trio_runner_crash_catch_signals_(const struct options *given)
{
    catch (given, false);
}

void trio_runner_crash_catch_(const struct options *given)
{
    catch (given, true);
}

void trio_runner_crash_expect_(const struct record *record, const char *of)
{
    expected = record;
    replayed = of;
}

void trio_runner_crash_count_(const uint64_t *given, uint64_t before)
{
    runs = given;
    runs_before = before;
}

void trio_runner_crash_tell_(struct death *death)
{
    told = death;
}

void trio_runner_crash_then_(crash_fn *fn, void *context)
{
    last = fn;
    last_context = context;
}

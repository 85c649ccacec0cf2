// What happens between two steps: time passes, a job is done. Whatever of that
// production would not do there, or not yet, is a deviation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static struct actor *first_of(const struct kernel *kernel, struct place place)
{
    return ARRAY_AT(&kernel->actors, struct actor,
                    trio_task_number(place.tasks[0]));
}

uint32_t trio_sim_anchor_of_place_(const struct kernel *kernel,
                                   struct place place)
{
    if (place.count == 0)
        return trio_sim_anchor_of_idle_(
            trio_sim_actor_number_(kernel, kernel->last), kernel->since);
    const struct actor *first = first_of(kernel, place);
    return place.reading ? trio_sim_anchor_of_reading_(first)
                         : trio_sim_anchor_of_event_(first);
}

// Who is asked again after this, is asked at another place; of which every
// reading is one by itself.
void trio_sim_move_on_(struct kernel *kernel, struct place place)
{
    kernel->stretching = false;
    if (place.count == 0)
        kernel->since++;
    else if (!place.reading)
        first_of(kernel, place)->deferred++;
}

// The first in line, as it is described in words: where it stopped last.
void trio_sim_say_(struct kernel *kernel, struct place place, char *words,
                   const char *format, const char *what)
{
    char where[FIRED_WORDS_MAX / 2] = "everybody waits";

    if (!kernel->words)
        return;
    if (place.count > 0)
        trio_sim_describe_(kernel, first_of(kernel, place), where,
                           sizeof(where));
    trio_sim_format_(kernel, words, FIRED_WORDS_MAX, format, where, what);
}

// Whoever may look before the next step has something to see.
static void has_happened(struct kernel *kernel)
{
    kernel->unseen = kernel->looking;
}

// ---- Time ----

// What would have come, had time not passed first.
static void add_delayed(const struct kernel *kernel, char *what, size_t size)
{
    size_t length = __builtin_strlen(what);

    trio_sim_format_(kernel, what + length, size - length, " before ");
    length += __builtin_strlen(what + length);
    trio_sim_job_name_(kernel, trio_sim_job_at_(kernel, 0)->job, what + length,
                       size - length);
}

static void say_time(struct kernel *kernel, struct place place, uint32_t far,
                     char *words)
{
    char what[FIRED_WORDS_MAX / 2];

    if (!kernel->words)
        return;
    trio_sim_say_far_(kernel, far, what, sizeof(what));
    if (place.count == 0 && kernel->jobs.count > 0)
        add_delayed(kernel, what, sizeof(what));
    trio_sim_say_(
        kernel, place, words,
        place.reading ? "%s, reading the clock again -> %s" : "%s -> %s", what);
}

static void tell_time(struct kernel *kernel, struct place place, uint32_t far)
{
    char words[FIRED_WORDS_MAX];
    struct deviation deviation = {
        DEVIATE_CLOCK, trio_sim_anchor_of_place_(kernel, place), far};

    say_time(kernel, place, far, words);
    trio_sim_fire_(kernel, deviation, words);
    trio_sim_move_on_(kernel, place);
}

// Time passes on, with nothing in between: then both times are one deviation.
static bool stretch(struct kernel *kernel, struct place place, uint32_t far)
{
    size_t i = kernel->fired.count - 1;

    if (!kernel->stretching)
        return false;
    struct deviation *last = ARRAY_AT(&kernel->fired, struct deviation, i);
    if (((last->target | far) & FAR_LASTS) != 0 ||
        last->target + far >= FAR_LASTS)
        return false;
    last->target += far;
    if (kernel->words)
        say_time(kernel, place, last->target,
                 ARRAY_AT(&kernel->fired_words, struct fired_words, i)->text);
    return true;
}

static void jump(struct kernel *kernel, trio_time time)
{
    trio_mock_clock_jump(&kernel->clock, time - trio_sim_now_(kernel));
    has_happened(kernel);
    trio_sim_record_(kernel, TRIO_NOTE_CLOCK_JUMP, 0, 0,
                     kernel->clock.now - kernel->time_begin, NULL);
    trio_sim_check_time_(kernel, kernel->clock.now);
    kernel->time.steps++;
    kernel->time.living = false; // The next deadline is another one's.
}

bool trio_sim_pass_time_(struct kernel *kernel, struct place place,
                         uint32_t far)
{
    trio_time time = trio_sim_time_of_(kernel, far);

    if (time == TRIO_FOREVER)
        return false;
    if (kernel->details) {
        if (!stretch(kernel, place, far))
            tell_time(kernel, place, far);
        kernel->stretching = !place.reading;
    }
    jump(kernel, time);
    return true;
}

// ---- Jobs ----

static void tell_job(struct kernel *kernel, struct place place,
                     const struct pending_job *pending, bool deviates)
{
    char words[FIRED_WORDS_MAX];
    char what[FIRED_WORDS_MAX / 2] = "";
    struct deviation deviation = {DEVIATE_JOB,
                                  trio_sim_anchor_of_place_(kernel, place),
                                  (uint32_t)pending->job->path};

    if (kernel->words)
        trio_sim_job_name_(kernel, pending->job, what, sizeof(what));
    if (deviates) {
        trio_sim_say_(kernel, place, words, "%s -> %s", what);
        trio_sim_fire_(kernel, deviation, words);
    } else if (kernel->words && pending->due != 0) {
        trio_sim_keep_text_(kernel, 0, what);
    }
    trio_sim_move_on_(kernel, place);
}

void trio_sim_do_job_(struct kernel *kernel, struct place place, size_t number,
                      bool deviates)
{
    const struct pending_job *pending = trio_sim_job_at_(kernel, number);
    trio_time due = pending->due;

    if (kernel->details)
        tell_job(kernel, place, pending, deviates);
    has_happened(kernel);
    if (due > trio_sim_now_(kernel))
        jump(kernel, due);
    trio_sim_job_do_(kernel, number);
}

// ---- What the plan asks for ----

bool trio_sim_follow_clock_(struct kernel *kernel, struct place place)
{
    uint32_t anchor = trio_sim_anchor_of_place_(kernel, place);
    const struct deviation *planned =
        trio_sim_planned_(kernel, DEVIATE_CLOCK, anchor);

    if (planned == NULL || kernel->world.calm ||
        !trio_sim_pass_time_(kernel, place, planned->target))
        return false;
    trio_sim_has_fired_(kernel, planned);
    return true;
}

static bool follow_job(struct kernel *kernel, struct place place)
{
    uint32_t anchor = trio_sim_anchor_of_place_(kernel, place);
    const struct deviation *planned =
        trio_sim_planned_(kernel, DEVIATE_JOB, anchor);

    if (planned == NULL)
        return false;
    size_t number = trio_sim_job_named_(kernel, planned->target);
    if (number == kernel->jobs.count ||
        (kernel->world.calm &&
         number >= trio_sim_jobs_due_(kernel, place.count == 0)))
        return false;
    trio_sim_has_fired_(kernel, planned);
    trio_sim_do_job_(kernel, place, number, true);
    return true;
}

void trio_sim_follow_events_(struct kernel *kernel, struct place place)
{
    while (trio_sim_follow_clock_(kernel, place) || follow_job(kernel, place))
        ;
}

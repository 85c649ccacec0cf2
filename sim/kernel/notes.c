// Everything that happens in a run comes through here: it is hashed, recorded,
// and told to whoever has to know.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What a run is hashed from is the same with and without details, so that a run
// can be looked at closely without becoming another one. Objects are no part of
// it: an address that is used again, by another call's frame, may be the same
// object or another, as compiler and CPU have it.

#include "sim/kernel/state.h"

#define BIT(kind) (1u << TRIO_NOTE_##kind)

static const uint32_t always =
    BIT(TASK_SPAWN) | BIT(TASK_EXIT) | BIT(STEP_BEGIN) | BIT(SCOPE_CANCEL) |
    BIT(PARK) | BIT(WAKE) | BIT(TOUCH) | BIT(CLOCK_JUMP) | BIT(MISUSE) |
    BIT(PROPERTY) | BIT(OWE) | BIT(SETTLE) | BIT(TASK_HOLD);
static const uint32_t with_details =
    BIT(TASK_READY) | BIT(SCOPE_OPEN) | BIT(SCOPE_CLOSE) | BIT(TARGET) |
    BIT(NAME) | BIT(TASK_MOVE) | BIT(SCOPE_SHARE);

// Kinds whose objects are looked at, also without words: who has used what, and
// whether a run that does not end repeats itself. Those of the other kinds say
// nothing that these do not.
static const uint32_t with_objects =
    BIT(PARK) | BIT(TOUCH) | BIT(OWE) | BIT(SETTLE) | BIT(SCOPE_CANCEL);

static inline struct event *record(struct kernel *kernel,
                                   enum trio_note_kind kind, uint32_t task,
                                   uint32_t object, int64_t first,
                                   const char *text)
{
    uint64_t what = (uint64_t)task << 32 | (uint64_t)kind;
    uint64_t which = (uint64_t)first * UINT64_C(0xd1b54a32d192ed03);
    struct event *event = &kernel->recent[kernel->events++ % RECENT_EVENTS];

    kernel->hash = trio_sim_mix_(kernel->hash ^ which, what);
    *event = (struct event){text, task, (uint16_t)object, (uint8_t)kind,
                            (int8_t)first};
    return event;
}

void trio_sim_record_(struct kernel *kernel, enum trio_note_kind kind,
                      uint32_t task, uint32_t object, int64_t first,
                      const char *text)
{
    const struct event *event = record(kernel, kind, task, object, first, text);

    if (UNLIKELY(kernel->words))
        trio_sim_keep_(kernel, event, first);
}

static void spawned(struct kernel *kernel, const struct trio_note *note)
{
    struct actor *actor =
        trio_sim_actor_add_(kernel, note->task, (uint32_t)note->second);

    if (kernel->details) {
        trio_sim_scope_moved_(kernel, actor, note->object);
        trio_sim_label_(kernel, actor, "start", NULL);
    }
    trio_sim_started_(kernel, actor);
}

// Who is given up, or held, may be in line.
static void left(struct kernel *kernel, struct actor *actor)
{
    if (kernel->ranking.count > 0)
        trio_sim_leave_line_(kernel, actor);
}

static void used(struct kernel *kernel, const struct trio_note *note,
                 struct actor *actor)
{
    const struct strategy *strategy = kernel->strategy;

    if (UNLIKELY(note->task == NULL))
        return;
    actor->pending = (struct operation){note->object, note->text,
                                        (enum trio_access)note->first};
    if (strategy != NULL && strategy->used != NULL)
        strategy->used(strategy->context, kernel, actor, &actor->pending);
}

// It may be an event, and not a task, that does it.
void trio_sim_net_used_(trio_handle handle)
{
    struct kernel *kernel = trio_sim_current_();
    const struct strategy *strategy = kernel->strategy;
    struct operation operation = {(const void *)(uintptr_t)handle, NULL,
                                  TRIO_ACCESS_WRITE};

    if (strategy != NULL) // It may be over.
        strategy->used(strategy->context, kernel,
                       trio_sim_actor_number_(kernel, kernel->running),
                       &operation);
}

static const char *verb_of(const struct trio_note *note)
{
    static const char *const names[] = {"read", "write", "take", "give"};

    return note->text != NULL ? note->text : names[note->first];
}

static __attribute__((noinline)) void look_at_step(struct kernel *kernel,
                                                   struct actor *actor,
                                                   const struct event *event,
                                                   int64_t pass)
{
    if (kernel->words)
        trio_sim_keep_(kernel, event, pass);
    kernel->last = event->task;
    kernel->since = 0;
    kernel->stretching = false;
    actor->deferred = 0;
    actor->labelled = false;
}

static inline void step_begins(struct kernel *kernel,
                               const struct trio_note *note)
{
    uint32_t task = (uint32_t)trio_task_number(note->task);
    struct actor *actor = ARRAY_AT(&kernel->actors, struct actor, task);
    const struct event *event =
        record(kernel, TRIO_NOTE_STEP_BEGIN, task, 0, note->first, NULL);

    kernel->running = task;
    kernel->has_read = false;
    kernel->looking = kernel->unseen = false;
    actor->steps++;
    actor->parked = false;
    actor->pending = (struct operation){NULL, NULL, TRIO_ACCESS_READ};
    if (UNLIKELY(kernel->details))
        look_at_step(kernel, actor, event, note->first);
    if (UNLIKELY(++kernel->steps > kernel->steps_max))
        trio_sim_cap_(kernel);
}

// It is no part of the hash: nobody is told of it without details.
static void keep_yield(struct kernel *kernel, const struct actor *actor)
{
    trio_sim_keep_(
        kernel,
        &(struct event){.task = actor->number, .kind = TRIO_NOTE_TASK_READY},
        0);
}

// What only runs with details are told of, and what those know besides.
static __attribute__((noinline)) void look_closely(struct kernel *kernel,
                                                   const struct trio_note *note)
{
    struct actor *actor =
        note->task == NULL ? NULL : trio_sim_actor_(kernel, note->task);
    struct trio_cancel_scope *scope = (void *)(uintptr_t)note->object;

    if (note->kind == TRIO_NOTE_TARGET || note->kind == TRIO_NOTE_SCOPE_SHARE) {
        if (actor == NULL)
            actor = trio_sim_actor_number_(kernel, 0);
        if (note->kind == TRIO_NOTE_TARGET)
            trio_sim_scope_named_(kernel, actor, scope, note->first != 0);
        else
            trio_sim_scope_shared_(kernel, actor, scope);
    } else if (note->kind == TRIO_NOTE_NAME) {
        struct given_name *name = trio_sim_append_(kernel, &kernel->names);
        *name = (struct given_name){note->object, note->text};
    } else if (note->kind == TRIO_NOTE_TEXT) {
        trio_sim_keep_text_(kernel, actor == NULL ? 0 : actor->number,
                            note->text);
    } else if (note->kind == TRIO_NOTE_SCOPE_CANCEL) {
        if (kernel->words)
            trio_sim_keep_opening_(kernel, scope);
    } else if (actor == NULL) {
        return;
    } else if (note->kind == TRIO_NOTE_PARK || note->kind == TRIO_NOTE_TOUCH) {
        trio_sim_label_(kernel, actor, verb_of(note), note->object);
        if (note->kind == TRIO_NOTE_PARK)
            trio_sim_moment_(kernel, actor, true);
    } else if (note->kind == TRIO_NOTE_TASK_READY) {
        if (!actor->labelled)
            trio_sim_label_(kernel, actor, "yield", NULL);
        if (kernel->words && actor->number == kernel->running)
            keep_yield(kernel, actor);
        actor->woken = kernel->running == 0 && kernel->time.steps > 0;
        trio_sim_moment_(kernel, actor, false);
    } else if (note->kind == TRIO_NOTE_SCOPE_OPEN) {
        trio_sim_scope_opened_(kernel, actor, scope, note->first != 0);
    } else if (note->kind == TRIO_NOTE_SCOPE_CLOSE) {
        trio_sim_scope_closed_(kernel, actor, scope);
    } else if (note->kind == TRIO_NOTE_TASK_MOVE) {
        trio_sim_scope_moved_(kernel, actor, scope);
    }
}

static void happened(struct kernel *kernel, const struct trio_note *note,
                     uint32_t task)
{
    struct actor *actor = ARRAY_AT(&kernel->actors, struct actor, task);

    switch (note->kind) {
    case TRIO_NOTE_TASK_SPAWN:
        spawned(kernel, note);
        break;
    case TRIO_NOTE_TASK_EXIT:
        actor->living = false;
        left(kernel, actor);
        break;
    case TRIO_NOTE_TASK_HOLD:
        left(kernel, actor);
        break;
    case TRIO_NOTE_PARK:
        used(kernel, note, actor);
        actor->parked = true;
        break;
    case TRIO_NOTE_TOUCH:
        used(kernel, note, actor);
        break;
    case TRIO_NOTE_SCOPE_CANCEL:
        if (note->first == TRIO_CANCEL_DEADLOCK)
            trio_sim_deadlocked_(kernel);
        break;
    case TRIO_NOTE_CLOCK_JUMP:
        trio_sim_check_time_(kernel, note->first);
        break;
    case TRIO_NOTE_MISUSE:
        trio_sim_found_(kernel, FAILURE_MISUSE, note->text);
        break;
    case TRIO_NOTE_PROPERTY:
        trio_sim_property_(kernel, note->text, note->first);
        break;
    case TRIO_NOTE_OWE:
        trio_sim_owe_(kernel, note->task, note->object, note->text);
        break;
    case TRIO_NOTE_SETTLE:
        trio_sim_settle_(kernel, note->object);
        break;
    default:
        break;
    }
}

static void keep_record(struct kernel *kernel, const struct trio_note *note)
{
    const struct event *event;
    uint32_t task =
        note->task == NULL ? 0 : (uint32_t)trio_task_number(note->task);
    uint32_t object = 0;
    int64_t first = note->first;

    if (note->object != NULL &&
        (kernel->words || (with_objects >> note->kind & 1) != 0))
        object = trio_sim_object_number_(&kernel->objects, note->object);
    if (note->kind == TRIO_NOTE_CLOCK_JUMP)
        first -= kernel->time_begin; // Which depends on the data seed.
    event = record(kernel, note->kind, task, object, first, note->text);
    if (UNLIKELY(kernel->words))
        trio_sim_keep_(kernel, event, first);
    happened(kernel, note, task);
}

static __attribute__((noinline)) void take_note(struct kernel *kernel,
                                                const struct trio_note *note)
{
    if ((always >> note->kind & 1) != 0)
        keep_record(kernel, note);
    if (note->kind == TRIO_NOTE_KEEP) // Nothing that happens: it is said by
        trio_sim_heap_gave_(kernel, note->object); // the first run only.
    else if (note->kind == TRIO_NOTE_RUN_END)
        trio_sim_jobs_end_(kernel);
    else if (UNLIKELY(kernel->details))
        look_closely(kernel, note);
}

static bool note(void *context, const struct trio_note *note)
{
    if (note->kind == TRIO_NOTE_STEP_BEGIN) // Most are.
        step_begins(context, note);
    else
        take_note(context, note);
    return true;
}

struct trio_observer trio_sim_observer_(struct kernel *kernel)
{
    return (struct trio_observer){.context = kernel, .note = note};
}

uint32_t trio_sim_kinds_(const struct kernel *kernel)
{
    return always | BIT(RUN_END) | BIT(KEEP) |
           (kernel->details ? with_details : 0) |
           (kernel->words ? BIT(TEXT) : 0);
}

// The kernel itself, and what its files ask of each other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_KERNEL_STATE_H
#define TRIO_SIM_KERNEL_STATE_H

#include "sim/kernel/descriptors.h"
#include "sim/kernel/heap.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/memory.h"
#include "sim/kernel/objects.h"

#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

enum {
    RECENT_EVENTS = 1 << 12, // Kept without `words`.
    PASSED_OVER_MAX = 512,   // Decisions in a row that somebody is.
    FIRED_WORDS_MAX = 160,
    ANCHOR_SLOTS = 1 << 15
};

// What one task has done under one label: a verb and an object of its own.
struct label {
    uint32_t hash;       // Of (verb, number of the object in this task).
    uint32_t occurrence; // How often it has come to it.
};

// An object that one task has used with one verb.
struct own_object {
    const void *object;
    const char *verb;
};

enum { LABELS_MAX = 16, OBJECTS_MAX = 16 };

// What an actor has done so far, and its name; apart from the rest, which is
// needed at every step.
struct history {
    uint32_t label_count;
    uint32_t object_count;
    struct label labels[LABELS_MAX];
    struct own_object objects[OBJECTS_MAX];
    char name[24];
    const char *host; // That it is on.
};

// Something that the scenario has to give back.
struct owed {
    const void *object; // NULL: it was.
    const char *kind;
    const void *realm; // Of the task that owes it.
};

// An event that is kept to be told.
struct told {
    struct event event;
    struct telling telling;
};

// What the program says.
struct said_text {
    char text[TRIO_SIM_NOTE_MAX];
};

struct fired_words {
    char text[FIRED_WORDS_MAX];
};

// A job that is under way, and an actor.
struct pending_job {
    struct actor actor;
    struct trio_sim_job *job;
    trio_time due; // Time passes until then; 0: any time will do.
};

// What is known of a task in line.
struct ranked {
    uint64_t priority;
    uint32_t higher, lower; // Of its bucket, by number; 0: none.
    uint32_t came;          // Later than who is before it; 0: not in line.
};

// 64 of those who came one after the other.
struct places_word {
    uint64_t bits; // Who is still in line.
    size_t count;
};

struct places {
    struct array words; // struct places_word
    uint32_t first;     // As `came`: nobody in line came before,
    uint32_t end;       // all of them before this.
};

enum { BUCKET_BITS = 10, BUCKETS = 1 << BUCKET_BITS };

struct ranking {
    size_t count;       // Of those in line.
    struct array tasks; // struct ranked, by number of the actor
    struct places places;
    uint64_t words;                // Which of these have a bit that is set:
    uint64_t filled[BUCKETS / 64]; // which of these are not empty:
    uint32_t highest[BUCKETS];     // in each bucket, by number; 0: empty.
};

// Where something comes that is no step: the tasks in line before whose steps
// it is; none are when nobody is runnable. Or inside the step of one task,
// where it reads the clock again. Two words, to be passed on in registers.
struct place {
    struct trio_task *const *tasks;
    uint32_t count;
    bool reading;
};

struct kernel {
    struct trio_config base;
    struct trio_config config;    // Of the runs.
    struct trio_sim_world_ world; // The network; jobs are below.
    struct trio_io io;            // The plain world's, but for the poll.
    struct trio_jobs seam_jobs;   // And but for submit.
    struct sim_memory memory;
    struct trio_mock_clock clock;
    struct trio_clock virtual; // The same, as it is told by itself.
    uint64_t data;             // State of trio_random_u64.
    struct trio_error *error;
    struct locator locator; // Zero: places are not known.
    bool looks_closely;     // Whatever the plan says, details are recorded.

    // Runs a plan in place of this process, which may not survive it: the
    // outcome is set, and which deviations fired. NULL: nobody does.
    void (*apart)(void *context, struct kernel *kernel, const struct plan *plan,
                  struct outcome *outcome);
    void *apart_context;

    // ---- The run ----
    const struct plan *plan;
    struct outcome *outcome;
    const struct strategy *strategy; // Of the plan, NULL: none.
    uint64_t runs;                   // So far, this one included.
    bool details;
    bool words;
    bool hurried;     // Something may come before the next task.
    bool looking;     // No step was taken since the loop looked.
    bool unseen;      // Something has happened since, too.
    bool accompanied; // The loop or the clock was a candidate last time.
    bool injected;    // A cancellation, a failure.
    bool draws;       // What fails, besides what the plan asks for.
    uint64_t draw;    // State of the generator of that.
    bool gave_up;
    bool capped;
    bool fair;        // It is, and nothing fails: what is awaited has to come.
    uint32_t running; // Number of the task whose step it is, 0: none.
    bool has_read;    // It has read the clock in this step.
    uint32_t last;    // Of the one that took the last step, 0: none has.
    uint32_t since;   // What has come since while nobody was runnable.
    bool stretching;  // The last deviation is that the clock went on, just now.
    uint64_t hash;
    uint64_t steps;
    uint64_t steps_max;
    trio_time time_begin;
    trio_time time_end;
    uint64_t decisions;
    uint64_t passed_over; // How often in a row the first in line was.
    struct actor time;    // The clock.
    struct trio_cancel_scope *around; // The whole scenario, while open.
    uint32_t cancelled_scope; // Number of an open scope: injected. 0: none.

    struct ranking ranking;
    // Targets that are paths of tasks, one bit each; with details.
    uint64_t taken[(1 << TARGET_BITS) / 64];
    struct object_table objects;
    struct heap heap;
    struct heap lent;
    struct array *arrays; // Those below that ever had an item.
    struct array actors;  // By number; the first is the loop.
    struct array jobs;    // struct pending_job, the first due first
    struct array owed;
    struct array descriptors; // struct descriptor
    struct array properties;
    struct array fault_kinds; // struct fault_kind, of those drawn

    // Only with details:
    struct array histories;  // Of the actors.
    struct array scopes;     // By number; the first is none.
    struct array points;     // struct point
    struct array lapses;     // struct lapse
    struct array calls;      // struct call
    struct array fired;      // struct deviation
    struct array used;       // bool, of each deviation of the plan
    struct array due;        // struct due
    struct array persistent; // const char *: calls that always fail
    struct array choices;    // struct deviation: that were not taken

    // Only with words:
    struct array fired_words;
    struct array names; // struct given_name
    struct array told;  // struct told: all events
    struct array said;  // struct said_text

    // Whether the plan has a deviation with such an anchor, by its last bits:
    // at most places there is none.
    bool planned_at[ANCHOR_SLOTS];

    uint64_t events; // So far.
    struct event recent[RECENT_EVENTS];
};

// A cancellation that is to happen between this step and the next.
struct due {
    const struct deviation *planned; // NULL: a strategy's wish.
    uint32_t anchor;
    uint32_t task; // At which.
    bool parked;
};

// A name that the scenario gave.
struct given_name {
    const void *object;
    const char *name;
};

extern _Thread_local struct kernel *trio_sim_kernel_;

// Whether time passes only when nobody can run, and only up to what is due.
static inline bool trio_sim_is_still_(const struct kernel *kernel)
{
    return kernel->plan->scenario->still_clock || kernel->world.calm;
}

// ---- Hashing: everything that is compared or named ----

static inline uint64_t trio_sim_mix_(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

uint64_t trio_sim_hash_text_(uint64_t hash, const char *text);

// ---- array.c ----
void *trio_sim_append_raw_(struct kernel *kernel, struct array *array);
void trio_sim_arrays_reset_(struct kernel *kernel);
void trio_sim_arrays_end_(struct kernel *kernel);

// ---- notes.c: what happens ----
struct trio_observer trio_sim_observer_(struct kernel *kernel);
// Of which kinds a run is told.
uint32_t trio_sim_kinds_(const struct kernel *kernel);
// For the network: something is done to what is behind a handle.
void trio_sim_net_used_(trio_handle handle);
void trio_sim_record_(struct kernel *kernel, enum trio_note_kind kind,
                      uint32_t task, uint32_t object, int64_t first,
                      const char *text);

// ---- told.c: what is kept to be told ----
void trio_sim_keep_(struct kernel *kernel, const struct event *event,
                    int64_t first);
void trio_sim_keep_text_(struct kernel *kernel, uint32_t task,
                         const char *text);
// Where the scope was opened that the last event cancelled.
void trio_sim_keep_opening_(struct kernel *kernel,
                            const struct trio_cancel_scope *scope);

// ---- actors.c: tasks by number ----
extern const struct actor trio_sim_no_actor_; // All zero.
struct actor *trio_sim_actor_add_(struct kernel *kernel, struct trio_task *task,
                                  uint32_t parent);
// Gives it a path that no other one has.
void trio_sim_path_begin_(struct kernel *kernel, struct actor *actor);
// Returns which task of its name it is.
uint32_t trio_sim_nth_(const struct kernel *kernel, const struct actor *actor);
struct history *trio_sim_history_(const struct kernel *kernel,
                                  const struct actor *actor);

static inline struct actor *trio_sim_loop_(const struct kernel *kernel)
{
    return ARRAY_AT(&kernel->actors, struct actor, 0);
}

// ---- labels.c: where an actor stopped, as tokens name it ----
void trio_sim_label_(struct kernel *kernel, struct actor *actor,
                     const char *verb, const void *object);
uint32_t trio_sim_anchor_of_turn_(const struct actor *actor);
uint32_t trio_sim_anchor_of_event_(const struct actor *actor);
uint32_t trio_sim_anchor_of_look_(const struct actor *actor);
uint32_t trio_sim_anchor_of_reading_(const struct actor *actor);
uint32_t trio_sim_anchor_of_moment_(const struct actor *actor, bool parked);
uint32_t trio_sim_anchor_of_call_(const struct actor *actor, const char *what);
uint32_t trio_sim_anchor_of_strike_(const struct actor *actor,
                                    const char *what);
uint32_t trio_sim_anchor_of_segment_(const struct trio_sim_job *link,
                                     const char *what);
uint32_t trio_sim_anchor_of_idle_(const struct actor *last, uint32_t since);
uint64_t trio_sim_key_(const struct actor *actor, bool parked);

// ---- scopes.c ----
void trio_sim_scope_opened_(struct kernel *kernel, struct actor *actor,
                            struct trio_cancel_scope *scope, bool cancellable);
void trio_sim_scope_closed_(struct kernel *kernel, struct actor *actor,
                            const struct trio_cancel_scope *scope);
void trio_sim_scope_named_(struct kernel *kernel, const struct actor *actor,
                           const struct trio_cancel_scope *scope, bool target);
void trio_sim_scope_shared_(struct kernel *kernel, const struct actor *actor,
                            const struct trio_cancel_scope *scope);
// All scopes of an actor, if it has any, are inside `parent` from now on.
void trio_sim_scope_moved_(struct kernel *kernel, struct actor *actor,
                           const struct trio_cancel_scope *parent);
struct open_scope *trio_sim_scope_path_(const struct kernel *kernel,
                                        uint32_t path);
struct open_scope *trio_sim_scope_at_(const struct kernel *kernel,
                                      uint32_t number);

// ---- points.c: moments at which a task can be cancelled ----
void trio_sim_moment_(struct kernel *kernel, struct actor *actor, bool parked);
void trio_sim_cancel_due_(struct kernel *kernel);
void trio_sim_cancel_(struct kernel *kernel, struct open_scope *scope,
                      const struct due *due);

// ---- events.c: what happens between two steps ----
// Which of these places it is, as tokens name it; one after each event.
uint32_t trio_sim_anchor_of_place_(const struct kernel *kernel,
                                   struct place place);
void trio_sim_move_on_(struct kernel *kernel, struct place place);
void trio_sim_say_(struct kernel *kernel, struct place place, char *words,
                   const char *format, const char *what);
// Lets time pass; false: it does not get that far.
bool trio_sim_pass_time_(struct kernel *kernel, struct place place,
                         uint32_t far);
void trio_sim_do_job_(struct kernel *kernel, struct place place, size_t number,
                      bool deviates);
// Does what the plan wants to happen here; of the clock, once.
void trio_sim_follow_events_(struct kernel *kernel, struct place place);
bool trio_sim_follow_clock_(struct kernel *kernel, struct place place);

// ---- reading.c: the clock, as the run reads it ----
struct trio_clock trio_sim_clock_of_(struct kernel *kernel);
// Reads it without anything coming of that.
trio_time trio_sim_now_(const struct kernel *kernel);

// ---- lapses.c: where time may pass early ----
// Keeps a place where it may pass beyond `least` deadlines or more.
void trio_sim_lapse_(struct kernel *kernel, struct place place, uint32_t least);

// ---- time.c: how far the clock goes, as deviations have it ----
// Returns what stands for a duration, 0 if nothing does.
uint32_t trio_sim_far_(trio_duration duration);
// Returns where the clock comes to, TRIO_FOREVER if it does not get that far.
trio_time trio_sim_time_of_(const struct kernel *kernel, uint32_t far);
void trio_sim_say_far_(const struct kernel *kernel, uint32_t far, char *buffer,
                       size_t size);

// ---- choices.c: what else could come ----
// Keeps turns of others than the first: those have this anchor.
void trio_sim_keep_turns_(struct kernel *kernel,
                          const struct candidates *candidates, uint32_t anchor);
// Keeps the jobs that can be done here.
void trio_sim_keep_jobs_(struct kernel *kernel, struct place place);

// ---- ranking.c: the line by priority ----
enum { LONG_LINE = 32 };

// Whether so many are in line, or were.
static inline bool trio_sim_is_long_(const struct kernel *kernel,
                                     const struct candidates *candidates)
{
    return candidates->task_count > LONG_LINE || kernel->ranking.count > 0;
}

// Takes in who is new in such a line.
void trio_sim_line_up_(struct kernel *kernel,
                       const struct candidates *candidates);
void trio_sim_leave_line_(struct kernel *kernel, struct actor *actor);
void trio_sim_ranking_reset_(struct ranking *ranking);

// ---- places.c: where in line they are ----
// Makes room for as many as are `wanted` in line, of whom so many are there.
void trio_sim_make_places_(struct kernel *kernel,
                           struct trio_task *const *tasks, size_t count,
                           size_t wanted);
void trio_sim_come_(struct kernel *kernel, uint32_t number, uint32_t came);
void trio_sim_go_(struct kernel *kernel, uint32_t number);
size_t trio_sim_place_(const struct kernel *kernel, uint32_t number);

// ---- candidates.c: who may come next ----
// Between two steps; or inside one, where a task reads the clock again.
void trio_sim_gather_(struct kernel *kernel, struct place place,
                      struct candidates *ret);
void trio_sim_gather_reading_(struct kernel *kernel, struct place place,
                              struct candidates *ret);

// ---- picker.c ----
void trio_sim_started_(struct kernel *kernel, struct actor *actor);
struct trio_scheduler trio_sim_picker_(struct kernel *kernel);
// Decides whether time passes inside a step.
void trio_sim_decide_reading_(struct kernel *kernel, struct place place);
void trio_sim_poll_(void *context, trio_duration limit);

// ---- jobs.c ----
struct trio_jobs trio_sim_jobs_of_(const struct trio_jobs *base);
bool trio_sim_can_wake_(void *context);
void trio_sim_jobs_end_(struct kernel *kernel);
// A job that has a path already, and a time at which it is due.
void trio_sim_announce_(struct trio_sim_job *job, trio_time due);
// Whether the first job comes before the next deadline does.
bool trio_sim_job_comes_(const struct kernel *kernel);
// How many may be done: an alarm only once it is due, or if it comes next.
size_t trio_sim_jobs_before_alarm_(const struct kernel *kernel, bool idle);
// How many are due by now, or by the next deadline if all wait for that.
size_t trio_sim_jobs_due_(const struct kernel *kernel, bool idle);
struct pending_job *trio_sim_job_at_(const struct kernel *kernel, size_t i);
// Returns the number of the job of a path, as many as there are if none has it.
size_t trio_sim_job_named_(const struct kernel *kernel, uint32_t path);
void trio_sim_job_do_(struct kernel *kernel, size_t number);

// ---- fired.c: deviations of the plan, and of the run ----
void trio_sim_plan_begin_(struct kernel *kernel);
void trio_sim_plan_end_(struct kernel *kernel);
const struct deviation *trio_sim_planned_(struct kernel *kernel,
                                          enum deviation_kind kind,
                                          uint32_t anchor);
bool trio_sim_is_used_(const struct kernel *kernel,
                       const struct deviation *planned);
void trio_sim_has_fired_(struct kernel *kernel,
                         const struct deviation *planned);
void trio_sim_fire_(struct kernel *kernel, struct deviation deviation,
                    const char *words);

// ---- swarm.c: what fails by chance ----
void trio_sim_faults_begin_(struct kernel *kernel);
// From now on nothing does.
void trio_sim_faults_end_(struct kernel *kernel);
// Whether something of that kind goes wrong this time.
bool trio_sim_draw_(struct kernel *kernel, const char *what);

// ---- faults.c: what fails, or goes wrong otherwise ----
bool trio_sim_call_fails_(struct kernel *kernel, const char *what);
// The same for the network of the current run. `once`: later calls do not fail,
// whatever was asked for.
bool trio_sim_net_fails_(const char *what, bool once);
// For the scheduler: whether it is true this time.
bool trio_sim_buggifies_(void *context, const char *name);
// Whether that befalls what was just sent over a link, or else a call. `asked`:
// the scenario has said that it may.
bool trio_sim_net_strikes_(const struct trio_sim_job *link, const char *what,
                           bool asked);
// Whether something comes out otherwise, now: "is torn".
bool trio_sim_comes_out_so_(const char *what, const char *outcome);

// ---- words.c ----
void trio_sim_format_(const struct kernel *kernel, char *buffer, size_t size,
                      const char *format, ...) TRIO_PRINTF(4, 5);
void trio_sim_describe_(const struct kernel *kernel, const struct actor *actor,
                        char *buffer, size_t size);
void trio_sim_segment_name_(const struct kernel *kernel,
                            const struct trio_sim_job *job, uint64_t number,
                            const char *fate, char *buffer, size_t size);
void trio_sim_job_name_(const struct kernel *kernel,
                        const struct trio_sim_job *job, char *buffer,
                        size_t size);
const char *trio_sim_given_name_(const struct kernel *kernel,
                                 const void *object);

// ---- owed.c ----
// Returns the realm of the current task, NULL if it has none.
const void *trio_sim_realm_(const struct kernel *kernel);
// A host's tasks are no more: nothing of theirs is owed.
void trio_sim_crashed_(const struct trio_sim_host *host);
void trio_sim_owe_(struct kernel *kernel, const struct trio_task *task,
                   const void *object, const char *kind);
void trio_sim_settle_(struct kernel *kernel, const void *object);
const char *trio_sim_still_owed_(const struct kernel *kernel);

// ---- verdict.c ----
void trio_sim_found_(struct kernel *kernel, enum failure_kind kind,
                     const char *text);
void trio_sim_deadlocked_(struct kernel *kernel);
// Ends the run as one that should have been over. Does not return.
__attribute__((noreturn)) void trio_sim_stuck_(struct kernel *kernel);
void trio_sim_judge_(struct kernel *kernel, trio_status rc);
void trio_sim_property_(struct kernel *kernel, const char *name, int64_t first);

// ---- cap.c: runs that are too long ----
// Does not return, unless something has to come first.
void trio_sim_cap_(struct kernel *kernel);
// Has the run end if it is too late for it to go on.
void trio_sim_check_time_(struct kernel *kernel, trio_time now);
void trio_sim_judge_cap_(struct kernel *kernel);
// Returns a property that has to hold yet, NULL if there is none.
const struct property *trio_sim_awaited_(const struct kernel *kernel);
void trio_sim_miss_(struct kernel *kernel, const struct property *awaited);

#endif // TRIO_SIM_KERNEL_STATE_H

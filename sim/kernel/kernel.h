// What the files of the simulation kernel share: one run, and all that decides
// and records it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A run is determined by its plan. Everything that could go one way or another
// is decided in one place, the picker (picker.c), and everything that happens
// comes in through one place, the notes (notes.c).

#ifndef TRIO_SIM_KERNEL_KERNEL_H
#define TRIO_SIM_KERNEL_KERNEL_H

#include <trio/backend.h>
#include <trio/clock.h>
#include <trio/run.h>
#include <trio/scenario.h>
#include <trio/sim_job.h>
#include <trio/task.h>

#include "sim/internal.h"

struct kernel;

// ---- What an actor is about to do, or has just done ----

struct operation {
    const void *object; // NULL: none.
    const char *verb;   // "acquire"; NULL: a touch, or nothing at all.
    enum trio_access access;
};

// Whether two operations of different tasks do not commute.
static inline bool trio_sim_conflict_(const struct operation *a,
                                      const struct operation *b)
{
    return a->object != NULL && a->object == b->object &&
           (a->access != TRIO_ACCESS_READ || b->access != TRIO_ACCESS_READ);
}

// ---- Actors: whoever may come next ----

// A task, as the kernel knows it; also the loop, a job, the clock. Those have
// what the strategies need, and the rest is zero.
struct actor {
    // What each step needs, in one line of the cache:
    struct trio_task *task;
    uint64_t path;            // Its name: of its parent, and which child it is.
    uint64_t priority;        // The strategy's.
    struct operation pending; // Where it stopped last.
    uint32_t number;
    uint32_t steps;    // Taken so far. Of the loop: looks, of the clock: jumps.
    uint32_t children; // Started so far.
    bool living;
    bool parked;

    uint32_t parent;       // Number of the task that started it, 0: none.
    uint32_t before, next; // The strategy's: in a list, by number; 0: none.

    // Only while details are recorded:
    uint32_t anchor;     // Where it stopped last, as tokens name it.
    uint32_t label;      // What it did there: hash of a label.
    uint32_t occurrence; // For which time.
    uint32_t deferred;   // What came since while it was first in line.
    uint32_t readings;   // Of the clock, since.
    uint32_t scopes;     // Opened so far.
    uint32_t calls;      // To the seams, so far.
    uint32_t strikes;    // Calls that something else could befall, so far.
    uint32_t jobs;       // Started so far.
    uint32_t innermost;  // Of its open scopes, by number; 0: none.
    uint32_t nth;        // Task of its name; 0: nobody has asked.
    bool labelled;       // It has done something in this step.
    bool woken;          // Last by the loop, after time had passed early.
} __attribute__((aligned(64)));

// A scope that is open, while details are recorded.
struct open_scope {
    struct trio_cancel_scope *scope; // NULL: closed.
    uint32_t outer;                  // Number of the one around it, 0: none.
    uint32_t path;    // 16 bits: of its task, and which scope it is.
    uint32_t task;    // Number of the one that opened it.
    bool cancellable; // Somebody could: no shield, no nursery's own.
    bool target;      // The scenario named it.
    bool spared;      // It said that nobody does.
};

enum { SCOPE_AROUND = 0xffff }; // Path of the one around the whole scenario.

// ---- Deviations: all in which a run differs from production ----

enum deviation_kind {
    DEVIATE_TASK,   // another task than the first in line comes first
    DEVIATE_CLOCK,  // time passes, beyond one deadline or many
    DEVIATE_JOB,    // a job is done
    DEVIATE_CANCEL, // a scope is cancelled
    DEVIATE_FAIL,   // a call to a seam fails
    DEVIATE_FAIL_ON // and so do all later ones of its kind
};

enum { ANCHOR_BITS = 21, TARGET_BITS = 16 };

// How far the clock goes: beyond so many deadlines; with this bit, for so long.
enum { FAR_LASTS = 1 << 15 };

// `anchor` says when, and does not depend on the schedule:
//   TASK              where the first in line stopped last; of several, each
//                     time that it is passed over there is one; if it was the
//                     loop, that, and what else came before
//   CLOCK, JOB        where the first in line stopped last, and what came
//                     since; when nobody is runnable, the same of who ran last;
//                     inside a step, what the task did last, and how often it
//                     has read the clock since
//   CANCEL            where a task came to: parked there, or was made ready
//   FAIL, FAIL_ON     which task calls, what, for which time; over a link which
//                     segment it is, and what befalls it
// `target` says who: path of a task, of a job, of a scope; of the clock how far
// it goes; of a failure 0.
struct deviation {
    enum deviation_kind kind;
    uint32_t anchor; // ANCHOR_BITS.
    uint32_t target; // TARGET_BITS.
};

// ---- Candidates ----

// Who may come next, in this order; the first is what production would do.
//   The loop: what has happened is not seen yet, and it may look before the
//   next task goes on. Also when nobody is runnable, and no job comes before
//   the next deadline.
//   The tasks in line; the first in line first.
//   The jobs that are under way, in the order in which they are due: until then
//   time passes.
//   The clock, if there is a deadline ahead: time passes up to there. Where
//   production would let it pass that far by itself: up to the one after that.
// Inside a step, where a task reads the clock again, it is that task or the
// clock.
struct candidates {
    struct trio_task *const *tasks;
    size_t loop; // 1: it is the first, 0: it is none.
    size_t task_count;
    size_t job_count;
    size_t event_count; // Jobs and clock.
    size_t count;
    uint32_t far; // How far the clock would go, 0: it is none.
    bool reading; // The only task is in its step, and reads the clock again.
    bool ranked;  // The tasks are, by priority.
};

// ---- Strategies ----

// Chooses among what may come next. All state is in `context`; a run of the
// same seed on the same program makes the same choices.
struct strategy {
    const char *name;
    // A run begins; `seed` numbers the runs of a campaign, too.
    void (*begin)(void *context, struct kernel *kernel, uint64_t seed);
    // Returns which of the candidates comes next, two or more. Or ASK_AGAIN: it
    // has done something else, after which there may be others.
    size_t (*pick)(void *context, struct kernel *kernel,
                   const struct candidates *candidates);
    bool every_step; // Pick is asked also where there is only one.
    bool ranks;      // It goes by priorities: a long line is ranked by them.
    // There is a new actor: a task, a job; the loop and the clock whenever they
    // become candidates, the clock also after each jump. May be NULL.
    void (*started)(void *context, struct kernel *kernel, struct actor *actor);
    // A task is in a line that is ranked, or is not any more. May be NULL.
    void (*joined)(void *context, struct kernel *kernel, struct actor *actor);
    void (*left)(void *context, struct kernel *kernel, struct actor *actor);
    // An actor has used an object in its step; number 0: it was an event that
    // did. Of what is behind a handle the object is that. May be NULL.
    void (*used)(void *context, struct kernel *kernel, struct actor *actor,
                 const struct operation *operation);
    // The run is over. May be NULL. Returns false if this strategy has nothing
    // new to try.
    bool (*end)(void *context, struct kernel *kernel);
    void *context;
};

#define ASK_AGAIN SIZE_MAX

// ---- Plans ----

// Where blocks of malloc's lie that are taken one after the other.
enum heap_order { HEAP_AS_IT_COMES, HEAP_UPWARDS, HEAP_DOWNWARDS };
enum { HEAP_SHIFTS = 7 }; // From 0 on.

// How a twin differs, in what must make no difference.
struct perturbation {
    bool addresses; // Memory and stacks are handed out in another order.
    uint8_t junk;   // What fresh memory and stacks hold; 0: whatever it was.
    enum heap_order heap_order; // The same of what malloc hands out.
    uint8_t heap_shift;         // So many blocks of a size are not handed out.
    uint8_t heap_junk;
};

// What a run draws besides its schedule, under a strategy: faults.
struct swarm {
    uint64_t seed; // Which kinds, how often, when; 0: none.
    bool all;      // Also what the scenario has not asked for.
    bool no_heap;  // But malloc and the like do not fail.
};

struct plan {
    const struct trio_scenario *scenario;
    enum trio_sim_order order;
    uint64_t seed;                   // Of random data and the start of time.
    const struct strategy *strategy; // NULL: the first in line.
    uint64_t strategy_seed;
    struct swarm swarm;
    const struct deviation *deviations; // Each happens once, where it fits.
    size_t deviation_count;
    bool details; // Anchors, scopes, cancel points: needed by deviations.
    bool words;   // What happened is kept to be told: trace and texts.
    bool choices; // Turns and jobs that would have fit are kept, too; details.
    struct perturbation perturbation;
};

// ---- Outcomes ----

enum verdict {
    VERDICT_PASSED,
    VERDICT_FAILED,
    VERDICT_CANCELLED, // By an injection, as it should be.
    VERDICT_CAPPED     // Neither passed nor failed: too long.
};

enum failure_kind {
    FAILURE_NONE,
    FAILURE_PROPERTY, // always, unreachable
    FAILURE_CHECK,    // trio_campaign_fail: of a test's own checks
    FAILURE_MISUSE,
    FAILURE_DEADLOCK,
    FAILURE_STATUS,  // The scenario did not return TRIO_OK.
    FAILURE_OWED,    // Something was not given back, or twice.
    FAILURE_MEMORY,  // Memory of the run's was not given back.
    FAILURE_ENDLESS, // A cancelled scope did not end.
    FAILURE_PROGRESS, // It should have been over.
    FAILURE_REAL,    // The real world leaked in.
    FAILURE_SCRIPT,  // It does not fit.
    FAILURE_CRASH    // Of the whole process; only seen from outside.
};

enum { FAILURE_TEXT_MAX = 256 };

struct outcome {
    enum verdict verdict;
    enum failure_kind failure;
    uint64_t failure_class; // Equal: the same failure, found again; or the same
                            // kind of run that is too long.
    char text[FAILURE_TEXT_MAX];
    trio_status status;
    uint64_t hash; // Of all that happened.
    uint64_t steps;
    uint64_t tasks;
    uint64_t decisions; // With more than one to choose from.
    size_t fired;       // Deviations of the plan that happened.
    bool exhausted;     // The strategy has nothing new to try.
    bool drew;          // It has drawn random data.
    bool faulty;        // Something could have failed by chance.
};

// ---- Records ----

// A deviation has fired, and what comes next is its doing: an event beside the
// notes, only with `words`, one for each in their order.
enum { EVENT_FIRED = 64 };

// What happened, 16 bytes each, in a ring, where objects have a number if they
// tell something; with `words`, all of it, and all do.
struct event {
    const char *verb; // Of PARK; or the text of the note.
    uint32_t task;    // Number, 0: none.
    uint16_t object;  // Number of first use in the run, 0: none.
    uint8_t kind;     // enum trio_note_kind, or EVENT_FIRED.
    int8_t first;     // As the note's, cut off.
};

// What is kept of an event besides, only with `words`. There a task that makes
// itself ready, to let others have their turn, is an event, too.
struct telling {
    int64_t first;   // As the note's; of CLOCK_JUMP: ns since the run began.
    uint32_t place;  // Where the code stood, as the locator knows it.
    uint32_t opened; // Of SCOPE_CANCEL: where the scope was opened.
    uint32_t said;   // Of TEXT: its number, for trio_sim_said_.
};

// Keeps places in the code by numbers other than 0; 0: not known.
struct locator {
    uint32_t (*here)(void);            // The calls that are under way.
    uint32_t (*at)(const void *place); // One place.
};

// A moment at which a task can be cancelled.
struct point {
    uint64_t key;    // (task path, verb, object, first time or later, moment)
    uint32_t anchor; // For a deviation.
    uint32_t scopes[3]; // Paths to cancel: named or innermost first; 0: none.
    bool parked;        // Moment: parked. Else: made ready, its step to come.
    const char *verb;   // Or NULL.
    uint32_t label;     // Verb and object, whoever it is.
    uint64_t order;     // Step of the run in which it came.
};

// A place at which time may pass early.
enum { LAPSE_TIMERS = 4 };
struct lapse {
    uint64_t key;    // (first in line, what it did, first time or later, timer)
    uint32_t anchor; // For a deviation.
    uint32_t least;  // How many deadlines it would pass at least.
    uint32_t timers[LAPSE_TIMERS]; // That are due next, by name; 0: none.
};

// A call to a seam that can fail.
struct call {
    uint32_t anchor;
    const char *what; // "allocate", "stack", "strdup"
    bool heap;        // Of malloc and the like, by the scenario's own code.
    bool once;        // There is no sense in its failing from then on.
    bool asked;       // The scenario has said that it may fail by chance.
    bool harmless;    // The scenario has to live with it.
    bool strike;      // No call, but what may befall one, or what is carried.
    const struct trio_sim_job *link; // It is about what this carries; or NULL.
    const char *outcome;             // What is told; NULL: that it fails.
};

// What has failed by chance in a run, by what the calls are called.
struct fault_kind {
    const char *what;
    uint32_t rarity; // One in so many; 0: none in this run.
    uint64_t tried;
};

// A property that was told of, by name and kind.
struct property {
    const char *name;
    enum trio_property kind;
    bool held; // At least once; of EVENTUALLY: last time.
};

// A growing array. Zero but for the size of an item: it is empty.
struct array {
    void *items;
    size_t count;
    size_t max;
    size_t size; // Of an item.
    bool of_runs; // The kernel's: a run begins with it empty.
    struct array *next;
};

// Appends a zeroed item. Never fails: stops the process without memory.
void *trio_sim_append_(struct kernel *kernel, struct array *array);

// Gives its memory back.
void trio_sim_array_end_(struct kernel *kernel, struct array *array);

#define ARRAY_AT(array, type, i) (&((type *)(array)->items)[i])

// ---- The kernel: of one thread, for many runs ----

struct kernel *trio_sim_kernel_new_(const struct trio_config *base);
void trio_sim_kernel_free_(struct kernel *kernel);

// From now on what is told has its places.
void trio_sim_locate_with_(struct kernel *kernel,
                           const struct locator *locator);

// Runs a plan. What the functions below return is of this run, until the next.
void trio_sim_run_(struct kernel *kernel, const struct plan *plan,
                   struct outcome *outcome);

// All deviations of the run that a plan without strategy needs to repeat it, in
// the order in which they happened; `details` only.
const struct deviation *trio_sim_fired_(const struct kernel *kernel,
                                        size_t *ret_count);

// In words, beside each of those; `words` only.
const char *trio_sim_fired_words_(const struct kernel *kernel, size_t i);

// Those of the plan that did not happen, by number; `details` only.
size_t trio_sim_stale_(const struct kernel *kernel, size_t *ret_first);

// Cancel points, places for time, seam calls; `details` only.
const struct point *trio_sim_points_(const struct kernel *kernel,
                                     size_t *ret_count);
const struct lapse *trio_sim_lapses_(const struct kernel *kernel,
                                     size_t *ret_count);
const struct call *trio_sim_calls_(const struct kernel *kernel,
                                   size_t *ret_count);

// What else could have come, where the first in line did or a job was not yet
// done: deviations that fit the run; `choices` only. Of many the first.
const struct deviation *trio_sim_choices_(const struct kernel *kernel,
                                          size_t *ret_count);

// Kinds of faults that the run came to, if it drew any.
const struct fault_kind *trio_sim_fault_kinds_(const struct kernel *kernel,
                                               size_t *ret_count);

// Properties, in the order in which the run came to them first.
const struct property *trio_sim_properties_(const struct kernel *kernel,
                                            size_t *ret_count);

// Events, oldest first, in two parts as a ring has them, and what their task
// and object numbers are called.
size_t trio_sim_event_count_(const struct kernel *kernel);
const struct event *trio_sim_event_(const struct kernel *kernel, size_t i);
const struct telling *trio_sim_telling_(const struct kernel *kernel, size_t i);
const char *trio_sim_said_(const struct kernel *kernel, uint32_t number);
size_t trio_sim_actor_count_(const struct kernel *kernel);
const struct actor *trio_sim_actor_at_(const struct kernel *kernel, size_t i);
void trio_sim_actor_name_(const struct kernel *kernel, uint32_t number,
                          char *buffer, size_t size); // "main", "consumer#2"
void trio_sim_object_name_(const struct kernel *kernel, uint32_t number,
                           char *buffer, size_t size); // "queue", "#3"

// Returns the host that a task is on; NULL: there is only one, or without
// details.
const char *trio_sim_actor_host_(const struct kernel *kernel, uint32_t number);

// ---- For strategies ----

struct actor *trio_sim_candidate_(struct kernel *kernel,
                                  const struct candidates *candidates,
                                  size_t i);
struct actor *trio_sim_actor_(struct kernel *kernel,
                              const struct trio_task *task);
struct actor *trio_sim_actor_number_(const struct kernel *kernel,
                                     uint32_t number);
uint64_t trio_sim_step_(const struct kernel *kernel);

// Says that the priority of an actor, which may be in line, has changed.
void trio_sim_rank_(struct kernel *kernel, const struct actor *actor);

// Returns which candidate has the highest priority.
size_t trio_sim_first_by_priority_(struct kernel *kernel,
                                   const struct candidates *candidates);

// ---- For whoever finds a failure while a run is under way ----

// The kernel whose run is under way in this thread, or NULL.
struct kernel *trio_sim_current_(void);

// Ends the run as failed, or as ended by what was injected. Does not return.
__attribute__((noreturn)) void
trio_sim_fail_(struct kernel *kernel, enum failure_kind kind, const char *text);
__attribute__((noreturn)) void trio_sim_give_up_(struct kernel *kernel);

// The clock of the run that is under way.
struct trio_mock_clock *trio_sim_clock_(struct kernel *kernel);

// Whether nothing in the plan has anybody passed over.
bool trio_sim_is_first_in_line_(const struct kernel *kernel);

// Whether something was injected in this run so far: a cancellation or a
// failure.
bool trio_sim_injected_(const struct kernel *kernel);

// Whether the run has taken anything from malloc.
bool trio_sim_uses_malloc_(const struct kernel *kernel);

// The class of a failure.
uint64_t trio_sim_class_(enum failure_kind kind, const char *text);

#endif // TRIO_SIM_KERNEL_KERNEL_H

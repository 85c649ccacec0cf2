// A primitive on stage: tasks use it as a workload says, step by step, and what
// comes of each step is compared with what a model of the primitive says.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A workload is a list of acts. After each, all tasks come to rest, unless the
// act is `joined` with the next one: then both happen at the same instant, the
// one that is called before tasks that were told to begin something do so. That
// is how what was granted is cancelled before its task has run, how a task that
// comes meets one that was just woken, and so on.
//
// A model knows who waits, in which order, and nothing of tasks or time. It has
// no pointers: its states are copied.

#ifndef TESTS_PROPERTIES_STAGE_H
#define TESTS_PROPERTIES_STAGE_H

#include <trio/rapidcheck.h>
#include <trio/status.h>
#include <trio/time.h>
#include <trio/trio.h>

enum {
    STAGE_ACTORS = 4,
    STAGE_ACTS_MAX = 24,
    STAGE_MODEL_MAX = 256, // Bytes of a model.
    STAGE_NOBODY = 0xff,
    STAGE_WAITS = 1 // No status: the actor waits.
};

// Verbs that every workload may have. Those of the primitive come after them.
enum { ACT_CANCEL, ACT_PASS, ACT_OWN };

// Something that an actor does, or that is done to it.
struct act {
    unsigned char verb;
    unsigned char actor;
    unsigned char value; // For the verb: an item, a count, seconds.
    unsigned char limit; // Seconds until it is cancelled; 0: never.
    bool joined;         // With the next one, at the same instant.
};

struct verb {
    const char *name;
    bool at_once;        // It waits for nothing, and nobody needs to be told.
    unsigned char value; // Its values are below this; 0: it has none.
    unsigned weight;     // 0: 1.
    bool sure;           // It is no checkpoint: a cancelled actor does it.
    bool apart;          // All are at rest before and after: never joined.
};

// What came of what an actor has begun.
struct answer {
    trio_status status; // Or STAGE_WAITS.
    int value;          // What it got, 0: nothing.
};

// The model's answers, for who waits and who does not.
struct book {
    struct answer answers[STAGE_ACTORS];
};

struct primitive {
    const char *name;
    const struct verb *verbs;
    size_t verb_count;

    // The real one: `object` is this large, and all zeros before `open`.
    size_t object_size;
    void (*open)(void *object);
    void (*close)(void *object); // NULL: nothing to do.
    // In a task of the actor's: does what the act says.
    trio_status (*perform)(void *object, const struct act *act, int *ret_value);
    // In the director's task, for verbs `at_once`: returns what came of it.
    int (*call)(void *object, const struct act *act);

    // The model, as large as STAGE_MODEL_MAX at most; zeros before `begin`.
    size_t model_size;
    void (*begin)(void *model); // NULL: nothing to do.
    bool (*allows)(const void *model, const struct act *act); // NULL: yes.
    // The actor begins it: says what it gets by book_answer, or not yet.
    void (*start)(void *model, struct book *book, const struct act *act);
    // The director has called it.
    int (*called)(void *model, struct book *book, const struct act *act);
    // The actor, which waits, is cancelled.
    void (*leave)(void *model, struct book *book, unsigned char actor);
    bool leaves_late; // Only when its task runs: a cancellation is not joined.
};

// The actor waits no more.
void book_answer(struct book *book, unsigned char actor, trio_status status,
                 int value);

bool book_waits(const struct book *book, unsigned char actor);

// Who waits for one thing, in order of arrival: most models are made of these.
struct line {
    unsigned char count;
    struct act acts[STAGE_ACTORS];
};

void line_add(struct line *line, const struct act *act);

// Takes the first one out; it has one.
struct act line_take(struct line *line);

// Takes out the one of an actor; says whether it was there.
bool line_remove(struct line *line, unsigned char actor);

// Does the same for an actor that is cancelled, and answers it.
bool line_cancel(struct line *line, struct book *book, unsigned char actor);

// A workload as a scenario's argument.
struct play {
    const struct primitive *primitive;
    size_t count;
    struct act acts[STAGE_ACTS_MAX];
};

// Draws workloads, plays each under a few schedules, and prints the report of
// one that fails. Says whether none does.
bool stage_check(struct primitive *primitive);

// The property behind it: its argument is the primitive.
bool stage_holds(struct trio_rc_source *source, void *arg);

// Plays a workload: a scenario whose argument is a play.
TRIO_CHECKPOINT trio_status stage_play(void *arg);

// How the model goes on: shared by who draws and who plays.
struct script {
    const struct primitive *primitive;
    struct book book;
    struct act begun[STAGE_ACTORS]; // What those who wait have begun,
    int64_t until[STAGE_ACTORS];    // and until when, in seconds; 0: for ever.
    struct act pending;             // Told to begin at the next rest.
    bool has_pending;
    bool pending_cancelled;
    int64_t now;
    union {
        uint64_t align;
        unsigned char bytes[STAGE_MODEL_MAX];
    } model;
};

void script_begin(struct script *script, const struct primitive *primitive);

// Says whether the act may come next.
bool script_allows(const struct script *script, const struct act *act);

// Does one act; returns what it returned to the director.
int script_step(struct script *script, const struct act *act);

// Does what is left before all are at rest.
void script_rest(struct script *script);

// Says whether the act has to begin after a rest,
bool script_needs_rest(const struct script *script, const struct act *act);

// and whether one has to follow.
bool script_ends_in_rest(const struct script *script, const struct act *act);

// The name of an act in words.
const struct verb *stage_verb(const struct primitive *primitive,
                              unsigned char verb);

#endif // TESTS_PROPERTIES_STAGE_H

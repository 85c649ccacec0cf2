// Histories: what clients asked for and got, and whether it is linearizable.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_HISTORY_H
#define TRIO_HISTORY_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/status.h>
#include <trio/time.h>

// What a client asks of an object. The kinds of a model of one's own are its
// own numbers.
enum trio_history_kind {
    TRIO_HISTORY_READ,            // Result: the value, or NONE.
    TRIO_HISTORY_WRITE,           // `value`. No result.
    TRIO_HISTORY_COMPARE_AND_SET, // `value`, if `expected` is there. Result: 1
                                  // if it was, 0 if not.
    TRIO_HISTORY_ADD,             // `value`. Result: the sum.
    TRIO_HISTORY_ENQUEUE,         // `value`. No result.
    TRIO_HISTORY_DEQUEUE,         // Result: the oldest value, or NONE.
    TRIO_HISTORY_INSERT,          // Result: 1 if it was not there, else 0.
    TRIO_HISTORY_REMOVE,          // Result: 1 if it was there, else 0.
    TRIO_HISTORY_CONTAINS         // Result: 1 if it is there, else 0.
};

// Results that are no value: so these two numbers are none, nor sums of any.
#define TRIO_HISTORY_NONE INT64_MIN          // There is nothing.
#define TRIO_HISTORY_UNKNOWN (INT64_MIN + 1) // The client was not told.

// An invocation. What its kind has no use for stays 0. Texts are told as
// numbers of the caller's.
struct trio_history_call {
    uint32_t client; // Who asks, for the reader: any number of them.
    int kind;        // enum trio_history_kind, or the model's own.
    int64_t key;     // Of which object; of a set, the element.
    int64_t value;
    int64_t expected;
};

// An operation: an invocation and, perhaps, its response.
struct trio_history_operation {
    struct trio_history_call call;
    int64_t result;      // TRIO_HISTORY_UNKNOWN: any. Also without a response.
    trio_time invoked;   // On the run's clock, since the history was opened.
    trio_time responded; // TRIO_FOREVER: there was no response.
    uint32_t invocation; // Private. Its place among all events.
    uint32_t response;   // Private. The same.
    uint32_t turn;       // Private. Its turn among some, from 1; 0: any.
    uint32_t turns;      // Private. So many of these have to come before it.
    bool failed;         // Private. It had no effect.
};

// What is known of operations of one kind.
struct trio_history_signature {
    const char *name; // NULL: the model has no such kind.
    unsigned flags;   // TRIO_HISTORY_READS, and what a report shows of them:
                      // TRIO_HISTORY_SHOWS_x.
};

enum {
    TRIO_HISTORY_SHOWS_KEY = 1,
    TRIO_HISTORY_SHOWS_VALUE = 2,
    TRIO_HISTORY_SHOWS_EXPECTED = 4,
    TRIO_HISTORY_SHOWS_RESULT = 8,
    TRIO_HISTORY_SHOWS_TRUTH = 16, // The result is 0 or 1.
    TRIO_HISTORY_READS = 32 // It never changes a state, and is soon dealt with.
};

// A `trio_history_model` is a sequential specification: what an object does if
// one operation comes after the other. Here is one of a lock that is taken
// again by whoever has it:
//
//     #define TAKE 0
//     #define GIVE 1
//     static bool step(void *state, const struct trio_history_operation *op)
//     {
//         int64_t *owner = state; // 0: nobody
//         int64_t client = op->call.client;
//         bool mine = *owner == client;
//
//         if (op->call.kind == GIVE) {
//             *owner = mine ? 0 : *owner;
//             return trio_history_returns(op, mine);
//         }
//         bool taken = *owner == 0 || mine;
//         *owner = taken ? client : *owner;
//         return trio_history_returns(op, taken);
//     }
//
//     static const struct trio_history_signature kinds[] = {
//         {"take", TRIO_HISTORY_SHOWS_TRUTH},
//         {"give", TRIO_HISTORY_SHOWS_TRUTH}};
//     static const struct trio_history_model lock_model = {
//         .name = "lock", .kinds = kinds, .kind_count = 2,
//         .state_size = sizeof(int64_t), .step = step};
//
// The functions are pure: they depend on their arguments alone.
struct trio_history_model {
    const char *name;
    const struct trio_history_signature *kinds; // By their numbers.
    int kind_count;

    // Whether operations of different keys have nothing to do with each other.
    // Each key then has a state of its own and is checked for itself, which is
    // much faster.
    bool by_key;

    // Bytes of a state, and how many more for each operation.
    size_t state_size;
    size_t state_size_each;

    // Makes the state that all begins with; NULL: all bytes are zero.
    void (*init)(void *state);

    // Applies an operation to a state, and says whether its result is what the
    // object answers there. If not, whatever becomes of the state is dropped.
    // A result that is TRIO_HISTORY_UNKNOWN fits always: see
    // trio_history_returns.
    bool (*step)(void *state, const struct trio_history_operation *operation);

    // Returns how many bytes of a state are in use, from its first: what the
    // others hold does not matter. NULL: all.
    size_t (*length)(const void *state);

    // Whether two states are the same, and a number that is then the same, too.
    // Both NULL: if their bytes are.
    bool (*equal)(const void *a, const void *b);
    uint64_t (*hash)(const void *state);

    // Private. Prepares the operations of a search. TRIO_ECONTRACT: no order
    // explains them.
    trio_status (*prepare)(void *arena,
                           struct trio_history_operation *operations,
                           size_t count);
};

// A register: READ, WRITE, COMPARE_AND_SET. Nothing is there at first; if
// something is, the history begins with a write of it.
extern const struct trio_history_model trio_history_register;

// A counter, 0 at first: READ, ADD. Beyond 64 bits it wraps around.
extern const struct trio_history_model trio_history_counter;

// A queue, first in first out, of any length, empty at first: ENQUEUE, DEQUEUE.
extern const struct trio_history_model trio_history_queue;

// A set, empty at first: INSERT, REMOVE and CONTAINS of the element `key`.
extern const struct trio_history_model trio_history_set;

// A map, empty at first: READ, WRITE, COMPARE_AND_SET and REMOVE of a `key`.
extern const struct trio_history_model trio_history_map;

// A `trio_history` records the operations of any number of clients on what one
// model describes, and says whether they are linearizable: whether each seems
// to have happened at one moment between its invocation and its response. All
// of these models are by key: several queues are one history, with a key each.
//
//     struct trio_history history;
//     struct trio_history_call call = {.client = 1,
//                                      .kind = TRIO_HISTORY_WRITE,
//                                      .value = 42};
//
//     trio_history_open(&history, &trio_history_register, NULL, 0, NULL);
//     size_t id = trio_history_invoke(&history, call); // by each client
//     rc = fetch(url, &page);
//     if (rc == TRIO_OK)
//         trio_history_respond(&history, id, 0);
//     else if (rc == TRIO_ECONNREFUSED)
//         trio_history_fail(&history, id);
//     rc = TRIO_SIM_LINEARIZABLE(&history, "the register is linearizable");
//     trio_history_close(&history);
//
// An operation without a response, because its client was cancelled, crashed or
// gave up waiting, may have happened or not, and at any moment since. Its
// client may go on with others.
//
// What comes before what is the order of the calls, not the time: that is for
// the reader. Reports of a run show each invocation and each response where it
// was. The caller owns the storage. Not thread-safe: use it from one thread.
struct trio_history {
    // How many states a check may look at, of each key; 0: 1,000,000. One takes
    // 50 bytes or so, more if the model's are large or if many operations
    // overlap. May be set at any time.
    size_t states_max;

    const struct trio_history_model *model;    // Private.
    const struct trio_memory *memory;          // Private.
    struct trio_history_operation *operations; // Private.
    size_t count;                              // Private. Of them.
    size_t room;                               // Private. For so many now.
    size_t capacity;                           // Private. For so many ever.
    size_t responses;                          // Private.
    size_t failures;                           // Private.
    size_t states;                             // Private. Of the last check.
    uint32_t events;                           // Private. So far.
    trio_time opened;                          // Private.
    bool owned;                                // Private. It has the memory.
    trio_status lost;                          // Private. Why it has a gap.
};

struct trio_history_statistics {
    size_t operations; // All.
    size_t responded;  // Those with a response.
    size_t failed;     // Those that had no effect.
    size_t pending;    // The others.
    size_t states;     // That the last check has looked at, of all keys.
};

enum {
    TRIO_HISTORY_OPERATIONS_MAX = 1 << 24, // The most that one can have.
    TRIO_HISTORY_LINE_MAX = 192 // Bytes of a line of a report, at most.
};

// What trio_history_invoke returns for an operation that it could not record.
#define TRIO_HISTORY_LOST SIZE_MAX

// Says that a history is linearizable; a simulated run in which it is not has
// failed, and its report shows the smallest prefix that is not. `name` is
// static.
#define TRIO_SIM_LINEARIZABLE(history, name)                                   \
    trio_sim_linearizable((history), (name))

TRIO_BEGIN_DECLS

// Opens an empty history of what `model` describes. `operations` has room for
// `capacity` of them; or it is NULL, and the history takes memory as it grows,
// for `capacity` operations at most, 0: TRIO_HISTORY_OPERATIONS_MAX. Memory,
// for that and for checks, is `memory`, or NULL: the current run's.
//
// Checkpoint: never.
void trio_history_open(struct trio_history *history,
                       const struct trio_history_model *model,
                       struct trio_history_operation *operations,
                       size_t capacity, const struct trio_memory *memory);

// Gives its memory back. Operations may still be without a response.
//
// Checkpoint: never.
void trio_history_close(struct trio_history *history);

// Records an invocation, before the object can know of it, and returns the
// operation's number. A kind that the model does not have is misuse. If there
// is no room, it returns TRIO_HISTORY_LOST, which may be used like any number;
// no check of this history will say anything, but why.
//
// Checkpoint: never. Also from entry callbacks.
size_t trio_history_invoke(struct trio_history *history,
                           struct trio_history_call call);

// Records the response to operation `id`, when the client has it. The result of
// a kind that has none is 0; TRIO_HISTORY_UNKNOWN: it happened, but the client
// was not told what came of it. A second response is misuse.
//
// Checkpoint: never. Also from entry callbacks.
void trio_history_respond(struct trio_history *history, size_t id,
                          int64_t result);

// Says that operation `id` had no effect and never will: it was refused, or
// never sent. Then it counts no more. After a response it is misuse.
//
// Checkpoint: never. Also from entry callbacks.
void trio_history_fail(struct trio_history *history, size_t id);

// Reads an operation. That of TRIO_HISTORY_LOST has no response, and nothing
// else in it is true. It is in place until the next invocation.
//
//     if (trio_history_operation(history, id)->result != TRIO_HISTORY_UNKNOWN)
//         return TRIO_OK;
//
// Checkpoint: never. Also from entry callbacks.
const struct trio_history_operation *
trio_history_operation(const struct trio_history *history, size_t id);

// Says whether `result` is what an operation returned, as far as is known. For
// the step of a model.
//
// Checkpoint: never. From any thread.
static inline bool
trio_history_returns(const struct trio_history_operation *operation,
                     int64_t result)
{
    return operation->result == result ||
           operation->result == TRIO_HISTORY_UNKNOWN;
}

// Checks whether what was recorded so far is linearizable. If it is not,
// `buffer`, of `size` bytes, has a table of the smallest prefix of the history
// that is not, of the one key that it is about:
//
//     not linearizable as a register: no order explains the last response
//     client  operation                       result  events  time
//          1  write(5)                        ok      1..4    0ns..2ms
//          2  read()                          5       2..3    0ns..1ms
//          3  read()                          none    5..6    2ms..3ms
//
// Events are invocations and responses, counted in order. Where there is no
// room for all, the first rows are left out, and a line says so. Otherwise
// `buffer` has a line that says why, or is empty if all is well. NULL and 0:
// nobody wants to know.
//
// Searches as Wing and Gong do, with the memoisation of Lowe. That takes time
// that is exponential in the number of operations that overlap, in the worst
// case: `states_max` cuts it off.
//
//     char table[1000];
//
//     rc = trio_history_check(history, table, sizeof(table));
//     if (rc == TRIO_ECONTRACT)
//         printf("%s\n", table);
//
// Checkpoint: never.
// Returns: TRIO_OK          it is.
//          TRIO_ECONTRACT   it is not. If the search for the smallest prefix
//                           was cut, the text says so.
//          TRIO_ETRUNCATED  `states_max` were not enough to say.
//          TRIO_ENOMEM      there was no memory, for the check or for an
//                           operation before.
//          TRIO_ENOBUFS     there were more than `capacity` operations.
TRIO_MUST_USE trio_status trio_history_check(struct trio_history *history,
                                             char *buffer, size_t size);

// What TRIO_SIM_LINEARIZABLE stands for. It checks, puts the table into notes
// (TRIO_SIM_NOTE), and tells of a property that holds always, `name`. Where
// nothing can be said, that is no failure of the property.
//
// Checkpoint: never.
// Returns: as trio_history_check. TRIO_ECONTRACT: only if no simulated run of a
//          campaign is under way.
TRIO_MUST_USE trio_status trio_sim_linearizable(struct trio_history *history,
                                                const char *name);

// Reads the history's statistics.
//
//     struct trio_history_statistics seen = trio_history_statistics(history);
//
//     count = seen.operations;
//
// Checkpoint: never. Also from entry callbacks.
struct trio_history_statistics
trio_history_statistics(const struct trio_history *history);

TRIO_END_DECLS

#endif // TRIO_HISTORY_H

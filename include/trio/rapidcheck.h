// Properties: what must hold for whatever a program is given, checked with data
// that is drawn at random and, once it fails, shrunk to what matters.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// rapidcheck, a library in C++, does the work. Programs that use this depend on
// //fuzz/rapidcheck besides //:trio_sim, or link fuzz/rapidcheck/*.cc with
// -lrapidcheck -lstdc++; no others link it.
//
// RC_PARAMS is honoured: "max_success=1000" tries that many cases, "seed=7"
// other ones, "reproduce=..." the one case that a report names; a blank between
// two of them. What else rapidcheck knows is max_size, max_discard_ratio,
// noshrink, verbose_progress and verbose_shrinking. A value that makes no sense
// and any other key are TRIO_RC_ERROR.

#ifndef TRIO_RAPIDCHECK_H
#define TRIO_RAPIDCHECK_H

#include <trio/base.h>
#include <trio/time.h>

struct trio_campaign_options;
struct trio_scenario;

// A `trio_rc_source` is where one case comes from: what a property draws from
// it is all that the case is. Opaque, and only for as long as the call that it
// was given to. What is drawn is kept under its name for the report, and drawn
// again smaller when the property fails; so a property is a function of what it
// draws and of nothing else.
//
//     static bool comes_back(struct trio_rc_source *source, void *arg)
//     {
//         char text[64], back[64];
//
//         (void)arg;
//         trio_rc_text(source, "text", sizeof(text), text);
//         snprintf(back, sizeof(back), "%s", text);
//         TRIO_RC_HOLDS(source, strcmp(text, back) == 0);
//         return true;
//     }
//
//     if (!trio_rc_check("text comes back", comes_back, NULL))
//         exit(EXIT_FAILURE);
//
// In one thread, outside of any run: a simulated run is given what was drawn
// before it began. C frames are never left by an exception or a jump: what goes
// wrong inside rapidcheck is kept, later draws give what is smallest, and the
// case fails once the property has returned.
struct trio_rc_source;

// Says whether it held for one case.
typedef bool (*trio_rc_property)(struct trio_rc_source *source, void *arg);

// Draws one item into `ret_item`, which is all zeros before. It has no pointers
// to what only it knows: items are copied as bytes, and drawn again.
typedef void (*trio_rc_draw)(struct trio_rc_source *source, void *arg,
                             void *ret_item);

enum trio_rc_outcome {
    TRIO_RC_HELD,
    TRIO_RC_FAILED,      // in a case, which was shrunk
    TRIO_RC_NOT_COVERED, // in none, but there were too few of a kind
    TRIO_RC_GAVE_UP,     // too many cases were discarded
    TRIO_RC_ERROR        // not checked: RC_PARAMS makes no sense, or
                         // rapidcheck failed; the text says why
};

enum {
    TRIO_RC_TEXT_MAX = 8192, // Bytes of a report, with the final zero.
    TRIO_RC_LINKS_MAX = 32
};

// Zero, or NULL, is the default.
struct trio_rc_options {
    uint32_t cases; // 0: 100.
    uint32_t size;  // Of the largest, in per cent of the most that is asked
                    // for; 0: 100. The first ones are small.
};

struct trio_rc_result {
    enum trio_rc_outcome outcome;
    uint64_t cases;              // In which it held.
    char text[TRIO_RC_TEXT_MAX]; // The report; "" if it held, and nothing was
                                 // classified.
};

// A choice, and how often it is made: in proportion to the sum of all.
struct trio_rc_weight {
    const char *name;
    uint32_t weight;
};

// What may happen in which state: for trio_rc_operations.
struct trio_rc_machine {
    size_t operation_size;
    size_t state_size; // All zeros before `begin`.
    // Sets the first state; NULL: zeros.
    void (*begin)(void *arg, void *state);
    // Draws what might come next.
    void (*draw)(struct trio_rc_source *source, void *arg, const void *state,
                 void *ret_operation);
    // Says whether it may: the precondition; NULL: yes.
    bool (*allows)(void *arg, const void *state, const void *operation);
    // Does it to the state.
    void (*next)(void *arg, void *state, const void *operation);
};

// Hosts, each of which can be reached from each other one. A link goes both
// ways: it is there once, with either host as `from`.
struct trio_rc_network {
    size_t host_count; // At least 1.
    size_t link_count;
    struct {
        size_t from; // Hosts, by number.
        size_t to;
        trio_duration latency; // Up to 200 ms, in whole milliseconds.
    } links[TRIO_RC_LINKS_MAX];
};

TRIO_BEGIN_DECLS

// ---- Checking ----

// Checks a property in 100 cases and, unless it holds, prints the report to the
// standard error output. Says whether it holds. Without a seed in RC_PARAMS the
// cases depend on `name` alone, and are the same at each call.
//
// Checkpoint: never; not in a run.
bool trio_rc_check(const char *name, trio_rc_property property, void *arg);

// Checks a property and prints nothing.
//
//     static struct trio_rc_result seen;
//     static const struct trio_rc_options many = {.cases = 1000};
//
//     trio_rc_run("text comes back", &many, property, NULL, &seen);
//     if (seen.outcome != TRIO_RC_HELD)
//         printf("%s", seen.text);
//
// Checkpoint: never; not in a run.
void trio_rc_run(const char *name, const struct trio_rc_options *options,
                 trio_rc_property property, void *arg,
                 struct trio_rc_result *ret_result);

// ---- What came of a case ----

// Says why the case fails, as printf does, and returns false. Only the first
// reason counts.
//
//     if (count > 3)
//         return trio_rc_fail(source, "%zu are too many", count);
//
// Checkpoint: never.
bool trio_rc_fail(struct trio_rc_source *source, const char *format, ...)
    TRIO_PRINTF(2, 3);

// Returns false from the property unless `condition` holds, with the place.
#define TRIO_RC_HOLDS(source, condition)                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            return trio_rc_fail((source), "%s:%d: %s", __FILE__, __LINE__,     \
                                #condition);                                   \
    } while (false)

// Says that the property says nothing about this case, and returns false.
//
//     if (count == 0)
//         return trio_rc_discard(source);
//
// Checkpoint: never.
bool trio_rc_discard(struct trio_rc_source *source);

// Counts the case under `tag` if `condition` holds; the report has the shares.
//
//     trio_rc_classify(source, count == 0, "empty");
//
// Checkpoint: never.
void trio_rc_classify(struct trio_rc_source *source, bool condition,
                      const char *tag);

// Counts the case under a tag with values in it.
//
//     trio_rc_tag(source, "%zu items", count);
//
// Checkpoint: never.
void trio_rc_tag(struct trio_rc_source *source, const char *format, ...)
    TRIO_PRINTF(2, 3);

// The same as trio_rc_classify, and demands that at least `percent` of the
// cases are of the kind: otherwise the property fails, for it tests less than
// it seems to. What was demanded in no case is not known.
//
//     trio_rc_cover(source, 10, count > 8, "long");
//
// Checkpoint: never.
void trio_rc_cover(struct trio_rc_source *source, unsigned percent,
                   bool condition, const char *tag);

// Says in words what is being drawn, in place of its parts: for reports. In the
// property itself it adds a line to them.
//
//     trio_rc_say(source, "%zu sends", count);
//
// Checkpoint: never.
void trio_rc_say(struct trio_rc_source *source, const char *format, ...)
    TRIO_PRINTF(2, 3);

// ---- Drawing ----
//
// All shrink towards what comes first: to no items, the first choice, the
// number next to 0. The storage is the caller's.

// Draws an integer from `min` to `max`, both included. Ranges of more than 16
// are drawn from near 0 at first, and as a whole in later cases.
//
//     int64_t port = trio_rc_int(source, "port", 1, 65535);
//
// Checkpoint: never.
int64_t trio_rc_int(struct trio_rc_source *source, const char *name,
                    int64_t min, int64_t max);

// Draws a truth value.
//
//     bool again = trio_rc_bool(source, "again");
//
// Checkpoint: never.
bool trio_rc_bool(struct trio_rc_source *source, const char *name);

// Draws one of `count` names with equal chances; returns its index.
//
//     static const char *const kinds[] = {"get", "set"};
//     size_t kind = trio_rc_one_of(source, "kind", 2, kinds);
//
// What differs by it is drawn afterwards: `switch` is the rest of "one of".
//
// Checkpoint: never.
size_t trio_rc_one_of(struct trio_rc_source *source, const char *name,
                      size_t count, const char *const *names);

// Draws one of `count` choices by their weights; returns its index. It shrinks
// towards the first. One of weight 0 is never made, and never shrunk to.
//
//     static const struct trio_rc_weight kinds[] = {{"get", 9}, {"set", 1}};
//     size_t kind = trio_rc_weighted(source, "kind", 2, kinds);
//
// Checkpoint: never.
size_t trio_rc_weighted(struct trio_rc_source *source, const char *name,
                        size_t count, const struct trio_rc_weight *choices);

// Draws up to `max` bytes; returns how many.
//
//     length = (ssize_t)trio_rc_bytes(source, "data", sizeof(buffer), buffer);
//
// Checkpoint: never.
size_t trio_rc_bytes(struct trio_rc_source *source, const char *name,
                     size_t max, void *ret_bytes);

// Draws printable ASCII of up to `size` - 1 characters and ends it with a zero;
// returns its length.
//
//     trio_rc_text(source, "text", sizeof(buffer), buffer);
//
// Checkpoint: never.
size_t trio_rc_text(struct trio_rc_source *source, const char *name,
                    size_t size, char *ret_text);

// Draws one item by a function; its parts belong together in reports.
//
//     static void draw_pool(struct trio_rc_source *source, void *arg,
//                           void *ret_item)
//     {
//         struct pool *drawn = (struct pool *)ret_item;
//
//         (void)arg;
//         drawn->size = (size_t)trio_rc_int(source, "size", 1, 8);
//         drawn->taken = (size_t)trio_rc_int(source, "taken", 0,
//                                            (int64_t)drawn->size);
//     }
//
//     struct pool one, many[10];
//
//     trio_rc_record(source, "pool", sizeof(one), draw_pool, NULL, &one);
//     count = trio_rc_list(source, "pools", sizeof(one), 10, draw_pool, NULL,
//                          many);
//
// Checkpoint: never.
void trio_rc_record(struct trio_rc_source *source, const char *name,
                    size_t size, trio_rc_draw draw, void *arg, void *ret_item);

// Draws up to `max` items of `size` bytes into an array; returns how many. It
// shrinks by leaving items out, also two at a time, and by shrinking each, of
// which all parts but one stay as they are.
//
// Checkpoint: never.
size_t trio_rc_list(struct trio_rc_source *source, const char *name,
                    size_t size, size_t max, trio_rc_draw draw, void *arg,
                    void *ret_items);

// Draws up to `max` operations into an array, each of which is allowed in the
// state that those before it lead to; returns how many. While it shrinks, what
// is no longer allowed is left out, too. An operation that is not allowed is
// drawn again, up to 20 times; then there are no more.
//
//     static void draw_step(struct trio_rc_source *source, void *arg,
//                           const void *state, void *ret_step)
//     {
//         (void)arg, (void)state;
//         *(int *)ret_step = trio_rc_bool(source, "take") ? 1 : -1;
//     }
//
//     static bool allows_step(void *arg, const void *state, const void *step)
//     {
//         (void)arg;
//         return *(const int *)state + *(const int *)step >= 0;
//     }
//
//     static void do_step(void *arg, void *state, const void *step)
//     {
//         (void)arg;
//         *(int *)state += *(const int *)step;
//     }
//
//     static const struct trio_rc_machine lift = {
//         .operation_size = sizeof(int),
//         .state_size = sizeof(int),
//         .draw = draw_step,
//         .allows = allows_step,
//         .next = do_step,
//     };
//     int steps[20];
//
//     count = trio_rc_operations(source, "steps", &lift, 20, NULL, steps);
//
// Checkpoint: never.
size_t trio_rc_operations(struct trio_rc_source *source, const char *name,
                          const struct trio_rc_machine *machine, size_t max,
                          void *arg, void *ret_operations);

// Draws the shape of a tree of 1 to `max` nodes; returns how many. The parent
// of node `i` is `ret_parents[i]`, which is less than `i`, and of node 0 it is
// 0. It shrinks to fewer nodes, and to more of them directly under node 0.
//
//     size_t parents[8];
//
//     count = trio_rc_tree(source, "tree", 8, parents);
//
// Checkpoint: never.
size_t trio_rc_tree(struct trio_rc_source *source, const char *name, size_t max,
                    size_t *ret_parents);

// Draws a network of up to `hosts_max` hosts, which are connected, with up to
// `links_max` links, at least enough to connect them. No host at all, or more
// links than TRIO_RC_LINKS_MAX, is misuse.
//
//     struct trio_rc_network network;
//
//     trio_rc_topology(source, "network", 4, 6, &network);
//
// Checkpoint: never.
void trio_rc_topology(struct trio_rc_source *source, const char *name,
                      size_t hosts_max, size_t links_max,
                      struct trio_rc_network *ret_network);

// ---- In simulation ----

// Runs a scenario under several schedules, and says whether it passed in all of
// them; its argument is what was drawn. Of one that fails the case is shrunk
// first and then the schedule, and the report has both: the case in words, and
// the token. NULL: 20 schedules without sweeps. That a property of the kind
// `sometimes` never held is no failure of one case.
//
//     int steps[20];
//     struct trio_scenario each = {.name = "pool", .fn = use_pool_by,
//                                  .arg = steps};
//
//     count = trio_rc_operations(source, "steps", &lift, 20, NULL, steps);
//     return trio_rc_simulate(source, &each, NULL);
//
// The RC_PARAMS of the report bring back both; with TRIO_RC_TOKEN=token besides
// only the schedule of that token is run.
//
// Checkpoint: never; not in a run.
bool trio_rc_simulate(struct trio_rc_source *source,
                      const struct trio_scenario *scenario,
                      const struct trio_campaign_options *options);

TRIO_END_DECLS

#endif // TRIO_RAPIDCHECK_H

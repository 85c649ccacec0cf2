// Probes: what a program tells whoever tests it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// They may stay in production code, where nobody observes the run: there each
// costs one predictable branch, and outside a run they do nothing.

#ifndef TRIO_PROBE_H
#define TRIO_PROBE_H

#include <trio/base.h>
#include <trio/task.h>

struct trio_cancel_scope;

// What is said of a condition.
enum trio_property {
    TRIO_PROPERTY_ALWAYS,     // it holds whenever it is asked
    TRIO_PROPERTY_SOMETIMES,  // it holds in at least one run of a campaign
    TRIO_PROPERTY_UNREACHABLE, // nobody ever asks
    TRIO_PROPERTY_EVENTUALLY   // it holds when it is asked last
};

// A place that says SOMETIMES; the linker makes a list of them.
struct trio_sometimes_site {
    const char *name; // Private.
    const char *file; // Private.
    int line;         // Private.
    bool reached;     // Private. By a scenario that is over.
};

// Says that `condition` holds, always; a simulated run in which it does not has
// failed. Evaluates it once.
//
//     TRIO_SIM_ALWAYS(pool->taken <= pool->size, "no more than there are");
#define TRIO_SIM_ALWAYS(condition, name)                                      \
    trio_sim_property(TRIO_PROPERTY_ALWAYS, (condition), (name))

// Says that `condition` holds in some run. A campaign in which it never does
// has failed: its tests test less than they seem to. `name` is a literal.
//
// In C, the program knows also those that no run gets to: the runner takes one
// for a failure that none of its scenarios came to.
#ifdef __cplusplus
#define TRIO_SIM_SOMETIMES(condition, name)                                   \
    trio_sim_property(TRIO_PROPERTY_SOMETIMES, (condition), (name))
#else
#define TRIO_SIM_SOMETIMES(condition, name_)                                  \
    __extension__({                                                           \
        static struct trio_sometimes_site trio_site_ = {(name_), __FILE__,    \
                                                        __LINE__, false};     \
        __attribute__((section("trio_sometimes"),                             \
                       used)) static struct trio_sometimes_site               \
            *const trio_site_listed_ = &trio_site_;                           \
        trio_sim_property(TRIO_PROPERTY_SOMETIMES, (condition),               \
                          trio_site_.name);                                   \
    })
#endif

// Says that `condition` holds sooner or later: where it does not, it has to
// when it is asked again, in the same run. A run into which nothing was
// injected and that ends without has failed. One that is too long goes on for
// as long again, with everybody's turn in its order and no more failures, and
// has failed if it still does not hold.
//
//     TRIO_SIM_EVENTUALLY(request->answered, "each request is answered");
#define TRIO_SIM_EVENTUALLY(condition, name)                                  \
    trio_sim_property(TRIO_PROPERTY_EVENTUALLY, (condition), (name))

// Says that nobody ever gets here.
#define TRIO_SIM_UNREACHABLE(name)                                            \
    trio_sim_property(TRIO_PROPERTY_UNREACHABLE, false, (name))

// Marks a soft point: the task is about to use `object`, plain memory that it
// shares with others. In the order SOFT any other task may come first, as
// between threads; otherwise it only counts as a use of the object.
//
//     TRIO_SIM_POINT(&count, TRIO_ACCESS_READ);
//     seen = count;
//     TRIO_SIM_POINT(&count, TRIO_ACCESS_WRITE);
//     count = seen + 1;
#define TRIO_SIM_POINT(object, access) trio_sim_point((object), (access))

// Is true in some simulated runs, rarely, and false everywhere else: where the
// code does something that it may do at any time, but hardly ever does. What is
// rare in production is common so where it is looked for. `name` is static, and
// the kind of fault that it is: see trio/sim_fault.h, which need not ask for
// it. The failure sweep has it true, too, once each time that it is evaluated.
//
//     static size_t next_piece(size_t left)
//     {
//         if (left > 1 && TRIO_SIM_BUGGIFY("the disk takes one byte"))
//             return 1;
//         return left;
//     }
#define TRIO_SIM_BUGGIFY(name) trio_sim_buggify(name)

// Says what the program knows, with values as printf formats them: reports show
// it where it was said.
//
//     TRIO_SIM_NOTE("%zu of %zu taken", pool->taken, pool->size);
//
// The values are evaluated each time, so that a run that is looked at is the
// same run; it is formatted only where somebody looks.
#define TRIO_SIM_NOTE(...) trio_sim_note(__VA_ARGS__)

enum { TRIO_SIM_NOTE_MAX = 128 }; // Bytes of a text, with the final zero.

TRIO_BEGIN_DECLS

// Tells of a property. `name` is static.
//
// Checkpoint: never. Also outside a task.
void trio_sim_property(enum trio_property property, bool held,
                       const char *name);

// What TRIO_SIM_POINT stands for.
//
// Checkpoint: never.
void trio_sim_point(const void *object, enum trio_access access);

// What TRIO_SIM_BUGGIFY stands for.
//
// Checkpoint: never. Also outside a task.
TRIO_MUST_USE bool trio_sim_buggify(const char *name);

// What TRIO_SIM_NOTE stands for. A longer text is cut off. Does nothing outside
// of a run, and where nobody keeps a trace.
//
// Checkpoint: never. Also outside a task.
void trio_sim_note(const char *format, ...) TRIO_PRINTF(1, 2);

// Has the cancel sweep cancel `scope` instead of those that it would choose
// itself. The scope is open.
//
//     trio_cancel_scope_open(&scope);
//     trio_sim_target(&scope);
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//
// Checkpoint: never.
void trio_sim_target(const struct trio_cancel_scope *scope);

// Keeps the cancel sweep off `scope`: nobody but the code that opened it ever
// cancels it, for a reason of its own.
//
//     trio_cancel_scope_open(&scope);
//     trio_sim_spare(&scope);
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//
// Checkpoint: never.
void trio_sim_spare(const struct trio_cancel_scope *scope);

// Gives `object` a name in reports and tokens. `name` is static.
//
// Checkpoint: never.
void trio_sim_name(const void *object, const char *name);

// Says that `object` has been taken and must be given back before the run ends:
// a connection, a permit, a file. `kind` is static.
//
//     trio_sim_owe(connection, "connection");
//
// Checkpoint: never.
void trio_sim_owe(const void *object, const char *kind);

// Says that `object` has been given back. To give back what nobody owes is a
// failure, too.
//
//     trio_sim_settle(connection);
//
// Checkpoint: never.
void trio_sim_settle(const void *object);

// Says that `memory`, which is malloc's, stays when the run ends, on purpose: a
// cache, a table that is made once. All else that a simulated run takes from
// malloc and does not free has it fail.
//
//     static char *table;
//     if (table == NULL) {
//         table = make_table();
//         trio_sim_keep(table);
//     }
//
// Checkpoint: never.
void trio_sim_keep(void *memory);

TRIO_END_DECLS

#endif // TRIO_PROBE_H

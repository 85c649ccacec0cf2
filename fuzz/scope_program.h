// Programs of scopes and nurseries, read from bytes: what the target runs for
// real and what the model works out are the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_SCOPE_PROGRAM_H
#define FUZZ_SCOPE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NODES_MAX = 48, CHILDREN_MAX = 4, DEPTH_MAX = 6, LOG_MAX = NODES_MAX };

enum node_kind {
    NODE_SLEEP,  // for `time`
    NODE_CANCEL, // the scope `up` further out
    NODE_FAIL,   // returns `status`
    NODE_PLAIN,  // a scope round `body`; the next three have a limit, `time`
    NODE_MOVE_ON,
    NODE_FAIL_AFTER,
    NODE_SHIELD,
    NODE_NURSERY, // with children, round `body`
    NODE_KINDS
};

// A task that sleeps and returns `status`.
struct child {
    int64_t time;
    int status;
    bool shielded;
};

// No two sums of times in a program are equal: nothing happens at once.
struct node {
    enum node_kind kind;
    int64_t time;
    unsigned up;
    int status;
    bool goes_on; // Its body, after a failure; then it returns OK.
    struct child children[CHILDREN_MAX];
    size_t child_count;
    struct node *body; // The first of it.
    struct node *next;
};

// What came of a node, in the order in which they ended.
struct entry {
    const struct node *node;
    int status;
    int64_t time; // Since the program began.
};

struct story {
    struct entry entries[LOG_MAX];
    size_t count;
    int status; // Of the whole.
};

// Works out what a program comes to.
void scope_model_run(const struct node *program, struct story *ret_story);

#endif // FUZZ_SCOPE_PROGRAM_H

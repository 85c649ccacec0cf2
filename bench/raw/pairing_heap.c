// SPDX-License-Identifier: MIT OR Apache-2.0
// No child is earlier than its parent, and siblings are in no order. Arming is
// one comparison with the root; the work is put off to the removal of a timer
// that has children, whose subtrees are then merged in two passes.

#include "bench/raw/pairing_heap.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_before(const struct raw_timer *a, const struct raw_timer *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return a->sequence < b->sequence;
}

static struct raw_timer *merge(struct raw_timer *a, struct raw_timer *b)
{
    struct raw_timer *parent = is_before(a, b) ? a : b;
    struct raw_timer *child = parent == a ? b : a;

    child->sibling = parent->child;
    child->link = &parent->child;
    if (child->sibling != NULL)
        child->sibling->link = &child->sibling;
    parent->child = child;
    parent->sibling = NULL;
    return parent;
}

static struct raw_timer *merge_siblings(struct raw_timer *timer)
{
    struct raw_timer *pairs = NULL, *merged;

    while (timer != NULL) {
        struct raw_timer *a = timer, *b = timer->sibling;
        timer = b == NULL ? NULL : b->sibling;
        a = b == NULL ? a : merge(a, b);
        a->sibling = pairs;
        pairs = a;
    }
    merged = pairs;
    if (merged != NULL) {
        pairs = merged->sibling;
        merged->sibling = NULL;
    }
    while (merged != NULL && pairs != NULL) {
        struct raw_timer *next = pairs->sibling;
        merged = merge(merged, pairs);
        pairs = next;
    }
    return merged;
}

static void add_tree(struct raw_heap *heap, struct raw_timer *timer)
{
    heap->root = heap->root == NULL ? timer : merge(heap->root, timer);
    heap->root->link = &heap->root;
}

void raw_heap_arm(struct raw_heap *heap, struct raw_timer *timer,
                  int64_t deadline)
{
    timer->deadline = deadline;
    timer->sequence = heap->sequence++;
    timer->child = NULL;
    timer->sibling = NULL;
    add_tree(heap, timer);
}

void raw_heap_cancel(struct raw_heap *heap, struct raw_timer *timer)
{
    struct raw_timer *orphans = merge_siblings(timer->child);

    *timer->link = timer->sibling;
    if (timer->sibling != NULL)
        timer->sibling->link = timer->link;
    if (orphans != NULL)
        add_tree(heap, orphans);
}

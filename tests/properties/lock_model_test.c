// The lock against its model: an owner and a line.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lock.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { ACQUIRE = ACT_OWN, RELEASE, TRY, RETRY };

static const struct verb verbs[] = {
    {"acquire", .weight = 3},
    {"release", .weight = 3, .sure = true},
    {"try", .sure = true},
    {"release and try", .sure = true}, // Nobody barges in.
};

// ---- The real one ----

static void open_lock(void *object)
{
    *(struct trio_lock *)object = (struct trio_lock)TRIO_LOCK_INIT;
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    switch (act->verb) {
    case ACQUIRE:
        return trio_lock_acquire(object);
    case RETRY:
        trio_lock_release(object);
        *ret_value = trio_lock_try_acquire(object);
        return TRIO_OK;
    case TRY:
        *ret_value = trio_lock_try_acquire(object);
        return TRIO_OK;
    default:
        trio_lock_release(object);
        return TRIO_OK;
    }
}

// ---- The model ----

struct model {
    unsigned char owner; // And one, 0: nobody.
    struct line line;
};

static bool allows(const void *arg, const struct act *act)
{
    const struct model *model = arg;

    return (model->owner == act->actor + 1) ==
           (act->verb == RELEASE || act->verb == RETRY);
}

// Hands it over to who has waited longest.
static void release(struct model *model, struct book *book)
{
    model->owner = 0;
    if (model->line.count > 0) {
        struct act first = line_take(&model->line);
        model->owner = (unsigned char)(first.actor + 1);
        book_answer(book, first.actor, TRIO_OK, 0);
    }
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    bool tries = act->verb == TRY || act->verb == RETRY;

    if (act->verb == RELEASE || act->verb == RETRY)
        release(model, book);
    bool free = model->owner == 0;
    if (act->verb == ACQUIRE && !free) {
        line_add(&model->line, act);
        return;
    }
    if (act->verb != RELEASE && free)
        model->owner = (unsigned char)(act->actor + 1);
    book_answer(book, act->actor, TRIO_OK, tries && free);
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    (void)line_cancel(&model->line, book, actor);
}

static struct primitive lock = {
    .name = "lock",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct trio_lock),
    .open = open_lock,
    .perform = perform,
    .model_size = sizeof(struct model),
    .allows = allows,
    .start = start,
    .leave = leave,
};

TEST_PLAIN(lock, is_as_its_model)
{
    CHECK(stage_check(&lock));
}

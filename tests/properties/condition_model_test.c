// The condition against its model: a lock with a line, and a line beside it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/condition.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { ACQUIRE = ACT_OWN, RELEASE, WAIT, NOTIFY, NOTIFY_ALL };

static const struct verb verbs[] = {
    {"acquire", .weight = 4},
    {"release", .weight = 3, .sure = true},
    {"wait", .weight = 4},
    {"notify", .value = 3, .weight = 2, .sure = true},
    {"notify all", .sure = true},
};

// ---- The real one ----

static void open_condition(void *object)
{
    *(struct trio_condition *)object =
        (struct trio_condition)TRIO_CONDITION_INIT;
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    (void)ret_value;
    switch (act->verb) {
    case ACQUIRE:
        return trio_condition_acquire(object);
    case WAIT:
        return trio_condition_wait(object);
    case RELEASE:
        trio_condition_release(object);
        return TRIO_OK;
    case NOTIFY:
        trio_condition_notify(object, act->value);
        return TRIO_OK;
    default:
        trio_condition_notify_all(object);
        return TRIO_OK;
    }
}

// ---- The model ----

struct model {
    unsigned char owner; // And one, 0: nobody.
    struct line lock;    // Its acts have a value: the status to come back with.
    struct line notified; // Those who wait to be.
};

enum { COMES_WELL, COMES_CANCELLED };

static bool allows(const void *arg, const struct act *act)
{
    const struct model *model = arg;

    // Of two whose time is up at once, either may be the first to come back.
    return (model->owner == act->actor + 1) == (act->verb != ACQUIRE) &&
           (act->verb != WAIT || act->limit == 0);
}

// Somebody who has the lock goes on.
static void own(struct model *model, struct book *book, const struct act *act)
{
    model->owner = (unsigned char)(act->actor + 1);
    book_answer(book, act->actor,
                act->value == COMES_WELL ? TRIO_OK : TRIO_ECANCELED, 0);
}

static void acquire(struct model *model, struct book *book, struct act act)
{
    if (model->owner == 0)
        own(model, book, &act);
    else
        line_add(&model->lock, &act);
}

static void release(struct model *model, struct book *book)
{
    model->owner = 0;
    if (model->lock.count > 0) {
        struct act first = line_take(&model->lock);
        own(model, book, &first);
    }
}

static void notify(struct model *model, unsigned count)
{
    for (; count > 0 && model->notified.count > 0; count--) {
        struct act first = line_take(&model->notified);
        first.value = COMES_WELL;
        line_add(&model->lock, &first);
    }
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    switch (act->verb) {
    case ACQUIRE:
        acquire(model, book, *act);
        return;
    case WAIT:
        line_add(&model->notified, act);
        release(model, book);
        return;
    case RELEASE:
        release(model, book);
        break;
    case NOTIFY:
        notify(model, act->value);
        break;
    default:
        notify(model, STAGE_ACTORS);
        break;
    }
    book_answer(book, act->actor, TRIO_OK, 0);
}

// Whoever was notified is no longer cancellable, nor is one on his way back.
static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;
    struct act act = {.verb = WAIT, .actor = actor, .value = COMES_CANCELLED};

    if (line_remove(&model->notified, actor)) {
        acquire(model, book, act);
        return;
    }
    for (unsigned char i = 0; i < model->lock.count; i++)
        if (model->lock.acts[i].actor == actor &&
            model->lock.acts[i].verb == ACQUIRE) {
            (void)line_cancel(&model->lock, book, actor);
            return;
        }
}

static struct primitive condition = {
    .name = "condition",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct trio_condition),
    .open = open_condition,
    .perform = perform,
    .model_size = sizeof(struct model),
    .allows = allows,
    .start = start,
    .leave = leave,
    .leaves_late = true,
};

TEST_PLAIN(condition, is_as_its_model)
{
    CHECK(stage_check(&condition));
}

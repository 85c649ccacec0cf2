// The semaphore against its model: a number and a line.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/semaphore.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { ACQUIRE = ACT_OWN, RELEASE, TRY };

static const struct verb verbs[] = {
    {"acquire", .weight = 3},
    {"release", .at_once = true, .weight = 3},
    {"try", .at_once = true},
};

// ---- The real one ----

static void open_semaphore(void *object)
{
    *(struct trio_semaphore *)object =
        (struct trio_semaphore)TRIO_SEMAPHORE_INIT(1);
}

static TRIO_CHECKPOINT trio_status acquire(void *object, const struct act *act,
                                           int *ret_value)
{
    (void)act, (void)ret_value;
    return trio_semaphore_acquire(object);
}

static int call(void *object, const struct act *act)
{
    if (act->verb == TRY)
        return trio_semaphore_try_acquire(object);
    trio_semaphore_release(object);
    return (int)trio_semaphore_statistics(object).permits;
}

// ---- The model ----

struct model {
    int permits;
    struct line line;
};

static void begin(void *arg)
{
    struct model *model = arg;

    model->permits = 1;
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    if (model->permits == 0) {
        line_add(&model->line, act);
        return;
    }
    model->permits--;
    book_answer(book, act->actor, TRIO_OK, 0);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    if (act->verb == TRY)
        return model->permits > 0 ? model->permits--, 1 : 0;
    if (model->line.count > 0)
        book_answer(book, line_take(&model->line).actor, TRIO_OK, 0);
    else
        model->permits++;
    return model->permits;
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    (void)line_cancel(&model->line, book, actor);
}

static struct primitive semaphore = {
    .name = "semaphore",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct trio_semaphore),
    .open = open_semaphore,
    .perform = acquire,
    .call = call,
    .model_size = sizeof(struct model),
    .begin = begin,
    .start = start,
    .called = called,
    .leave = leave,
};

TEST_PLAIN(semaphore, is_as_its_model)
{
    CHECK(stage_check(&semaphore));
}

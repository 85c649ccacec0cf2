// The event against its model: a bit, and those who wait for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/event.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { WAIT = ACT_OWN, SET };

static const struct verb verbs[] = {{"wait", .weight = 6},
                                    {"set", .at_once = true}};

// ---- The real one ----

static void open_event(void *object)
{
    *(struct trio_event *)object = (struct trio_event)TRIO_EVENT_INIT;
}

static TRIO_CHECKPOINT trio_status wait_for_it(void *object,
                                               const struct act *act,
                                               int *ret_value)
{
    (void)act;
    trio_status rc = trio_event_wait(object);
    *ret_value = trio_event_is_set(object);
    return rc;
}

static int call(void *object, const struct act *act)
{
    int waiting = (int)trio_event_statistics(object).waiting;

    (void)act;
    trio_event_set(object);
    return waiting;
}

// ---- The model ----

struct model {
    bool set;
    struct line line;
};

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    if (model->set)
        book_answer(book, act->actor, TRIO_OK, 1);
    else
        line_add(&model->line, act);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    int waiting = model->line.count;

    (void)act;
    model->set = true;
    while (model->line.count > 0)
        book_answer(book, line_take(&model->line).actor, TRIO_OK, 1);
    return waiting;
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    (void)line_cancel(&model->line, book, actor);
}

static struct primitive event = {
    .name = "event",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct trio_event),
    .open = open_event,
    .perform = wait_for_it,
    .call = call,
    .model_size = sizeof(struct model),
    .start = start,
    .called = called,
    .leave = leave,
};

TEST_PLAIN(event, is_as_its_model)
{
    CHECK(stage_check(&event));
}

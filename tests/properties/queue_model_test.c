// The queue against its model: an array, what is not done yet, and three lines.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/queue.h>

#include <string.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { PUT = ACT_OWN, GET, JOIN, DONE, END, CLOSE };

enum { ROOM = 2 };

static const struct verb verbs[] = {
    {"put", .value = 9, .weight = 5},
    {"get", .weight = 5},
    {"join", .weight = 2},
    {"done", .at_once = true, .weight = 4},
    {"end", .at_once = true},
    {"close", .at_once = true},
};

// ---- The real one ----

struct real {
    struct trio_queue queue;
    int buffer[ROOM];
};

static void open_queue(void *object)
{
    struct real *real = object;

    trio_queue_open(&real->queue, sizeof(int), real->buffer, ROOM);
}

static void close_queue(void *object)
{
    trio_queue_close(object);
}

static int item_of(const struct act *act)
{
    return act->value + 1;
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    int item = item_of(act);

    switch (act->verb) {
    case PUT:
        return trio_queue_put(object, &item);
    case GET:
        return trio_queue_get(object, ret_value);
    default:
        return trio_queue_join(object);
    }
}

static int call(void *object, const struct act *act)
{
    if (act->verb == DONE)
        trio_queue_task_done(object);
    else if (act->verb == END)
        trio_queue_end(object);
    else
        trio_queue_close(object);
    return (int)trio_queue_statistics(object).unfinished;
}

// ---- The model ----

struct model {
    unsigned char count;
    unsigned char items[ROOM];
    int unfinished;
    bool ended;
    bool closed;
    struct line putting;
    struct line getting;
    struct line joining;
};

static bool allows(const void *arg, const struct act *act)
{
    const struct model *model = arg;

    return act->verb != DONE || model->unfinished > model->count;
}

static void put(struct model *model, struct book *book, const struct act *act)
{
    if (model->ended || model->closed) {
        book_answer(book, act->actor, TRIO_ECLOSED, 0);
        return;
    }
    if (model->getting.count == 0 && model->count == ROOM) {
        line_add(&model->putting, act);
        return;
    }
    model->unfinished++;
    if (model->getting.count > 0)
        book_answer(book, line_take(&model->getting).actor, TRIO_OK,
                    item_of(act));
    else
        model->items[model->count++] = (unsigned char)item_of(act);
    book_answer(book, act->actor, TRIO_OK, 0);
}

static void get(struct model *model, struct book *book, const struct act *act)
{
    if (model->closed) {
        book_answer(book, act->actor, TRIO_ECLOSED, 0);
    } else if (model->count > 0) {
        book_answer(book, act->actor, TRIO_OK, model->items[0]);
        memmove(&model->items[0], &model->items[1], --model->count);
        if (model->putting.count > 0) {
            struct act next = line_take(&model->putting);
            put(model, book, &next);
        }
    } else if (model->ended) {
        book_answer(book, act->actor, TRIO_EEND, 0);
    } else {
        line_add(&model->getting, act);
    }
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    if (act->verb == PUT)
        put(model, book, act);
    else if (act->verb == GET)
        get(model, book, act);
    else if (model->unfinished > 0)
        line_add(&model->joining, act);
    else
        book_answer(book, act->actor, TRIO_OK, 0);
}

static void answer_all(struct line *line, struct book *book, trio_status rc)
{
    while (line->count > 0)
        book_answer(book, line_take(line).actor, rc, 0);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    if (act->verb == DONE) {
        model->unfinished--;
    } else if (act->verb == END) {
        model->ended = true;
        answer_all(&model->putting, book, TRIO_ECLOSED);
        answer_all(&model->getting, book, TRIO_EEND);
    } else {
        model->closed = true;
        answer_all(&model->getting, book, TRIO_ECLOSED);
        answer_all(&model->putting, book, TRIO_EBROKEN);
        model->unfinished -= model->count;
        model->count = 0;
    }
    if (model->unfinished == 0)
        answer_all(&model->joining, book, TRIO_OK);
    return model->unfinished;
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    if (!line_cancel(&model->putting, book, actor) &&
        !line_cancel(&model->getting, book, actor))
        (void)line_cancel(&model->joining, book, actor);
}

static struct primitive queue = {
    .name = "queue",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct real),
    .open = open_queue,
    .close = close_queue,
    .perform = perform,
    .call = call,
    .model_size = sizeof(struct model),
    .allows = allows,
    .start = start,
    .called = called,
    .leave = leave,
};

TEST_PLAIN(queue, is_as_its_model)
{
    CHECK(stage_check(&queue));
}

// Channels of every kind against their model: an array, and a line at each end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include <string.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { SEND = ACT_OWN, RECEIVE, PUT, GET, END, CLOSE };

enum { HANDLES = 2, BUFFER = 2, MUCH = 2 * STAGE_ACTS_MAX };

static const struct verb verbs[] = {
    {"send", .value = 9, .weight = 4},
    {"receive", .weight = 4},
    {"put", .at_once = true, .value = 9, .weight = 2},
    {"get", .at_once = true, .value = HANDLES, .weight = 2},
    {"end", .at_once = true, .value = HANDLES},
    {"close", .at_once = true, .value = HANDLES},
};

// ---- The real one ----

struct real {
    struct trio_channel channel;
    struct trio_sender senders[HANDLES];
    struct trio_receiver receivers[HANDLES];
    int buffer[BUFFER];
};

static void open_with(struct real *real, size_t capacity)
{
    trio_channel_open(&real->channel, sizeof(int),
                      capacity == BUFFER ? real->buffer : NULL, capacity,
                      &real->senders[0], &real->receivers[0]);
    trio_ignore(trio_sender_clone(&real->senders[0], &real->senders[1]));
    trio_ignore(trio_receiver_clone(&real->receivers[0], &real->receivers[1]));
}

static void open_rendezvous(void *object)
{
    open_with(object, 0);
}

static void open_buffered(void *object)
{
    open_with(object, BUFFER);
}

static void open_unbounded(void *object)
{
    open_with(object, TRIO_CHANNEL_UNBOUNDED);
}

static void close_all(void *object)
{
    struct real *real = object;

    for (size_t i = 0; i < HANDLES; i++) {
        trio_sender_close(&real->senders[i]);
        trio_receiver_close(&real->receivers[i]);
    }
}

// Items are told from nothing.
static int item_of(const struct act *act)
{
    return act->value + 1;
}

// Through which handle it goes.
static size_t handle_of(const struct act *act)
{
    return (act->verb == SEND || act->verb == RECEIVE ? act->actor
                                                      : act->value) %
           HANDLES;
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    struct real *real = object;
    size_t handle = handle_of(act);
    int item = item_of(act);

    if (act->verb == SEND)
        return trio_channel_send(&real->senders[handle], &item);
    return trio_channel_receive(&real->receivers[handle], ret_value);
}

static int call(void *object, const struct act *act)
{
    struct real *real = object;
    size_t handle = handle_of(act);
    int item = item_of(act);
    trio_status rc = TRIO_OK;

    switch (act->verb) {
    case PUT:
        return trio_channel_send_nowait(&real->senders[handle], &item);
    case GET:
        rc = trio_channel_receive_nowait(&real->receivers[handle], &item);
        return rc == TRIO_OK ? item : (int)rc;
    case END:
        trio_sender_close(&real->senders[act->value]);
        return 0;
    default:
        trio_receiver_close(&real->receivers[act->value]);
        return 0;
    }
}

// ---- The model ----

struct model {
    unsigned char capacity;
    unsigned char count;
    unsigned char items[MUCH];
    bool ended[HANDLES];  // Senders,
    bool closed[HANDLES]; // and receivers.
    struct line sending;
    struct line receiving;
};

static void begin_rendezvous(void *arg)
{
    (void)arg; // It has room for nothing.
}

static void begin_buffered(void *arg)
{
    ((struct model *)arg)->capacity = BUFFER;
}

static void begin_unbounded(void *arg)
{
    ((struct model *)arg)->capacity = MUCH;
}

static trio_status send(struct model *model, struct book *book,
                        const struct act *act)
{
    if (model->ended[handle_of(act)])
        return TRIO_ECLOSED;
    if (model->closed[0] && model->closed[1])
        return TRIO_EBROKEN;
    if (model->receiving.count > 0)
        book_answer(book, line_take(&model->receiving).actor, TRIO_OK,
                    item_of(act));
    else if (model->count < model->capacity)
        model->items[model->count++] = (unsigned char)item_of(act);
    else
        return TRIO_EWOULDBLOCK;
    return TRIO_OK;
}

// The longest waiting sender's item is the last one now.
static void promote(struct model *model, struct book *book)
{
    if (model->sending.count == 0)
        return;
    struct act act = line_take(&model->sending);
    model->items[model->count++] = (unsigned char)item_of(&act);
    book_answer(book, act.actor, TRIO_OK, 0);
}

static trio_status receive(struct model *model, struct book *book,
                           const struct act *act, int *ret_item)
{
    if (model->closed[handle_of(act)])
        return TRIO_ECLOSED;
    if (model->count == 0)
        promote(model, book);
    if (model->count == 0)
        return model->ended[0] && model->ended[1] ? TRIO_EEND
                                                  : TRIO_EWOULDBLOCK;
    *ret_item = model->items[0];
    memmove(&model->items[0], &model->items[1], --model->count);
    if (model->count < model->capacity)
        promote(model, book);
    return TRIO_OK;
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    int item = 0;
    trio_status rc = act->verb == SEND ? send(model, book, act)
                                       : receive(model, book, act, &item);

    if (rc == TRIO_EWOULDBLOCK)
        line_add(act->verb == SEND ? &model->sending : &model->receiving, act);
    else
        book_answer(book, act->actor, rc, item);
}

// Answers those in a line who wait through a handle, or through any.
static void answer_all(struct line *line, struct book *book, unsigned handle,
                       trio_status rc)
{
    for (unsigned char actor = 0; actor < STAGE_ACTORS; actor++)
        if ((handle == HANDLES || actor % HANDLES == handle) &&
            line_remove(line, actor))
            book_answer(book, actor, rc, 0);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    trio_status rc = TRIO_OK;
    int item = 0;

    switch (act->verb) {
    case PUT:
        return send(model, book, act);
    case GET:
        rc = receive(model, book, act, &item);
        return rc == TRIO_OK ? item : (int)rc;
    case END:
        model->ended[act->value] = true;
        answer_all(&model->sending, book, act->value, TRIO_ECLOSED);
        if (model->ended[0] && model->ended[1])
            answer_all(&model->receiving, book, HANDLES, TRIO_EEND);
        return 0;
    default:
        model->closed[act->value] = true;
        answer_all(&model->receiving, book, act->value, TRIO_ECLOSED);
        if (model->closed[0] && model->closed[1]) {
            answer_all(&model->sending, book, HANDLES, TRIO_EBROKEN);
            model->count = 0;
        }
        return 0;
    }
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    if (!line_cancel(&model->sending, book, actor))
        (void)line_cancel(&model->receiving, book, actor);
}

#define CHANNEL(name_, kind)                                                   \
    {                                                                          \
        .name = (name_), .verbs = verbs, .verb_count = COUNT(verbs),           \
        .object_size = sizeof(struct real), .open = open_##kind,               \
        .close = close_all, .perform = perform, .call = call,                  \
        .model_size = sizeof(struct model), .begin = begin_##kind,             \
        .start = start, .called = called, .leave = leave                       \
    }

static struct primitive rendezvous = CHANNEL("rendezvous", rendezvous);
static struct primitive buffered = CHANNEL("buffered channel", buffered);
static struct primitive unbounded = CHANNEL("unbounded channel", unbounded);

TEST_PLAIN(channel, rendezvous_is_as_its_model)
{
    CHECK(stage_check(&rendezvous));
}

TEST_PLAIN(channel, buffered_is_as_its_model)
{
    CHECK(stage_check(&buffered));
}

TEST_PLAIN(channel, unbounded_is_as_its_model)
{
    CHECK(stage_check(&unbounded));
}

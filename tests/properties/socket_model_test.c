// Both ends of a connection against a model of it: how many bytes are on their
// way in each direction, and who waits for more. On the simulated network.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket_stream.h>

#include <trio/probe.h>

#include "tests/check.h"
#include "tests/properties/stage.h"
#include "tests/sockets.h"

enum { SEND = ACT_OWN, RECEIVE, END, CLOSE };

enum { ENDS = 2, MOST = 9 };

static const struct verb verbs[] = {
    {"send", .value = MOST, .weight = 5},
    {"receive", .value = MOST, .weight = 5}, // All of so many bytes.
    {.name = "end"},
    {"close", .at_once = true, .value = ENDS, .apart = true},
};

// Actors with an even number are at the near end.
static size_t end_of(const struct act *act)
{
    return act->actor % ENDS;
}

static size_t count_of(const struct act *act)
{
    return (size_t)act->value + 1;
}

// ---- The real ones ----

struct real {
    struct pair pair;
    unsigned char sent[ENDS]; // Each byte is its number, modulo 256.
    unsigned char received[ENDS];
};

static struct trio_stream *stream_of(struct real *real, size_t end)
{
    return end == 0 ? &real->pair.near.stream : &real->pair.far.stream;
}

static TRIO_PARKS void open_both(void *object)
{
    open_pair(&((struct real *)object)->pair);
}

static void close_both(void *object)
{
    close_pair(&((struct real *)object)->pair);
}

static TRIO_CHECKPOINT trio_status send_bytes(struct real *real, size_t end,
                                              size_t count)
{
    unsigned char bytes[MOST];

    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(real->sent[end] + i);
    trio_status rc =
        trio_stream_send_all(stream_of(real, end), bytes, count, NULL);
    if (rc == TRIO_OK)
        real->sent[end] = (unsigned char)(real->sent[end] + count);
    return rc;
}

// What was received before it failed stays received.
static TRIO_CHECKPOINT trio_status receive_bytes(struct real *real, size_t end,
                                                 size_t count)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && count > 0) {
        unsigned char bytes[MOST];
        size_t length = 0;

        rc = trio_stream_receive_some(stream_of(real, end), bytes, count,
                                      &length);
        for (size_t i = 0; i < length; i++)
            TRIO_SIM_ALWAYS(bytes[i] == real->received[end]++,
                            "bytes come in the order of sending");
        count -= length;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    struct real *real = object;

    (void)ret_value;
    switch (act->verb) {
    case SEND:
        return send_bytes(real, end_of(act), count_of(act));
    case RECEIVE:
        return receive_bytes(real, end_of(act), count_of(act));
    default:
        return trio_stream_send_eof(stream_of(real, end_of(act)));
    }
}

static int call(void *object, const struct act *act)
{
    trio_stream_close_forcefully(stream_of(object, act->value));
    return 0;
}

// ---- The model ----

// One end: what comes in there, and what it may still do.
struct end {
    size_t arrived;         // And was not received.
    size_t missing;         // Of what is being received.
    unsigned char receiver; // And one, 0: nobody.
    bool ended;             // It sends no more,
    bool closed;            // and does nothing any more.
};

struct model {
    struct end ends[ENDS];
};

// Of a connection that one side has closed the other one is told in several
// ways: it is left alone.
static bool allows(const void *arg, const struct act *act)
{
    const struct model *model = arg;

    if (act->verb == CLOSE)
        return model->ends[1 - act->value].receiver == 0;
    return !model->ends[1 - end_of(act)].closed;
}

// Gives to who receives what has arrived.
static void deliver(struct model *model, struct book *book, size_t at)
{
    struct end *end = &model->ends[at];
    size_t count = end->arrived < end->missing ? end->arrived : end->missing;
    trio_status rc = model->ends[1 - at].ended ? TRIO_EEND : TRIO_OK;

    if (end->receiver == 0)
        return;
    end->arrived -= count;
    end->missing -= count;
    if (end->missing > 0 && rc == TRIO_OK)
        return;
    book_answer(book, (unsigned char)(end->receiver - 1),
                end->missing > 0 ? rc : TRIO_OK, 0);
    end->receiver = 0;
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    struct end *end = &model->ends[end_of(act)];
    trio_status rc = TRIO_OK;

    if (end->closed || (act->verb == SEND && end->ended)) {
        rc = TRIO_ECLOSED;
    } else if (act->verb == RECEIVE && end->receiver != 0) {
        rc = TRIO_EBUSY;
    } else if (act->verb == RECEIVE) {
        end->receiver = (unsigned char)(act->actor + 1);
        end->missing = count_of(act);
        deliver(model, book, end_of(act));
        return;
    } else {
        if (act->verb == SEND)
            model->ends[1 - end_of(act)].arrived += count_of(act);
        else
            end->ended = true;
        deliver(model, book, 1 - end_of(act));
    }
    book_answer(book, act->actor, rc, 0);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct end *end = &((struct model *)arg)->ends[act->value];

    end->closed = true;
    if (end->receiver != 0)
        book_answer(book, (unsigned char)(end->receiver - 1), TRIO_ECLOSED, 0);
    end->receiver = 0;
    return 0;
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    ((struct model *)arg)->ends[actor % ENDS].receiver = 0;
    book_answer(book, actor, TRIO_ECANCELED, 0);
}

static struct primitive connection = {
    .name = "connection",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct real),
    .open = open_both,
    .close = close_both,
    .perform = perform,
    .call = call,
    .model_size = sizeof(struct model),
    .allows = allows,
    .start = start,
    .called = called,
    .leave = leave,
    .leaves_late = true, // Until its task runs, another is one too many.
};

TEST_PLAIN(socket, connection_is_as_its_model)
{
    CHECK(stage_check(&connection));
}

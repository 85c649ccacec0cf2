// Select against its model: a rendezvous, a channel with room for one item, an
// event, and two lines of those who wait for any of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/select.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { RECEIVE = ACT_OWN, SEND, PUT, GET, SET };

enum { CHANNELS = 2, EVENT = CHANNELS, CASES = CHANNELS + 1 };

static const struct verb verbs[] = {
    {"receive among", .value = 8, .weight = 5}, // A bit for each case.
    {"send among", .value = 16, .weight = 4},   // Two, and two for the item.
    {"put", .at_once = true, .value = 8, .weight = 2}, // One for the channel.
    {"get", .at_once = true, .value = 2, .weight = 2}, {"set", .at_once = true},
};

// The case that was done, and the item, if it has one.
static int answer_of(size_t chosen, int item)
{
    return (int)(chosen + 1) * 100 + item;
}

static int item_of(const struct act *act)
{
    return act->verb == SEND ? act->value / 4 + 1 : act->value / 2 + 1;
}

// ---- The real one ----

struct real {
    struct trio_channel channels[CHANNELS];
    struct trio_sender senders[CHANNELS];
    struct trio_receiver receivers[CHANNELS];
    int buffer;
    struct trio_event event;
    struct trio_select selects[STAGE_ACTORS];
};

static void open_both(void *object)
{
    struct real *real = object;

    trio_channel_open(&real->channels[0], sizeof(int), NULL, 0,
                      &real->senders[0], &real->receivers[0]);
    trio_channel_open(&real->channels[1], sizeof(int), &real->buffer, 1,
                      &real->senders[1], &real->receivers[1]);
    real->event = (struct trio_event)TRIO_EVENT_INIT;
}

static void close_both(void *object)
{
    struct real *real = object;

    for (size_t i = 0; i < CHANNELS; i++) {
        trio_sender_close(&real->senders[i]);
        trio_receiver_close(&real->receivers[i]);
    }
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    struct real *real = object;
    struct trio_case cases[CASES];
    size_t meanings[CASES];
    size_t count = 0;
    size_t index = 0;
    int item = act->verb == SEND ? item_of(act) : 0;

    for (size_t i = 0; i < (act->verb == SEND ? CHANNELS : CASES); i++) {
        if ((act->value & 1 << i) == 0)
            continue;
        meanings[count] = i;
        cases[count++] = i == EVENT ? trio_case_event(&real->event)
                         : act->verb == SEND
                             ? trio_case_send(&real->senders[i], &item)
                             : trio_case_receive(&real->receivers[i], &item);
    }
    trio_status rc =
        trio_select(&real->selects[act->actor], cases, count, &index);
    if (rc == TRIO_OK)
        *ret_value = answer_of(meanings[index], item);
    return rc;
}

static int call(void *object, const struct act *act)
{
    struct real *real = object;
    int item = item_of(act);

    if (act->verb == PUT)
        return trio_channel_send_nowait(&real->senders[act->value % 2], &item);
    if (act->verb == SET) {
        trio_event_set(&real->event);
        return 0;
    }
    trio_status rc =
        trio_channel_receive_nowait(&real->receivers[act->value], &item);
    return rc == TRIO_OK ? item : (int)rc;
}

// ---- The model ----

struct model {
    int buffered; // Item of the second channel, 0: none.
    bool set;
    unsigned char turns[STAGE_ACTORS];
    struct line receiving;
    struct line sending;
};

// Takes out the first in a line who waits for a case.
static bool take_for(struct line *line, size_t index, struct act *ret_act)
{
    for (unsigned char i = 0; i < line->count; i++)
        if ((line->acts[i].value & 1 << index) != 0) {
            *ret_act = line->acts[i];
            return line_remove(line, ret_act->actor);
        }
    return false;
}

static bool put(struct model *model, struct book *book, size_t channel,
                int item)
{
    struct act waiting;

    if (take_for(&model->receiving, channel, &waiting))
        book_answer(book, waiting.actor, TRIO_OK, answer_of(channel, item));
    else if (channel == 1 && model->buffered == 0)
        model->buffered = item;
    else
        return false;
    return true;
}

// Returns the item, 0: there is none.
static int get(struct model *model, struct book *book, size_t channel)
{
    struct act waiting = {.value = 0};
    bool waits = false;
    int item = channel == 1 ? model->buffered : 0;

    if (channel == 1)
        model->buffered = 0;
    else if (!take_for(&model->sending, channel, &waiting))
        return 0;
    else
        waits = true;
    if (channel == 1 && item != 0 &&
        take_for(&model->sending, channel, &waiting)) {
        model->buffered = item_of(&waiting);
        waits = true;
    }
    if (waits)
        book_answer(book, waiting.actor, TRIO_OK,
                    answer_of(channel, item_of(&waiting)));
    return item != 0 || !waits ? item : item_of(&waiting);
}

// Does a case if it can be done at once; returns the answer, 0: it cannot.
static int try_case(struct model *model, struct book *book,
                    const struct act *act, size_t index)
{
    if (act->verb == SEND)
        return put(model, book, index, item_of(act))
                   ? answer_of(index, item_of(act))
                   : 0;
    if (index == EVENT)
        return model->set ? answer_of(EVENT, 0) : 0;
    int item = get(model, book, index);
    return item != 0 ? answer_of(index, item) : 0;
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    size_t indices[CASES];
    size_t count = 0;
    int answer = 0;

    for (size_t i = 0; i < (act->verb == SEND ? CHANNELS : CASES); i++)
        if ((act->value & 1 << i) != 0)
            indices[count++] = i;
    size_t first = count > 0 ? model->turns[act->actor]++ % count : 0;
    for (size_t i = 0; i < count && answer == 0; i++)
        answer = try_case(model, book, act, indices[(first + i) % count]);
    if (answer != 0)
        book_answer(book, act->actor, TRIO_OK, answer);
    else
        line_add(act->verb == SEND ? &model->sending : &model->receiving, act);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    struct act waiting;

    if (act->verb == PUT)
        return put(model, book, act->value % 2, item_of(act))
                   ? TRIO_OK
                   : TRIO_EWOULDBLOCK;
    if (act->verb == GET) {
        int item = get(model, book, act->value);
        return item != 0 ? item : TRIO_EWOULDBLOCK;
    }
    model->set = true;
    while (take_for(&model->receiving, EVENT, &waiting))
        book_answer(book, waiting.actor, TRIO_OK, answer_of(EVENT, 0));
    return 0;
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    if (!line_cancel(&model->sending, book, actor))
        (void)line_cancel(&model->receiving, book, actor);
}

static struct primitive both = {
    .name = "select",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct real),
    .open = open_both,
    .close = close_both,
    .perform = perform,
    .call = call,
    .model_size = sizeof(struct model),
    .start = start,
    .called = called,
    .leave = leave,
};

TEST_PLAIN(select, is_as_its_model)
{
    CHECK(stage_check(&both));
}

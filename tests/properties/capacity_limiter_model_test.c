// The capacity limiter against its model: who has a token, and a line.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/capacity_limiter.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { ACQUIRE = ACT_OWN, RELEASE, TRY, SET_TOTAL };

static const struct verb verbs[] = {
    {"acquire", .weight = 5},
    {"release", .weight = 4, .sure = true},
    {"try", .sure = true},
    {"set total", .at_once = true, .value = 4},
};

enum { TOTAL = 2 };

// ---- The real one ----

struct real {
    struct trio_capacity_limiter limiter;
    struct trio_capacity_token tokens[STAGE_ACTORS];
};

static void open_limiter(void *object)
{
    struct real *real = object;

    real->limiter =
        (struct trio_capacity_limiter)TRIO_CAPACITY_LIMITER_INIT(TOTAL);
}

static TRIO_CHECKPOINT trio_status perform(void *object, const struct act *act,
                                           int *ret_value)
{
    struct real *real = object;

    switch (act->verb) {
    case ACQUIRE:
        return trio_capacity_limiter_acquire(&real->limiter,
                                             &real->tokens[act->actor]);
    case TRY:
        *ret_value = trio_capacity_limiter_try_acquire(
            &real->limiter, &real->tokens[act->actor]);
        return TRIO_OK;
    default:
        trio_capacity_limiter_release(&real->limiter);
        return TRIO_OK;
    }
}

static int call(void *object, const struct act *act)
{
    struct real *real = object;

    trio_capacity_limiter_set_total(&real->limiter, act->value);
    return (int)trio_capacity_limiter_statistics(&real->limiter).borrowed;
}

// ---- The model ----

struct model {
    int total;
    bool has[STAGE_ACTORS];
    struct line line;
};

static void begin(void *arg)
{
    ((struct model *)arg)->total = TOTAL;
}

static int count_borrowed(const struct model *model)
{
    int count = 0;

    for (size_t i = 0; i < STAGE_ACTORS; i++)
        count += model->has[i];
    return count;
}

static bool allows(const void *arg, const struct act *act)
{
    const struct model *model = arg;

    return act->verb == SET_TOTAL ||
           model->has[act->actor] == (act->verb == RELEASE);
}

// Lets in those who may come in now.
static void admit(struct model *model, struct book *book)
{
    while (model->line.count > 0 && count_borrowed(model) < model->total) {
        struct act first = line_take(&model->line);
        model->has[first.actor] = true;
        book_answer(book, first.actor, TRIO_OK, 0);
    }
}

static void start(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;
    bool free = count_borrowed(model) < model->total;

    switch (act->verb) {
    case ACQUIRE:
        line_add(&model->line, act);
        break;
    case TRY:
        model->has[act->actor] = free;
        book_answer(book, act->actor, TRIO_OK, free);
        break;
    default:
        model->has[act->actor] = false;
        book_answer(book, act->actor, TRIO_OK, 0);
        break;
    }
    admit(model, book);
}

static int called(void *arg, struct book *book, const struct act *act)
{
    struct model *model = arg;

    model->total = act->value;
    admit(model, book);
    return count_borrowed(model);
}

static void leave(void *arg, struct book *book, unsigned char actor)
{
    struct model *model = arg;

    (void)line_cancel(&model->line, book, actor);
}

static struct primitive limiter = {
    .name = "capacity limiter",
    .verbs = verbs,
    .verb_count = COUNT(verbs),
    .object_size = sizeof(struct real),
    .open = open_limiter,
    .perform = perform,
    .call = call,
    .model_size = sizeof(struct model),
    .begin = begin,
    .allows = allows,
    .start = start,
    .called = called,
    .leave = leave,
};

TEST_PLAIN(capacity_limiter, is_as_its_model)
{
    CHECK(stage_check(&limiter));
}

// The stage, tested: a difference between a primitive and its model comes back
// as the fewest acts that show it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/properties/stage.h"

#include <trio/semaphore.h>

#include "tests/check.h"

enum { ACQUIRE = ACT_OWN, RELEASE };

static const struct verb verbs[] = {{"acquire", .weight = 3},
                                    {"release", .at_once = true, .weight = 3}};

// ---- A semaphore with one mistake of several ----

enum mistake { NONE, PERMIT_TWICE, LATE, NEVER_ENDS, LOSES_GRANT };

static enum mistake mistake;

static void open_semaphore(void *object)
{
    *(struct trio_semaphore *)object =
        (struct trio_semaphore)TRIO_SEMAPHORE_INIT(1);
}

static TRIO_CHECKPOINT trio_status acquire(void *object, const struct act *act,
                                           int *ret_value)
{
    struct trio_cancel_scope scope;

    (void)act, (void)ret_value;
    if (mistake == NEVER_ENDS) {
        trio_shield_after(&scope, TRIO_FOREVER);
        return trio_cancel_scope_close(&scope, trio_semaphore_acquire(object));
    }
    trio_status rc = trio_semaphore_acquire(object);
    if (rc == TRIO_ECANCELED && mistake == PERMIT_TWICE)
        trio_semaphore_release(object); // It took none.
    if (rc == TRIO_OK && mistake == LOSES_GRANT)
        rc = trio_checkpoint_if_cancelled();
    return rc;
}

static int release(void *object, const struct act *act)
{
    (void)act;
    if (mistake != LATE || trio_semaphore_statistics(object).waiting < 2)
        trio_semaphore_release(object);
    return 0;
}

// ---- The model ----

struct model {
    int permits;
    struct line line;
};

static void begin(void *arg)
{
    ((struct model *)arg)->permits = 1;
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

    (void)act;
    if (model->line.count > 0)
        book_answer(book, line_take(&model->line).actor, TRIO_OK, 0);
    else
        model->permits++;
    return 0;
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
    .call = release,
    .model_size = sizeof(struct model),
    .begin = begin,
    .start = start,
    .called = called,
    .leave = leave,
};

// ---- Tests ----

// The acts that show a mistake, in words.
static const char *acts_for(enum mistake made)
{
    static const struct trio_rc_options enough = {.cases = 400};
    static struct trio_rc_result result;

    mistake = made;
    trio_rc_run("semaphore", &enough, stage_holds, &semaphore, &result);
    if (result.outcome == TRIO_RC_HELD)
        return "";
    char *acts = strstr(result.text, "  acts: ");
    REQUIRE(acts != NULL);
    *strchr(acts, '\n') = '\0';
    REQUIRE(strstr(acts + strlen(acts) + 1, "  schedule: ") != NULL);
    return acts + strlen("  acts: ");
}

TEST_PLAIN(stage, a_right_one_has_no_acts_to_show)
{
    CHECK_STRING(acts_for(NONE), "");
}

TEST_PLAIN(stage, a_mistake_shrinks_to_the_acts_that_show_it)
{
    CHECK_STRING(acts_for(PERMIT_TWICE),
                 "[0: acquire; 1: acquire; 0: acquire; cancel 0]");
    CHECK_STRING(acts_for(LATE),
                 "[0: acquire; 0: acquire; 1: acquire; release]");
    CHECK_STRING(acts_for(NEVER_ENDS), "[0: acquire; 0: acquire]");
    CHECK_STRING(acts_for(LOSES_GRANT),
                 "[0: acquire; 1: acquire; release and; cancel 1]");
}

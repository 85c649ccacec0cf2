// The observer: what it is told, and what becomes of one that says no.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/note.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

enum { KINDS = TRIO_NOTE_MISUSE + 1 };

struct witness {
    int counts[KINDS];
    int open_steps;
    int64_t last_pass;
    int left; // How many notes to take; -1: all.
    int notes;
    struct log parks;
    int64_t parent; // Of the second task.
    trio_status run_status;
    bool nested;
};

static bool witness_note(void *context, const struct trio_note *note)
{
    struct witness *witness = context;

    witness->notes++;
    witness->counts[note->kind]++;
    if (note->kind == TRIO_NOTE_STEP_BEGIN) {
        witness->nested = witness->nested || witness->open_steps != 0;
        witness->open_steps++;
        CHECK(note->task != NULL);
        CHECK(note->first >= witness->last_pass);
        witness->last_pass = note->first;
    }
    if (note->kind == TRIO_NOTE_TASK_SPAWN && note->first == 2)
        witness->parent = note->second;
    if (note->kind == TRIO_NOTE_STEP_END)
        witness->open_steps--;
    if (note->kind == TRIO_NOTE_PARK)
        log_add(&witness->parks, note->text[0]);
    if (note->kind == TRIO_NOTE_RUN_END)
        witness->run_status = (trio_status)note->first;
    return witness->left < 0 || --witness->left > 0;
}

static const struct trio_wait wait_x = {.verb = "x",
                                        .access = TRIO_ACCESS_ACQUIRE};

static TRIO_CHECKPOINT trio_status use_everything(void *arg)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_move_on_after(&scope, TRIO_SECOND);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    trio_touch(arg, TRIO_ACCESS_WRITE);
    trio_status rc = trio_parking_lot_park(&lot, &wait_x, &lot);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < 20; i++)
        trio_ignore(trio_fail((trio_status)(-1001 - i), "dropped one day"));
    return trio_fail((trio_status)-2000, "the end");
}

static void observe(struct capture *capture, struct witness *witness)
{
    capture_open(capture);
    capture->config.observer =
        (struct trio_observer){.context = witness, .note = witness_note};
}

// S52
TEST_SEEDED(observer, is_told_of_everything)
{
    struct capture capture;
    struct witness witness = {.left = -1};

    observe(&capture, &witness);
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    CHECK_EQ(witness.counts[TRIO_NOTE_RUN_BEGIN], 1);
    CHECK_EQ(witness.counts[TRIO_NOTE_RUN_END], 1);
    CHECK_STATUS(witness.run_status, -2000);
    CHECK_EQ(witness.counts[TRIO_NOTE_TASK_SPAWN], 2);
    CHECK_EQ(witness.parent, 1);
    CHECK_EQ(witness.counts[TRIO_NOTE_TASK_EXIT], 2);
    CHECK(witness.counts[TRIO_NOTE_TASK_READY] >= 2);
    CHECK(witness.counts[TRIO_NOTE_STEP_BEGIN] >= 4);
    CHECK_EQ(witness.counts[TRIO_NOTE_STEP_END],
             witness.counts[TRIO_NOTE_STEP_BEGIN]);
    CHECK(witness.counts[TRIO_NOTE_POLL_BEGIN] >= 1);
    CHECK_EQ(witness.counts[TRIO_NOTE_POLL_END],
             witness.counts[TRIO_NOTE_POLL_BEGIN]);
    CHECK_EQ(witness.counts[TRIO_NOTE_SCOPE_OPEN], 2);
    CHECK_EQ(witness.counts[TRIO_NOTE_SCOPE_CLOSE], 2);
    CHECK(witness.counts[TRIO_NOTE_SCOPE_CANCEL] >= 2);
    CHECK(witness.counts[TRIO_NOTE_PARK] >= 2);
    CHECK(witness.counts[TRIO_NOTE_WAKE] >= 2);
    CHECK(strchr(witness.parks.text, 'x') != NULL);
    CHECK(witness.counts[TRIO_NOTE_TOUCH] >= 1);
    CHECK(witness.counts[TRIO_NOTE_ERROR_DROPPED] >= 1);
    CHECK_EQ(witness.counts[TRIO_NOTE_CLOCK_JUMP], 1);
    CHECK_EQ(witness.counts[TRIO_NOTE_MISUSE], 0);
    capture_close(&capture);
}

// S52
TEST_SEEDED(observer, sees_one_step_at_a_time)
{
    struct capture capture;
    struct witness witness = {.left = -1};

    observe(&capture, &witness);
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    CHECK(!witness.nested);
    CHECK_EQ(witness.open_steps, 0);
    capture_close(&capture);
}

// S52
TEST_SEEDED(observer, that_says_no_is_removed_and_the_run_goes_on)
{
    for (int left = 1; left < 20; left++) {
        struct capture capture;
        struct witness witness = {.left = left};

        observe(&capture, &witness);
        CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
        CHECK_EQ(witness.notes, left);
        capture_close(&capture);
    }
}

static TRIO_CHECKPOINT trio_status run_workers(void *arg)
{
    struct worker workers[4];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){.delay = (trio_duration)(i % 2),
                                     .log = arg,
                                     .name = (char)('a' + i)};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S52
TEST_SEEDED(observer, changes_nothing_by_looking)
{
    struct capture capture;
    struct witness witness = {.left = -1};
    struct log seen = {0}, unseen = {0};

    observe(&capture, &witness);
    CHECK_OK(capture_run(&capture, run_workers, &seen));
    capture_close(&capture);
    capture_open(&capture);
    CHECK_OK(capture_run(&capture, run_workers, &unseen));
    capture_close(&capture);
    CHECK_LOG(seen, unseen.text);
}

// The observer: what it is told, and what becomes of one that says no.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/note.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

enum { KINDS = TRIO_NOTE_SCOPE_SHARE + 1 };

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
    CHECK_EQ(witness.counts[TRIO_NOTE_SCOPE_SHARE], 1);
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

// ---- Which kinds ----

// S86
TEST_PLAIN(observer, is_told_of_the_kinds_that_it_asks_for)
{
    struct capture capture;
    struct witness witness = {.left = -1};

    observe(&capture, &witness);
    capture.config.observer.kinds =
        1u << TRIO_NOTE_PARK | 1u << TRIO_NOTE_TASK_SPAWN;
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    CHECK(witness.counts[TRIO_NOTE_PARK] >= 2);
    CHECK_EQ(witness.counts[TRIO_NOTE_TASK_SPAWN], 2);
    CHECK_EQ(witness.notes, witness.counts[TRIO_NOTE_PARK] +
                                witness.counts[TRIO_NOTE_TASK_SPAWN]);
    capture_close(&capture);
}

// S86
TEST_PLAIN(observer, of_no_kinds_is_told_of_all)
{
    struct capture capture;
    struct witness some = {.left = -1}, all = {.left = -1};

    observe(&capture, &some);
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    capture_close(&capture);
    observe(&capture, &all);
    capture.config.observer.kinds = UINT32_MAX;
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    capture_close(&capture);
    CHECK_EQ(some.notes, all.notes);
}

// S86
TEST_PLAIN(observer, that_says_no_is_removed_whatever_it_asked_for)
{
    struct capture capture;
    struct witness witness = {.left = 1};

    observe(&capture, &witness);
    capture.config.observer.kinds = 1u << TRIO_NOTE_PARK;
    CHECK_STATUS(capture_run(&capture, use_everything, &capture), -2000);
    CHECK_EQ(witness.notes, 1);
    capture_close(&capture);
}

// ---- Scopes of tasks ----

struct places {
    const void *spawned[8]; // By the number of the task.
    const void *moved;
    const void *shared;
    int64_t opened[8]; // What was said of each scope.
    size_t opened_count;
};

static bool note_places(void *context, const struct trio_note *note)
{
    struct places *places = context;

    if (note->kind == TRIO_NOTE_TASK_SPAWN)
        places->spawned[note->first] = note->object;
    if (note->kind == TRIO_NOTE_TASK_MOVE)
        places->moved = note->object;
    if (note->kind == TRIO_NOTE_SCOPE_SHARE)
        places->shared = note->object;
    if (note->kind == TRIO_NOTE_SCOPE_OPEN && places->opened_count < 8)
        places->opened[places->opened_count++] = note->first;
    return true;
}

static TRIO_CHECKPOINT trio_status start_and_sleep(void *arg)
{
    trio_started(NULL);
    return sleep_forever(arg);
}

static TRIO_CHECKPOINT trio_status start_both_ways(void *arg)
{
    struct places *places = arg;
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    CHECK(places->shared == NULL);
    CHECK(places->spawned[2] == trio_nursery_cancel_scope(&nursery));
    CHECK(places->shared == places->spawned[2]);
    CHECK_OK(trio_nursery_start(&nursery, start_and_sleep, NULL, NULL));
    CHECK(places->spawned[3] != trio_nursery_cancel_scope(&nursery));
    CHECK(places->moved == trio_nursery_cancel_scope(&nursery));
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    trio_shield_after(&scope, TRIO_FOREVER);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S86
TEST_PLAIN(observer, learns_in_which_scope_a_task_is)
{
    struct capture capture;
    struct places places = {.opened_count = 0};

    capture_open(&capture);
    capture.config.observer =
        (struct trio_observer){.context = &places, .note = note_places};
    CHECK_OK(capture_run(&capture, start_both_ways, &places));
    CHECK_EQ(places.opened_count, 3);
    CHECK_EQ(places.opened[0], 0); // The nursery's, until it is asked for,
    CHECK_EQ(places.opened[1], 1); // a plain one is for others to cancel,
    CHECK_EQ(places.opened[2], 0); // and a shield is not.
    capture_close(&capture);
}

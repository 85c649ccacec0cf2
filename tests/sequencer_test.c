// What trio/sequencer.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sequencer.h>

#include "tests/check.h"
#include "tests/check_death.h"

struct player {
    struct trio_sequencer *sequencer;
    struct log *log;
    const char *positions; // Digits; a letter is written at each.
    size_t played;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status play(void *arg)
{
    struct player *player = arg;

    for (const char *at = player->positions; *at != '\0'; at++) {
        player->rc =
            trio_sequencer_wait(player->sequencer, (size_t)(*at - '0'));
        if (player->rc == TRIO_ECANCELED)
            return player->rc;
        if (player->rc != TRIO_OK)
            return TRIO_OK;
        player->played++;
        log_add(player->log, *at);
    }
    return TRIO_OK;
}

// S63
TEST(sequencer, positions_are_passed_in_order)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct log log = {0};
    struct player players[] = {{&sequencer, &log, "148", 0, TRIO_OK},
                               {&sequencer, &log, "0257", 0, TRIO_OK},
                               {&sequencer, &log, "369", 0, TRIO_OK}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(players); i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, play, &players[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "0123456789");
}

static TRIO_CHECKPOINT trio_status pass(void *arg)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;

    (void)arg;
    return trio_sequencer_wait(&sequencer, 0);
}

// S12, S63
TEST(sequencer, a_wait_that_need_not_wait_is_a_checkpoint)
{
    CHECK_OK(trio_assert_checkpoints(pass, NULL));
}

// S63
TEST(sequencer, a_cancelled_waiter_breaks_the_sequence)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct log log = {0};
    struct player cancelled = {&sequencer, &log, "2", 0, TRIO_OK};
    struct player players[] = {{&sequencer, &log, "1", 0, TRIO_OK},
                               {&sequencer, &log, "3", 0, TRIO_OK}};
    struct trio_nursery outer, inner;

    trio_nursery_open(&outer);
    trio_nursery_open(&inner);
    for (size_t i = 0; i < COUNT(players); i++)
        CHECK_OK(trio_nursery_start_soon(&outer, play, &players[i]));
    CHECK_OK(trio_nursery_start_soon(&inner, play, &cancelled));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&inner), NULL);
    CHECK_OK(trio_nursery_close(&inner, TRIO_OK));
    CHECK_STATUS(cancelled.rc, TRIO_ECANCELED);
    CHECK_OK(trio_nursery_close(&outer, TRIO_OK));
    for (size_t i = 0; i < COUNT(players); i++)
        CHECK_STATUS(players[i].rc, TRIO_EBROKEN);
    CHECK_STATUS(trio_sequencer_wait(&sequencer, 0), TRIO_EBROKEN);
    CHECK_LOG(log, "");
}

// S63
TEST(sequencer, cancelled_at_entry_it_breaks_the_sequence_too)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_sequencer_wait(&sequencer, 0);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_STATUS(trio_sequencer_wait(&sequencer, 1), TRIO_EBROKEN);
}

// S15, S63
TEST(sequencer, a_turn_that_has_come_is_taken_though_cancelled)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct log log = {0};
    struct player player = {&sequencer, &log, "1", 0, TRIO_OK};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, play, &player));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_sequencer_wait(&sequencer, 0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "1");
    CHECK_OK(trio_sequencer_wait(&sequencer, 2)); // And nothing is broken.
}

// S63
TEST(sequencer, the_turn_lasts_to_the_next_checkpoint)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct log log = {0};
    struct player player = {&sequencer, &log, "13", 0, TRIO_OK};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, play, &player));
    CHECK_OK(trio_sequencer_wait(&sequencer, 0));
    log_add(&log, '0');
    CHECK_OK(trio_sequencer_wait(&sequencer, 2));
    CHECK_LOG(log, "01");
    log_add(&log, '2');
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "0123");
}

// ---- Misuse ----

static TRIO_CHECKPOINT trio_status take_again(void *arg)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;

    (void)arg;
    trio_status rc = trio_sequencer_wait(&sequencer, 0);
    return rc == TRIO_OK ? trio_sequencer_wait(&sequencer, 0) : rc;
}

static TRIO_CHECKPOINT trio_status take_what_is_waited_for(void *arg)
{
    struct trio_sequencer sequencer = TRIO_SEQUENCER_INIT;
    struct log log = {0};
    struct player player = {&sequencer, &log, "1", 0, TRIO_OK};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, play, &player);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK)
        rc = trio_sequencer_wait(&sequencer, 1);
    return trio_nursery_close(&nursery, rc);
}

static void run_take_again(void)
{
    trio_ignore(trio_test(take_again, NULL));
}

static void run_take_what_is_waited_for(void)
{
    trio_ignore(trio_test(take_what_is_waited_for, NULL));
}

// S63
TEST_PLAIN(sequencer, a_position_is_taken_once)
{
    CHECK_DIES(run_take_again, "took a position of a sequencer twice",
               "task 1");
    CHECK_DIES(run_take_what_is_waited_for,
               "took a position of a sequencer twice", "task 1");
}

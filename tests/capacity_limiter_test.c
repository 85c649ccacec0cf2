// What trio/capacity_limiter.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/capacity_limiter.h>

#include "tests/check.h"
#include "tests/tasks.h"

static size_t borrowed(const struct trio_capacity_limiter *limiter)
{
    return trio_capacity_limiter_statistics(limiter).borrowed;
}

static size_t waiting(const struct trio_capacity_limiter *limiter)
{
    return trio_capacity_limiter_statistics(limiter).waiting;
}

struct reader {
    struct trio_capacity_limiter *limiter;
    struct log *log;
    char name;
    bool keeps; // Leaves it to its end to give back.
    struct trio_task *task;
    struct trio_capacity_token token;
    struct trio_cancel_scope scope;
    bool left;
    trio_status rc;
    trio_status next;
};

// Borrows in a scope of its own, keeps the token until cancelled, gives back.
static TRIO_CHECKPOINT trio_status read_on(void *arg)
{
    struct reader *reader = arg;

    reader->task = trio_task_current();
    trio_cancel_scope_open(&reader->scope);
    reader->rc = trio_capacity_limiter_acquire(reader->limiter, &reader->token);
    trio_status rc = reader->rc;
    if (rc == TRIO_OK) {
        log_add(reader->log, reader->name);
        reader->next = trio_checkpoint();
        rc = trio_combine(reader->next, trio_sleep_forever());
        if (!reader->keeps)
            trio_capacity_limiter_release(reader->limiter);
    }
    reader->left = true;
    return trio_cancel_scope_close(&reader->scope, rc);
}

static void send_off(struct reader *reader)
{
    if (CHECK(!reader->left))
        trio_cancel_scope_cancel(&reader->scope, NULL);
}

enum { READERS = 5 };

struct library {
    struct trio_capacity_limiter limiter;
    struct log log;
    struct reader readers[READERS];
};

// Has readers a to e come, in this order under any scheduler, for `total`
// tokens.
static TRIO_CHECKPOINT trio_status open_library(struct library *library,
                                                size_t total,
                                                struct trio_nursery *nursery)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(total);

    *library = (struct library){.limiter = limiter};
    for (int i = 0; i < READERS; i++) {
        library->readers[i] = (struct reader){.limiter = &library->limiter,
                                              .log = &library->log,
                                              .name = (char)('a' + i)};
        CHECK_OK(
            trio_nursery_start_soon(nursery, read_on, &library->readers[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(borrowed(&library->limiter), total < READERS ? total : READERS);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_home(struct library *library, int i)
{
    send_off(&library->readers[i]);
    return trio_wait_all_tasks_blocked(0);
}

static void close_library(struct trio_nursery *nursery)
{
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(nursery), NULL);
}

// S56
TEST(capacity_limiter, lends_up_to_its_total_in_order_of_arrival)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 2, &nursery));
    CHECK_LOG(library.log, "ab");
    for (int i = 0; i < READERS - 2; i++) {
        CHECK_OK(send_home(&library, i));
        CHECK_EQ(borrowed(&library.limiter), 2);
    }
    CHECK_LOG(library.log, "abcde");
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(borrowed(&library.limiter), 0);
}

// S56
TEST(capacity_limiter, a_raised_total_admits_waiters_in_order)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 0, &nursery));
    CHECK_LOG(library.log, "");
    trio_capacity_limiter_set_total(&library.limiter, 1);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(library.log, "a");
    trio_capacity_limiter_set_total(&library.limiter, 3);
    CHECK_EQ(borrowed(&library.limiter), 3); // Before they run.
    CHECK_EQ(waiting(&library.limiter), 2);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    if (!check_is_fifo())
        log_sort(&library.log);
    CHECK_LOG(library.log, "abc");
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S56
TEST(capacity_limiter, more_may_be_lent_than_a_lowered_total)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 4, &nursery));
    trio_capacity_limiter_set_total(&library.limiter, 2);
    CHECK_EQ(borrowed(&library.limiter), 4);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(send_home(&library, i));
        CHECK_LOG(library.log, "abcd"); // Nobody is admitted yet.
    }
    CHECK_EQ(borrowed(&library.limiter), 2);
    CHECK_OK(send_home(&library, 2));
    CHECK_LOG(library.log, "abcde");
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S56
TEST(capacity_limiter, a_token_given_back_is_the_waiters_at_once)
{
    struct trio_nursery nursery;
    struct library library;
    struct trio_capacity_token token;
    int stranger = 0;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 2, &nursery));
    trio_capacity_limiter_release_on_behalf_of(&library.limiter,
                                               library.readers[0].task);
    CHECK_EQ(borrowed(&library.limiter), 2);
    CHECK(!trio_capacity_limiter_try_acquire_on_behalf_of(&library.limiter,
                                                          &token, &stranger));
    library.readers[0].keeps = true; // It has none to give back any more.
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(library.log, "abc");
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S56
TEST(capacity_limiter, one_task_borrows_for_several)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(3);
    struct trio_capacity_token tokens[3], own, more;
    int borrowers[3] = {0};

    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_capacity_limiter_acquire_on_behalf_of(
            &limiter, &tokens[i], &borrowers[i]));
    CHECK(trio_capacity_limiter_try_acquire(&limiter, &own));
    CHECK(!trio_capacity_limiter_try_acquire_on_behalf_of(&limiter, &more,
                                                          &borrowers[2]));
    trio_capacity_limiter_release_on_behalf_of(&limiter, &borrowers[0]);
    CHECK(trio_capacity_limiter_try_acquire_on_behalf_of(&limiter, &more,
                                                         &borrowers[2]));
    trio_capacity_limiter_release(&limiter);
    trio_capacity_limiter_release_on_behalf_of(&limiter, &borrowers[2]);
    trio_capacity_limiter_release_on_behalf_of(&limiter, &borrowers[1]);
    CHECK_EQ(borrowed(&limiter), 0);
}

// S12
TEST(capacity_limiter, acquire_takes_a_turn_also_if_a_token_is_free)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token token;
    uint64_t before = pass_number();

    CHECK_OK(trio_capacity_limiter_acquire(&limiter, &token));
    CHECK(pass_number() > before);
    trio_capacity_limiter_release(&limiter);
}

// S57
TEST(capacity_limiter, statistics_tell_total_borrowed_and_waiting)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 2, &nursery));
    struct trio_capacity_limiter_statistics now =
        trio_capacity_limiter_statistics(&library.limiter);
    CHECK_EQ(now.total, 2);
    CHECK_EQ(now.borrowed, 2);
    CHECK_EQ(now.waiting, READERS - 2);
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- A borrower that ends ----

// S56
TEST_THOROUGH(capacity_limiter, a_task_that_ends_gives_back)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 1, &nursery));
    for (int i = 0; i < READERS; i++)
        library.readers[i].keeps = true;
    for (int i = 0; i < READERS; i++) {
        CHECK_EQ(borrowed(&library.limiter), 1);
        CHECK_OK(send_home(&library, i));
    }
    CHECK_LOG(library.log, "abcde");
    CHECK_EQ(borrowed(&library.limiter), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

struct parcel {
    struct trio_capacity_limiter *limiter;
    struct trio_capacity_token token;
};

static TRIO_CHECKPOINT trio_status send_parcel(void *arg)
{
    struct parcel *parcel = arg;

    return trio_capacity_limiter_acquire_on_behalf_of(parcel->limiter,
                                                      &parcel->token, parcel);
}

// S56
TEST(capacity_limiter, what_was_borrowed_for_another_outlives_the_task)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct parcel parcel = {.limiter = &limiter};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_parcel, &parcel));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(borrowed(&limiter), 1);
    trio_capacity_limiter_release_on_behalf_of(&limiter, &parcel);
    CHECK_EQ(borrowed(&limiter), 0);
}

// ---- Cancelled at the worst moment ----

// S14
TEST_THOROUGH(capacity_limiter, cancelled_on_entry_it_lends_nothing)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token token;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_capacity_limiter_acquire(&limiter, &token);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(borrowed(&limiter), 0);
}

// S56
TEST_THOROUGH(capacity_limiter, cancelled_while_waiting_it_lends_nothing)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 1, &nursery));
    send_off(&library.readers[1]);
    trio_capacity_limiter_set_total(&library.limiter, 2); // The next one's.
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(library.log, "ac");
    CHECK_STATUS(library.readers[1].rc, TRIO_ECANCELED);
    CHECK_EQ(borrowed(&library.limiter), 2);
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(borrowed(&library.limiter), 0);
}

// S15 S56
TEST_THOROUGH(capacity_limiter, cancelled_after_being_admitted_it_has_the_token)
{
    struct trio_nursery nursery;
    struct library library;

    trio_nursery_open(&nursery);
    CHECK_OK(open_library(&library, 1, &nursery));
    trio_capacity_limiter_set_total(&library.limiter, 2);
    send_off(&library.readers[1]);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(library.log, "abc"); // And has passed it on to the next.
    CHECK_OK(library.readers[1].rc);
    CHECK_STATUS(library.readers[1].next, TRIO_ECANCELED);
    CHECK_EQ(borrowed(&library.limiter), 2);
    close_library(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(borrowed(&library.limiter), 0);
}

enum { WORKERS = 6, ROUNDS = 4, MOST = 3 };

struct yard {
    struct trio_capacity_limiter limiter;
    struct trio_cancel_scope scopes[WORKERS];
    struct trio_capacity_token tokens[WORKERS];
    bool open[WORKERS];
    size_t inside;
    int living;
};

struct digger {
    struct yard *yard;
    int number;
};

static TRIO_PARKS void take_turns(void)
{
    for (uint64_t turns = trio_random_u64() % 4; turns > 0; turns--)
        trio_cancel_shielded_checkpoint();
}

static TRIO_CHECKPOINT trio_status dig_once(struct yard *yard, int number)
{
    take_turns();
    trio_status rc =
        trio_capacity_limiter_acquire(&yard->limiter, &yard->tokens[number]);
    if (rc != TRIO_OK)
        return rc;
    CHECK(++yard->inside <= MOST);
    take_turns();
    yard->inside--;
    trio_capacity_limiter_release(&yard->limiter);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status keep_digging(void *arg)
{
    struct digger *digger = arg;
    struct yard *yard = digger->yard;
    struct trio_cancel_scope *scope = &yard->scopes[digger->number];

    for (int i = 0; i < ROUNDS; i++) {
        trio_cancel_scope_open(scope);
        yard->open[digger->number] = true;
        trio_status rc = dig_once(yard, digger->number);
        yard->open[digger->number] = false;
        CHECK_OK(trio_cancel_scope_close(scope, rc));
    }
    yard->living--;
    return TRIO_OK;
}

// S56
TEST_THOROUGH(capacity_limiter, no_token_is_lost_or_doubled)
{
    struct yard yard = {.limiter = TRIO_CAPACITY_LIMITER_INIT(MOST),
                        .living = WORKERS};
    struct digger diggers[WORKERS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < WORKERS; i++) {
        diggers[i] = (struct digger){&yard, i};
        CHECK_OK(trio_nursery_start_soon(&nursery, keep_digging, &diggers[i]));
    }
    while (yard.living > 0) {
        uint64_t i = trio_random_u64() % WORKERS;
        if (yard.open[i])
            trio_cancel_scope_cancel(&yard.scopes[i], NULL);
        trio_capacity_limiter_set_total(&yard.limiter,
                                        1 + (size_t)trio_random_below(MOST));
        CHECK(borrowed(&yard.limiter) >= yard.inside);
        CHECK_OK(trio_checkpoint());
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(borrowed(&yard.limiter), 0);
    CHECK_EQ(waiting(&yard.limiter), 0);
}

struct quota {
    struct trio_entry entry;
    struct trio_capacity_limiter limiter;
};

static void raise_quota(struct trio_entry *entry)
{
    struct quota *quota = (struct quota *)entry; // Its first member.
    trio_capacity_limiter_set_total(&quota->limiter, 1);
}

// S8
TEST(capacity_limiter, the_total_can_be_changed_by_an_entry_callback)
{
    struct quota quota = {TRIO_ENTRY_INIT(raise_quota),
                          TRIO_CAPACITY_LIMITER_INIT(0)};
    struct trio_capacity_token token;
    struct trio_poster *poster;

    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &quota.entry));
    CHECK_OK(trio_capacity_limiter_acquire(&quota.limiter, &token));
    trio_capacity_limiter_release(&quota.limiter);
    trio_poster_close(poster);
}

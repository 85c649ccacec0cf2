// Tokens are borrowed, by tasks and on behalf of others, while the total moves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct library {
    struct trio_capacity_limiter books;
    struct tickets tickets;
    struct trio_capacity_token kept[2]; // Of readers that end with them.
    size_t keepers;
    size_t reading;
    size_t highest; // The highest total so far.
    int read;
};

static void check(const struct library *library)
{
    struct trio_capacity_limiter_statistics now =
        trio_capacity_limiter_statistics(&library->books);

    TRIO_SIM_ALWAYS(now.borrowed <= library->highest,
                    "no more tokens than there have been");
    TRIO_SIM_ALWAYS(library->reading <= now.borrowed, "who reads has borrowed");
    TRIO_SIM_ALWAYS(now.borrowed >= now.total || now.waiting == 0,
                    "nobody waits for a token that is free");
}

static TRIO_CHECKPOINT trio_status take_time(struct library *library)
{
    library->reading++;
    check(library);
    trio_status rc = trio_sleep(TRIO_SECOND);
    library->reading--;
    library->read++;
    return rc;
}

static TRIO_CHECKPOINT trio_status borrow_and_return(void *arg)
{
    struct library *library = arg;
    struct trio_capacity_token token;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        unsigned ticket = tickets_draw(&library->tickets);
        rc = trio_capacity_limiter_acquire(&library->books, &token);
        int before = tickets_return(&library->tickets, ticket);
        if (rc != TRIO_OK)
            return rc;
        TRIO_SIM_ALWAYS(before < 2, "first come, first served");
        rc = take_time(library);
        trio_capacity_limiter_release(&library->books);
        check(library);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status borrow_and_end(void *arg)
{
    struct library *library = arg;
    struct trio_capacity_token *token = &library->kept[library->keepers++];

    trio_status rc = trio_capacity_limiter_acquire(&library->books, token);
    return rc == TRIO_OK ? take_time(library) : rc;
}

// It is for a friend, known by its address.
static TRIO_CHECKPOINT trio_status borrow_for_a_friend(void *arg)
{
    struct library *library = arg;
    struct trio_capacity_token token;
    struct trio_cancel_scope patience;
    int friend;

    trio_move_on_after(&patience, TRIO_SECOND);
    trio_status rc = trio_capacity_limiter_acquire_on_behalf_of(
        &library->books, &token, &friend);
    if (rc == TRIO_OK) {
        rc = take_time(library);
        trio_capacity_limiter_release_on_behalf_of(&library->books, &friend);
    }
    rc = trio_cancel_scope_close(&patience, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&patience),
                       "somebody gives up");
    return rc;
}

static TRIO_CHECKPOINT trio_status change_total(struct library *library)
{
    static const size_t totals[] = {1, 2, 0, 2};
    trio_status rc = TRIO_OK;

    for (size_t i = 0; rc == TRIO_OK && i < COUNT(totals); i++) {
        trio_capacity_limiter_set_total(&library->books, totals[i]);
        if (library->highest < totals[i])
            library->highest = totals[i];
        check(library);
        rc = trio_sleep(TRIO_SECOND / 2);
    }
    return rc;
}

TRIO_SCENARIO(every_token_comes_back)
{
    struct library library = {.books = TRIO_CAPACITY_LIMITER_INIT(0)};
    static const trio_task_fn readers[] = {borrow_and_return, borrow_and_end,
                                           borrow_for_a_friend,
                                           borrow_and_return, borrow_and_end};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&library.books, "books");
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(readers); i++)
        rc = trio_nursery_start_soon(&nursery, readers[i], &library);
    if (rc == TRIO_OK)
        rc = change_total(&library);
    rc = trio_nursery_close(&nursery, rc);

    struct trio_capacity_limiter_statistics left =
        trio_capacity_limiter_statistics(&library.books);
    TRIO_SIM_ALWAYS(left.borrowed == 0 && left.waiting == 0,
                    "every token is back in the end");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(library.read >= 6, "everybody who waited has read");
    return rc;
}

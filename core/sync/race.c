// A race is decided once: by the first success, or by the last failure.
//
// Until then nobody's failure may reach the nursery, which would cancel the
// others for it. So who fails waits, its record with it, and leaves in one of
// two ways: cancelled, because somebody won, and then its failure is nobody's
// business; or let go by the last one to fail, and then all of them return what
// they failed with, and the nursery makes one error of it as it always does.
//
// This file uses public headers only, as any primitive of yours could.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/race.h>

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/parking_lot.h>
#include <trio/task.h>

static const struct trio_wait loser_wait = {"see who wins", TRIO_ACCESS_READ,
                                            NULL};

struct race {
    struct trio_nursery nursery;
    unsigned char *items;
    size_t count;
    size_t size;
    struct trio_race_options options;
    trio_task_fn fn;
    size_t taken;  // Items so far,
    size_t failed; // and those that failed.
    size_t winner; // Or `count`.
    struct trio_parking_lot losers;
};

static bool is_won(const struct race *race)
{
    return race->winner < race->count;
}

// Returns TRIO_OK once all have failed; TRIO_ECANCELED if somebody has won, or
// the caller is cancelled. That is a level, so it is the same for all of them.
static TRIO_CHECKPOINT trio_status wait_for_the_others(struct race *race,
                                                       trio_status failure)
{
    // A record tells when it failed, which was not when it ends.
    if (trio_error_find(failure) == NULL)
        trio_fail(failure, "lost a race");
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;
    race->failed++;
    if (race->failed < race->count)
        return trio_parking_lot_park(&race->losers, &loser_wait, race);
    trio_parking_lot_unpark_all(&race->losers);
    // They failed before, and so they end before.
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

static void finish(struct race *race, size_t index)
{
    if (!is_won(race)) {
        race->winner = index;
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&race->nursery),
                                 "somebody else won");
    } else if (race->options.discard != NULL) {
        race->options.discard(race->items + index * race->size);
    }
}

static TRIO_CHECKPOINT trio_status run_one(void *arg)
{
    struct race *race = arg;

    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc == TRIO_OK) {
        size_t index = race->taken++;
        rc = race->fn(race->items + index * race->size);
        if (rc == TRIO_OK)
            finish(race, index);
    }
    if (trio_is_failure(rc)) {
        trio_status decided = wait_for_the_others(race, rc);
        if (decided != TRIO_OK)
            rc = decided;
    }
    // Who is cancelled leaves it to the race to say so: if somebody wins,
    // nobody outside is to hear of it.
    return is_won(race) || rc == TRIO_ECANCELED ? TRIO_OK : rc;
}

trio_status trio_race(void *items, size_t count, size_t size,
                      const struct trio_race_options *options, trio_task_fn fn,
                      size_t *ret_winner)
{
    TRIO_REQUIRE(fn);
    struct race race = {.items = items,
                        .count = count,
                        .size = size,
                        .fn = fn,
                        .winner = count,
                        .losers = TRIO_PARKING_LOT_INIT};

    if (options != NULL)
        race.options = *options;
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;
    if (count == 0) {
        trio_cancel_shielded_checkpoint(); // S16
        return trio_fail(TRIO_EINVAL, "a race of nobody");
    }

    trio_nursery_open(&race.nursery);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&race.nursery, race.options.task,
                                          run_one, &race);
    rc = trio_nursery_close(&race.nursery, rc);
    if (!is_won(&race)) // Whoever was cancelled, the caller is, too.
        return rc != TRIO_OK ? rc : trio_checkpoint_if_cancelled();
    *ret_winner = race.winner;
    return TRIO_OK; // S14: it was done, whoever was cancelled meanwhile.
}

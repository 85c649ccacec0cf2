// Messages from outside the loop: each comes in once, in the order of posting.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_job.h>

#include "tests/scenarios/kit.h"

enum { LETTERS = 4 };

struct office {
    struct trio_semaphore arrived;
    int posted;
    int came;
};

struct letter {
    struct trio_entry entry; // First.
    struct office *office;
    int number; // In the order of posting.
};

// Done beside the loop, when the schedule says so.
struct postman {
    struct trio_sim_job job; // First.
    struct office *office;
    struct trio_poster *poster;
    struct letter letters[LETTERS];
};

static void arrive(struct trio_entry *entry)
{
    struct letter *letter = (struct letter *)entry;
    struct office *office = letter->office;

    TRIO_SIM_ALWAYS(letter->number == office->came++,
                    "entries come in the order of posting");
    trio_semaphore_release(&office->arrived);
}

static void post(struct postman *postman, int i)
{
    struct letter *letter = &postman->letters[i];

    letter->entry = (struct trio_entry)TRIO_ENTRY_INIT(arrive);
    letter->office = postman->office;
    letter->number = postman->office->posted++;
    trio_status rc = trio_poster_post(postman->poster, &letter->entry);
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "the run is not over");
    rc = trio_poster_post(postman->poster, &letter->entry);
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "what is queued already stays queued");
}

static void deliver(struct trio_sim_job *job)
{
    struct postman *postman = (struct postman *)job;

    for (int i = 1; i < LETTERS; i++)
        post(postman, i);
}

static TRIO_CHECKPOINT trio_status collect(void *arg)
{
    struct office *office = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < LETTERS; i++)
        rc = trio_semaphore_acquire(&office->arrived);
    return rc;
}

// The entries have to stay until they were called.
static TRIO_PARKS void wait_for_letters(const struct office *office)
{
    while (office->came < office->posted)
        trio_cancel_shielded_checkpoint();
}

static TRIO_CHECKPOINT trio_status run_office(struct office *offices,
                                              struct postman *postmen)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, collect, &offices[i]);
    for (int i = 0; i < 2; i++) {
        post(&postmen[i], 0);
        trio_sim_job_start(&postmen[i].job, deliver);
    }
    rc = trio_nursery_close(&nursery, rc);
    for (int i = 0; i < 2; i++) {
        bool withdrawn = trio_sim_job_withdraw(&postmen[i].job);
        wait_for_letters(&offices[i]);
        TRIO_SIM_ALWAYS(offices[i].came == (withdrawn ? 1 : LETTERS),
                        "every entry comes, once");
    }
    return rc;
}

TRIO_SCENARIO(every_letter_comes_in_order)
{
    struct office offices[2] = {{.arrived = TRIO_SEMAPHORE_INIT(0)},
                                {.arrived = TRIO_SEMAPHORE_INIT(0)}};
    struct trio_poster *poster;
    struct postman postmen[2];

    (void)arg;
    trio_status rc = trio_poster_open(&poster);
    if (rc != TRIO_OK)
        return rc;
    for (int i = 0; i < 2; i++) {
        postmen[i].office = &offices[i];
        postmen[i].poster = poster;
    }
    rc = run_office(offices, postmen);
    trio_poster_close(poster);
    return rc;
}

// Many items, few at a time; one of them may fail.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { PAGES = 5, LIMIT = 2 };

struct page {
    int *loading; // Pages, at this moment.
    trio_duration delay;
    trio_status outcome;
    int begun;
};

static TRIO_CHECKPOINT trio_status load(void *arg)
{
    struct page *page = arg;

    page->begun++;
    TRIO_SIM_ALWAYS(++*page->loading <= LIMIT, "no more than the limit");
    trio_status rc = trio_sleep(page->delay);
    --*page->loading;
    if (rc != TRIO_OK)
        return rc;
    return trio_fail(page->outcome, "load a page");
}

static TRIO_CHECKPOINT trio_status load_all(bool keep_going)
{
    int loading = 0;
    struct page pages[PAGES];
    trio_status statuses[PAGES];
    struct trio_gather_options options = {
        .limit = LIMIT, .statuses = statuses, .keep_going = keep_going};
    bool begun_all = true;

    for (int i = 0; i < PAGES; i++)
        pages[i] = (struct page){&loading, (i % 3) * TRIO_SECOND,
                                 i == 3 ? TRIO_EIO : TRIO_OK, 0};
    trio_status rc =
        trio_gather(pages, PAGES, sizeof(pages[0]), &options, load);
    TRIO_SIM_ALWAYS(loading == 0, "nothing goes on after the return");
    for (int i = 0; i < PAGES; i++) {
        TRIO_SIM_ALWAYS(pages[i].begun == (statuses[i] != TRIO_ENOTSTARTED),
                        "each page has its status");
        begun_all = begun_all && pages[i].begun == 1;
    }
    TRIO_SIM_ALWAYS(rc != TRIO_OK || begun_all,
                    "when all is well each page was begun once");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || keep_going, "the failure is returned");
    return rc;
}

TRIO_SCENARIO(the_first_failure_ends_a_gathering)
{
    (void)arg;
    trio_status rc = load_all(false);
    TRIO_SIM_SOMETIMES(rc == TRIO_EIO, "a page fails");
    return rc == TRIO_EIO ? TRIO_OK : rc;
}

TRIO_SCENARIO(a_gathering_keeps_going)
{
    (void)arg;
    return load_all(true);
}

// Two programs in which something is used until it expires, and a timer comes
// between the look and the use.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// event_evicted_entry: a reader sees that an entry of a cache has not expired,
// lets others run, and uses it. If the evictor's timer expires meanwhile and
// its task goes first, the entry is gone. The fix: a reader pins the entry, and
// the evictor leaves it to the last reader.
//
// event_revoked_lease: a keeper sees that a lease has expired, writes that
// down, and revokes it. Its holder renews it at the last moment, which on a
// late loop is after the keeper has looked. The fix: the keeper looks again
// before it revokes.

#include "bench/bugs/bugs.h"

// ---- An entry that is evicted under its reader ----

struct cache {
    trio_time begin;
    bool present;
    int pins;
    bool fixed;
};

static trio_time after_ms(trio_time begin, int64_t ms)
{
    return trio_time_add(begin, ms * TRIO_MS);
}

static void evict(struct cache *cache)
{
    trio_touch(cache, TRIO_ACCESS_WRITE);
    if (cache->pins == 0)
        cache->present = false;
}

static TRIO_CHECKPOINT trio_status read_entry(void *arg)
{
    struct cache *cache = arg;
    trio_time expires = after_ms(cache->begin, 10);

    bugs_start();
    trio_status rc = trio_sleep_until(after_ms(cache->begin, 9));
    trio_touch(cache, TRIO_ACCESS_READ);
    if (rc != TRIO_OK || trio_now() >= expires)
        return rc;
    cache->pins += cache->fixed;
    rc = trio_checkpoint(); // finds out where it is
    trio_touch(cache, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(cache->present, "an entry that is used is there");
    cache->pins -= cache->fixed;
    if (trio_now() >= expires)
        evict(cache);
    return rc;
}

static TRIO_CHECKPOINT trio_status evict_entry(void *arg)
{
    struct cache *cache = arg;

    bugs_start();
    trio_status rc = trio_sleep_until(after_ms(cache->begin, 10));
    if (rc == TRIO_OK)
        evict(cache);
    return rc;
}

static TRIO_CHECKPOINT trio_status use_cache(bool fixed)
{
    struct cache cache = {.begin = trio_now(), .present = true, .fixed = fixed};

    return bugs_run((struct bugs_tasks[]){
        {.name = "reader", .fn = read_entry, .arg = &cache},
        {.name = "evictor", .fn = evict_entry, .arg = &cache},
        {.name = NULL},
    });
}

TRIO_SCENARIO(event_evicted_entry,
              .witness = "main reader evictor clock reader clock evictor")
{
    (void)arg;
    return use_cache(false);
}

TRIO_SCENARIO(event_evicted_entry_fixed)
{
    (void)arg;
    return use_cache(true);
}

// ---- A lease that is revoked as it is renewed ----

struct lease {
    trio_time expires;
    bool held;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status hold_lease(void *arg)
{
    struct lease *lease = arg;

    bugs_start();
    trio_status rc = trio_sleep(9 * TRIO_MS);
    trio_touch(lease, TRIO_ACCESS_WRITE);
    if (rc == TRIO_OK && lease->held)
        lease->expires = trio_time_add(trio_now(), 10 * TRIO_MS);
    return rc;
}

static TRIO_CHECKPOINT trio_status keep_lease(void *arg)
{
    struct lease *lease = arg;
    trio_status rc = TRIO_OK;

    bugs_start();
    for (;;) {
        while (rc == TRIO_OK && trio_now() < lease->expires)
            rc = trio_sleep_until(lease->expires);
        if (rc == TRIO_OK)
            rc = trio_checkpoint(); // writes down that it has expired
        if (rc != TRIO_OK)
            return rc;
        trio_touch(lease, TRIO_ACCESS_WRITE);
        if (!lease->fixed || trio_now() >= lease->expires)
            break;
    }
    TRIO_SIM_ALWAYS(trio_now() >= lease->expires,
                    "what is revoked has expired");
    lease->held = false;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status use_lease(bool fixed)
{
    struct lease lease = {trio_time_add(trio_now(), 10 * TRIO_MS), true, fixed};

    return bugs_run((struct bugs_tasks[]){
        {.name = "holder", .fn = hold_lease, .arg = &lease},
        {.name = "keeper", .fn = keep_lease, .arg = &lease},
        {.name = NULL},
    });
}

TRIO_SCENARIO(event_revoked_lease,
              .witness = "main holder keeper clock*2 keeper holder keeper")
{
    (void)arg;
    return use_lease(false);
}

TRIO_SCENARIO(event_revoked_lease_fixed)
{
    (void)arg;
    return use_lease(true);
}

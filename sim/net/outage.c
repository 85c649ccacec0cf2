// Links that are cut or held, and go on again: when somebody says so, or by
// themselves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

// How long an outage lasts that is over by itself: one of so many seconds,
// which one depends on where it begins.
enum { SECONDS_MAX = 30 };

trio_duration trio_sim_outage_(uint64_t path)
{
    return (1 + (trio_duration)((path >> 32) % SECONDS_MAX)) * TRIO_SECOND;
}

static struct link *reverse_of(const struct link *link)
{
    return trio_sim_link_(link->network, link->to, link->from);
}

static void mend(struct link *link)
{
    if (link == NULL)
        return;
    link->parted = false;
    trio_sim_link_go_on_(link);
}

static void is_over(struct alarm *alarm)
{
    struct link *link =
        (struct link *)((char *)alarm - offsetof(struct link, alarm));

    mend(link);
    mend(reverse_of(link));
}

void trio_sim_link_part_(struct link *link)
{
    struct link *reverse = reverse_of(link);
    uint64_t path = trio_sim_link_path_(&link->job) ^ link->sent;

    link->parted = true;
    if (reverse != NULL)
        reverse->parted = true;
    trio_sim_alarm_set_(
        link->network, &link->alarm,
        trio_time_add(trio_sim_network_now_(link->network->world),
                      trio_sim_outage_(path)),
        is_over, "the partition is over", path * 3);
}

void trio_sim_link_mend_(struct link *link)
{
    trio_sim_alarm_clear_(&link->alarm);
    link->cut = false;
    mend(link);
}

// ---- Standing still ----

void trio_sim_link_hold_(struct link *link)
{
    trio_sim_alarm_clear_(&link->unclog);
    link->stopped = true;
    trio_sim_link_withdraw_(link);
}

void trio_sim_link_release_(struct link *link)
{
    trio_sim_alarm_clear_(&link->unclog);
    link->stopped = false;
    trio_sim_link_announce_(link);
}

static void is_clear(struct alarm *alarm)
{
    trio_sim_link_release_(
        (struct link *)((char *)alarm - offsetof(struct link, unclog)));
}

void trio_sim_link_clog_(struct link *link, trio_duration duration)
{
    trio_time now = trio_sim_network_now_(link->network->world);

    trio_sim_link_hold_(link);
    trio_sim_alarm_set_(
        link->network, &link->unclog, trio_time_add(now, duration), is_clear,
        "a link is clear again", trio_sim_link_path_(&link->job) ^ link->sent);
}

// ---- All links ----

void trio_sim_links_heal_(struct network *network)
{
    trio_sim_swizzle_end_(network);
    for (struct link *link = network->links; link != NULL; link = link->all) {
        trio_sim_link_mend_(link);
        trio_sim_link_release_(link);
    }
}

// Some of the hosts fall silent one after the other, and speak again in another
// order. What they send, and what is sent to them, only waits. Each has its own
// two moments, so that there is no order to keep: nothing but alarms.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/random.h>
#include <trio/time.h>

#include "sim/internal.h"
#include "sim/net/net.h"

static struct trio_sim_host *host_of(struct alarm *alarm)
{
    return (struct trio_sim_host *)((char *)alarm -
                                    offsetof(struct trio_sim_host, silence));
}

// Does something to all links of a host, but that to itself.
static void with_links(struct network *network,
                       const struct trio_sim_host *host,
                       void (*fn)(struct link *link))
{
    for (struct link *link = network->links; link != NULL; link = link->all)
        if (link->from != link->to && (link->from == host || link->to == host))
            fn(link);
}

static void speak(struct alarm *alarm)
{
    struct trio_sim_host *host = host_of(alarm);

    host->silent = false;
    with_links(alarm->network, host, trio_sim_link_announce_);
}

static void fall_silent(struct alarm *alarm)
{
    struct trio_sim_host *host = host_of(alarm);

    host->silent = true;
    with_links(alarm->network, host, trio_sim_link_withdraw_);
    trio_sim_alarm_set_(alarm->network, alarm, host->silent_until, speak,
                        "a host speaks again", trio_sim_host_path_(host) * 5);
}

// Returns a time from `begin` on, and before `begin` + `length`.
static trio_time draw(uint64_t *state, trio_time begin, trio_duration length)
{
    return trio_time_add(
        begin, length / 1000 * (trio_duration)trio_sim_below_(state, 1000));
}

void trio_sim_swizzle_(struct network *network,
                       const struct trio_sim_host *first, uint64_t choices,
                       trio_duration duration)
{
    trio_time now = trio_sim_network_now_(network->world);
    trio_duration half = duration / 2;

    for (struct trio_sim_host *host = &network->home; host != NULL;
         host = host->next) {
        bool chosen = trio_sim_below_(&choices, 2) == 0 || host == first;
        trio_time falls = draw(&choices, now, half);
        trio_time speaks = draw(&choices, trio_time_add(now, half), half);
        if (!chosen || host->silent || host->silence.set)
            continue;
        host->silent_until = speaks;
        trio_sim_alarm_set_(network, &host->silence, falls, fall_silent,
                            "a host falls silent",
                            trio_sim_host_path_(host) * 7);
    }
}

void trio_sim_swizzle_end_(struct network *network)
{
    for (struct trio_sim_host *host = &network->home; host != NULL;
         host = host->next) {
        trio_sim_alarm_clear_(&host->silence);
        host->silent = false;
    }
}

// ---- What a scenario says ----

static struct trio_sim_host *draw_host(struct network *network)
{
    uint64_t left = trio_random_u64() % network->host_count;
    struct trio_sim_host *host = &network->home;

    while (left-- > 0)
        host = host->next;
    return host;
}

void trio_sim_swizzle(trio_duration duration)
{
    struct network *network =
        trio_sim_network_of_("a swizzle needs a simulated run");

    if (network != NULL)
        trio_sim_swizzle_(network, draw_host(network), trio_random_u64(),
                          duration);
}

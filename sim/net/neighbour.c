// An address of the hosts' network that nobody has. Whoever sends there has to
// ask first whose it is, and learns after three questions, a second each, that
// nobody answers.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

#define PATIENCE (3 * TRIO_SECOND)

static void nobody_answers(struct alarm *alarm)
{
    struct endpoint *endpoint =
        (struct endpoint *)((char *)alarm - offsetof(struct endpoint, alarm));

    if (endpoint->kind == KIND_STREAM) {
        trio_sim_connect_failed_(alarm->network, endpoint, TRIO_EUNREACHABLE);
        return;
    }
    endpoint->failure = TRIO_EUNREACHABLE;
    trio_sim_changed_(alarm->network, endpoint);
}

void trio_sim_neighbour_ask_(struct network *network, struct endpoint *endpoint)
{
    trio_time now = trio_sim_network_now_(network->world);

    if (!endpoint->alarm.set)
        trio_sim_alarm_set_(network, &endpoint->alarm,
                            trio_time_add(now, PATIENCE), nobody_answers,
                            "nobody has the address", endpoint->local.port);
}

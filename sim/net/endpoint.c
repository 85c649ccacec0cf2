// What a handle is for lives as long as somebody holds it: handles, and
// messages on their way. Of a connection each end stays until both are dead.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

struct endpoint *trio_sim_endpoint_new_(struct network *network,
                                        struct trio_sim_host *host,
                                        enum endpoint_kind kind,
                                        enum trio_address_family family)
{
    struct endpoint *endpoint =
        trio_sim_pool_take_(&network->pool, sizeof(*endpoint));

    if (endpoint == NULL)
        return NULL;
    memset(endpoint, 0, sizeof(*endpoint));
    endpoint->kind = kind;
    endpoint->family = family;
    endpoint->host = host;
    endpoint->local.family = endpoint->peer.family = family;
    endpoint->next = network->endpoints;
    if (endpoint->next != NULL)
        endpoint->next->previous = endpoint;
    network->endpoints = endpoint;
    trio_sim_option_begin_(endpoint);
    return endpoint;
}

void trio_sim_endpoint_free_(struct network *network, struct endpoint *endpoint)
{
    trio_sim_forget_news_(network, endpoint);
    trio_sim_alarm_clear_(&endpoint->alarm);
    trio_sim_lane_free_(network, endpoint);
    trio_sim_port_leave_(network, endpoint);
    trio_sim_path_leave_(network, endpoint);
    trio_sim_queue_clear_(network, &endpoint->received);
    trio_sim_queue_clear_(network, &endpoint->unsent);
    if (endpoint->groups != NULL)
        trio_sim_pool_give_(&network->pool, endpoint->groups,
                            GROUPS_MAX * sizeof(*endpoint->groups));
    if (endpoint->previous == NULL)
        network->endpoints = endpoint->next;
    else
        endpoint->previous->next = endpoint->next;
    if (endpoint->next != NULL)
        endpoint->next->previous = endpoint->previous;
    trio_sim_pool_give_(&network->pool, endpoint, sizeof(*endpoint));
}

static bool can_go(const struct endpoint *endpoint)
{
    return endpoint->dead && endpoint->flights == 0;
}

void trio_sim_endpoint_retire_(struct network *network,
                               struct endpoint *endpoint)
{
    struct endpoint *other =
        endpoint->kind == KIND_DATAGRAM ? NULL : endpoint->other;

    if (!can_go(endpoint) || (other != NULL && !can_go(other)))
        return;
    if (other != NULL)
        trio_sim_endpoint_free_(network, other);
    trio_sim_endpoint_free_(network, endpoint);
}

void trio_sim_endpoint_drop_(struct network *network, struct endpoint *endpoint)
{
    TRIO_ASSERT(endpoint->holders > 0);
    if (--endpoint->holders > 0 || endpoint->lost)
        return;
    if (endpoint->kind == KIND_DATAGRAM)
        trio_sim_datagram_end_(network, endpoint);
    else
        trio_sim_stream_end_(network, endpoint);
}

trio_status trio_sim_take_failure_(struct endpoint *endpoint)
{
    trio_status rc = endpoint->failure;

    endpoint->failure = TRIO_OK;
    return rc;
}

// ---- Lines ----

void trio_sim_line_add_(struct line *line, struct endpoint *endpoint)
{
    endpoint->line_next = NULL;
    if (line->last == NULL)
        line->first = endpoint;
    else
        line->last->line_next = endpoint;
    line->last = endpoint;
    line->count++;
}

struct endpoint *trio_sim_line_take_(struct line *line)
{
    struct endpoint *endpoint = line->first;

    if (endpoint == NULL)
        return NULL;
    line->first = endpoint->line_next;
    if (line->first == NULL)
        line->last = NULL;
    line->count--;
    return endpoint;
}

void trio_sim_line_leave_(struct line *line, struct endpoint *endpoint)
{
    struct line rest = {NULL, NULL, 0};
    struct endpoint *other;

    while ((other = trio_sim_line_take_(line)) != NULL)
        if (other != endpoint)
            trio_sim_line_add_(&rest, other);
    *line = rest;
}

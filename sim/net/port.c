// The ports of a host, of both families and both kinds of sockets. A port is
// given out again when nobody has it; one whose connection was ended from here
// lingers for a minute, as TIME_WAIT does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

#define LINGER (60 * TRIO_SECOND)

// ---- Who has a port ----

static bool is_dual(const struct endpoint *endpoint,
                    const struct trio_address *address)
{
    return address->family == TRIO_ADDRESS_IPV6 &&
           trio_sim_ip_is_any_(address) &&
           endpoint->options[TRIO_SOCKET_V6_ONLY] == 0;
}

// Whether two bindings have an address in common.
static bool overlap(const struct binding *one, const struct binding *other)
{
    const struct trio_address *a = &one->address, *b = &other->address;

    if (a->family != b->family)
        return one->dual || other->dual;
    return trio_sim_ip_is_any_(a) || trio_sim_ip_is_any_(b) ||
           trio_sim_ip_same_(a, b);
}

static bool may_share(const struct binding *one, const struct binding *other)
{
    const struct endpoint *a = one->owner, *b = other->owner;

    if (b != NULL && a->options[TRIO_SOCKET_REUSE_PORT] != 0 &&
        b->options[TRIO_SOCKET_REUSE_PORT] != 0)
        return true;
    bool listens = b != NULL && b->state == STATE_LISTENING;
    bool reuses = b != NULL ? b->options[TRIO_SOCKET_REUSE_ADDRESS] != 0
                            : other->reuse_address;
    return a->options[TRIO_SOCKET_REUSE_ADDRESS] != 0 && reuses && !listens;
}

// Frees what has lingered long enough.
static void sweep(struct network *network, struct binding **link)
{
    trio_time now = trio_sim_network_now_(network->world);

    while (*link != NULL) {
        struct binding *binding = *link;
        if (binding->owner != NULL || binding->until > now) {
            link = &binding->next;
            continue;
        }
        *link = binding->next;
        trio_sim_pool_give_(&network->pool, binding, sizeof(*binding));
    }
}

static bool collides(const struct binding *list, const struct binding *wanted,
                     bool alone)
{
    for (; list != NULL; list = list->next)
        if (list->address.port == wanted->address.port &&
            list->kind == wanted->kind && list != wanted &&
            overlap(list, wanted) && (alone || !may_share(wanted, list)))
            return true;
    return false;
}

// Whether a port is somebody else's; `alone`: also if it could be shared.
static bool is_taken(struct network *network, struct trio_sim_host *host,
                     const struct binding *wanted, bool alone)
{
    struct port_bucket *bucket =
        trio_sim_port_bucket_(host, wanted->address.port);

    sweep(network, &bucket->connected);
    return collides(bucket->bound, wanted, alone) ||
           collides(bucket->connected, wanted, alone);
}

// ---- Binding ----

static bool find_free(struct network *network, struct trio_sim_host *host,
                      struct binding *binding)
{
    for (uint32_t i = 0; i < host->port_count; i++) {
        host->next_port %= host->port_count;
        binding->address.port = (uint16_t)(PORT_FIRST + host->next_port++);
        if (!is_taken(network, host, binding, true))
            return true;
    }
    return false;
}

static struct binding *make(struct network *network, struct endpoint *endpoint,
                            const struct trio_address *address)
{
    struct binding *binding =
        trio_sim_pool_take_(&network->pool, sizeof(*binding));

    if (binding != NULL)
        *binding = (struct binding){.owner = endpoint,
                                    .kind = endpoint->kind,
                                    .address = trio_sim_ip_plain_(*address),
                                    .dual = is_dual(endpoint, address)};
    return binding;
}

static void enter(struct endpoint *endpoint, struct binding *binding,
                  bool connected)
{
    struct port_bucket *bucket =
        trio_sim_port_bucket_(endpoint->host, binding->address.port);
    struct binding **list = connected ? &bucket->connected : &bucket->bound;

    binding->next = *list;
    *list = binding;
    endpoint->binding = binding;
    endpoint->local.port = binding->address.port;
}

static trio_status bind(struct network *network, struct endpoint *endpoint,
                        const struct trio_address *address, bool any)
{
    struct trio_sim_host *host = endpoint->host;
    struct binding *binding = make(network, endpoint, address);

    if (binding == NULL)
        return TRIO_ENOMEM;
    if (any ? find_free(network, host, binding)
            : !is_taken(network, host, binding, false)) {
        endpoint->local = *address;
        endpoint->lent = any;
        enter(endpoint, binding, false);
        return TRIO_OK;
    }
    trio_sim_pool_give_(&network->pool, binding, sizeof(*binding));
    return TRIO_EADDRINUSE;
}

trio_status trio_sim_port_bind_(struct network *network,
                                struct endpoint *endpoint,
                                const struct trio_address *address)
{
    return bind(network, endpoint, address, address->port == 0);
}

trio_status trio_sim_port_bind_any_(struct network *network,
                                    struct endpoint *endpoint,
                                    struct trio_address address)
{
    return bind(network, endpoint, &address, true);
}

trio_status trio_sim_port_share_(struct network *network,
                                 struct endpoint *endpoint)
{
    struct binding *binding = make(network, endpoint, &endpoint->local);

    if (binding == NULL)
        return TRIO_ENOMEM;
    enter(endpoint, binding, true);
    return TRIO_OK;
}

static bool take_out(struct binding **link, const struct binding *binding)
{
    while (*link != NULL && *link != binding)
        link = &(*link)->next;
    if (*link == NULL)
        return false;
    *link = binding->next;
    return true;
}

void trio_sim_port_leave_(struct network *network, struct endpoint *endpoint)
{
    struct binding *binding = endpoint->binding;

    if (binding == NULL)
        return;
    struct port_bucket *bucket =
        trio_sim_port_bucket_(endpoint->host, binding->address.port);
    if (!take_out(&bucket->bound, binding))
        take_out(&bucket->connected, binding);
    endpoint->binding = NULL;
    if (!endpoint->first || endpoint->broken) {
        trio_sim_pool_give_(&network->pool, binding, sizeof(*binding));
        return;
    }
    binding->owner = NULL;
    binding->reuse_address = endpoint->options[TRIO_SOCKET_REUSE_ADDRESS] != 0;
    binding->until =
        trio_time_add(trio_sim_network_now_(network->world), LINGER);
    binding->next = bucket->connected;
    bucket->connected = binding;
}

void trio_sim_ports_forget_(struct network *network, struct trio_sim_host *host)
{
    for (size_t i = 0; i < PORT_BUCKETS; i++) {
        struct binding **list = &host->ports[i].connected;
        while (*list != NULL) {
            struct binding *binding = *list;
            *list = binding->next;
            trio_sim_pool_give_(&network->pool, binding, sizeof(*binding));
        }
    }
}

bool trio_sim_port_may_listen_(const struct endpoint *endpoint)
{
    const struct binding *wanted = endpoint->binding;
    const struct binding *other =
        trio_sim_port_bucket_(endpoint->host, wanted->address.port)->bound;

    for (; other != NULL; other = other->next)
        if (other != wanted && other->kind == KIND_STREAM &&
            other->address.port == wanted->address.port &&
            other->owner->state == STATE_LISTENING && overlap(other, wanted) &&
            !may_share(wanted, other))
            return false;
    return true;
}

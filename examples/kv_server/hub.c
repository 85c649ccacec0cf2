// A subscription is in two lists: that of its channel and that of its
// subscriber. A channel exists exactly while it has a subscription.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/hub.h"

#include <trio/random.h>

struct kv_subscription {
    struct kv_subscriber *subscriber;
    struct kv_channel *channel;
    struct kv_subscription *next_of_channel;
    struct kv_subscription *next_of_subscriber;
};

struct kv_channel {
    struct kv_channel *next; // In its bucket.
    struct kv_subscription *first;
    size_t length;
    char name[];
};

void kv_hub_init(struct kv_hub *ret_hub)
{
    *ret_hub = (struct kv_hub){.memory = trio_run_memory()};
    ret_hub->seed[0] = trio_random_u64();
    ret_hub->seed[1] = trio_random_u64();
}

static struct kv_bytes name_of(const struct kv_channel *channel)
{
    return (struct kv_bytes){channel->name, channel->length};
}

// Returns the link that holds the channel, or one that holds NULL.
static struct kv_channel **find_channel(struct kv_hub *hub,
                                        struct kv_bytes name)
{
    uint64_t hash = kv_bytes_hash(name, hub->seed);
    struct kv_channel **link = &hub->buckets[hash % KV_HUB_BUCKETS];

    while (*link != NULL && !kv_bytes_equal(name_of(*link), name))
        link = &(*link)->next;
    return link;
}

// Returns the link in the subscriber's list that holds the subscription, or one
// that holds NULL.
static struct kv_subscription **
find_subscription(struct kv_subscriber *subscriber,
                  const struct kv_channel *channel)
{
    struct kv_subscription **link = &subscriber->first;

    while (*link != NULL && (*link)->channel != channel)
        link = &(*link)->next_of_subscriber;
    return link;
}

static struct kv_channel *add_channel(struct kv_hub *hub, struct kv_bytes name,
                                      struct kv_channel **link)
{
    struct kv_channel *channel = hub->memory->allocate(
        hub->memory->context, sizeof(*channel) + name.length);

    if (channel == NULL)
        return NULL;
    *channel = (struct kv_channel){.length = name.length};
    memcpy(channel->name, name.data, name.length);
    *link = channel;
    return channel;
}

static void remove_channel_if_empty(struct kv_hub *hub,
                                    struct kv_channel **link)
{
    struct kv_channel *channel = *link;

    if (channel->first != NULL)
        return;
    *link = channel->next;
    hub->memory->release(hub->memory->context, channel,
                         sizeof(*channel) + channel->length);
}

trio_status kv_hub_subscribe(struct kv_hub *hub,
                             struct kv_subscriber *subscriber,
                             struct kv_bytes name)
{
    struct kv_channel **link = find_channel(hub, name);
    struct kv_channel *channel = *link;
    struct kv_subscription *subscription;

    if (channel != NULL && *find_subscription(subscriber, channel) != NULL)
        return TRIO_EEXIST;
    if (channel == NULL)
        channel = add_channel(hub, name, link);
    if (channel == NULL)
        return TRIO_ENOMEM;
    subscription =
        hub->memory->allocate(hub->memory->context, sizeof(*subscription));
    if (subscription == NULL) {
        remove_channel_if_empty(hub, link);
        return TRIO_ENOMEM;
    }
    *subscription = (struct kv_subscription){subscriber, channel,
                                             channel->first, subscriber->first};
    channel->first = subscription;
    subscriber->first = subscription;
    subscriber->count++;
    return TRIO_OK;
}

bool kv_hub_unsubscribe(struct kv_hub *hub, struct kv_subscriber *subscriber,
                        struct kv_bytes name)
{
    struct kv_channel **link = find_channel(hub, name);
    struct kv_subscription **place, **other;

    if (*link == NULL)
        return false;
    place = find_subscription(subscriber, *link);
    if (*place == NULL)
        return false;
    struct kv_subscription *subscription = *place;
    other = &(*link)->first;
    while (*other != subscription)
        other = &(*other)->next_of_channel;
    *other = subscription->next_of_channel;
    *place = subscription->next_of_subscriber;
    subscriber->count--;
    hub->memory->release(hub->memory->context, subscription,
                         sizeof(*subscription));
    remove_channel_if_empty(hub, link);
    return true;
}

struct kv_bytes kv_hub_newest(const struct kv_subscriber *subscriber)
{
    return name_of(subscriber->first->channel);
}

size_t kv_hub_publish(struct kv_hub *hub, struct kv_bytes name,
                      struct kv_bytes message)
{
    const struct kv_channel *channel = *find_channel(hub, name);
    size_t count = 0;

    if (channel == NULL)
        return 0;
    struct kv_subscription *subscription = channel->first;
    for (; subscription != NULL; subscription = subscription->next_of_channel) {
        subscription->subscriber->deliver(subscription->subscriber, name,
                                          message);
        count++;
    }
    return count;
}

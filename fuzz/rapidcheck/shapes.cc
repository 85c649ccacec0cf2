// Trees and networks. Both are lists of numbers that mean something only where
// they stand, so that any of them can be left out.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <algorithm>
#include <cstring>

#include <trio/run.h>

namespace trio_rc
{

static constexpr int64_t latency_max_ms = 200;

// Any node or host, once it is known how many there are.
static constexpr int64_t any_max = INT16_MAX;

static size_t node_of(const Value &value, size_t count)
{
    return static_cast<size_t>(number_of(value)) % count;
}

static Value join_tree(const std::vector<Value> &values)
{
    Value tree{bytes_of(0), "1 node"};

    if (!values.empty())
        tree.words = std::to_string(values.size() + 1) + " nodes";
    for (size_t i = 1; i <= values.size(); i++) {
        size_t parent = node_of(values[i - 1], i);
        tree.bytes += bytes_of(static_cast<int64_t>(parent));
        tree.words += (i == 1 ? ": " : ", ") + std::to_string(i) + " under " +
                      std::to_string(parent);
    }
    return tree;
}

// One link as it was drawn.
struct Link {
    uint16_t from;
    uint16_t to;
    uint16_t latency_ms;
};

static void draw_link(trio_rc_source *source, void *item)
{
    Link link;

    link.from = static_cast<uint16_t>(trio_rc_int(source, "from", 0, any_max));
    link.to = static_cast<uint16_t>(trio_rc_int(source, "to", 0, any_max));
    link.latency_ms =
        static_cast<uint16_t>(trio_rc_int(source, "ms", 0, latency_max_ms));
    memcpy(item, &link, sizeof(link));
}

static void add_link(struct trio_rc_network *network, size_t from, size_t to,
                     uint16_t latency_ms, std::string *words)
{
    auto *link = &network->links[network->link_count++];

    link->from = from;
    link->to = to;
    link->latency = latency_ms * TRIO_MS;
    *words += (network->link_count == 1 ? ": " : ", ") + std::to_string(from) +
              "-" + std::to_string(to) + " " + std::to_string(latency_ms) +
              " ms";
}

// Each host but the first is linked to one before it; what is left over goes
// anywhere.
static Value join_network(const std::vector<Value> &values, size_t hosts_max)
{
    struct trio_rc_network network;
    std::string words;

    memset(&network, 0, sizeof(network));
    network.host_count = std::min(values.size() + 1, hosts_max);
    for (size_t i = 0; i < values.size(); i++) {
        Link link;
        memcpy(&link, values[i].bytes.data(), sizeof(link));
        size_t to =
            i + 1 < network.host_count ? i + 1 : link.to % network.host_count;
        size_t others = i + 1 < network.host_count ? to : network.host_count;
        add_link(&network, link.from % others, to, link.latency_ms, &words);
    }
    return Value{
        std::string(reinterpret_cast<const char *>(&network), sizeof(network)),
        std::to_string(network.host_count) +
            (network.host_count == 1 ? " host" : " hosts") + words};
}

} // namespace trio_rc

using namespace trio_rc;

size_t trio_rc_tree(struct trio_rc_source *source, const char *name, size_t max,
                    size_t *ret_parents)
{
    check_outside(source);
    if (max == 0)
        trio_misuse("a tree has one node or more", source);
    Draw draw = draw_list(draw_number(0, any_max), max - 1, join_tree);
    Value value =
        source->pick(name, kind_of("tree", max), draw, sizeof(int64_t));
    size_t count = value.bytes.size() / sizeof(int64_t);
    for (size_t i = 0; i < count; i++) {
        int64_t parent;
        memcpy(&parent, &value.bytes[i * sizeof(parent)], sizeof(parent));
        ret_parents[i] = static_cast<size_t>(parent);
    }
    return count;
}

void trio_rc_topology(struct trio_rc_source *source, const char *name,
                      size_t hosts_max, size_t links_max,
                      struct trio_rc_network *ret_network)
{
    check_outside(source);
    if (hosts_max == 0 || links_max > TRIO_RC_LINKS_MAX)
        trio_misuse("a network has a host, and no more links than fit", source);
    Draw link = draw_by(source->check, sizeof(Link), draw_link);
    Draw draw =
        draw_list(link, links_max, [=](const std::vector<Value> &values) {
            return join_network(values, hosts_max);
        });
    Value value = source->pick(name, kind_of("network", hosts_max, links_max),
                               draw, sizeof(*ret_network));
    memcpy(ret_network, value.bytes.data(), sizeof(*ret_network));
    if (ret_network->host_count == 0)
        ret_network->host_count = 1; // It could not be drawn.
}

// What links and packets are called, in tokens and in words.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

static uint64_t hash_name(uint64_t hash, const char *name)
{
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash * UINT64_C(0x9e3779b97f4a7c15);
}

uint64_t trio_sim_host_path_(const struct trio_sim_host *host)
{
    return hash_name(1, host->name);
}

uint64_t trio_sim_link_path_(const struct trio_sim_job *job)
{
    return ((const struct link *)job)->path; // Its first member.
}

uint64_t trio_sim_link_path_of_(const struct trio_sim_host *from,
                                const struct trio_sim_host *to)
{
    return hash_name(trio_sim_host_path_(from), to->name);
}

void trio_sim_link_names_(const struct trio_sim_job *job, const char **ret_from,
                          const char **ret_to)
{
    const struct link *link = (const struct link *)job; // Its first member.

    *ret_from = link->from->name;
    *ret_to = link->to->name;
}

uint64_t trio_sim_link_head_(const struct trio_sim_job *job)
{
    return ((const struct link *)job)->first->number;
}

uint64_t trio_sim_link_newest_(const struct trio_sim_job *job)
{
    return ((const struct link *)job)->sent;
}

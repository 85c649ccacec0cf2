// Misuse of names.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/resolve.h>

#include "tests/misuse/misuse.h"

static TRIO_CHECKPOINT trio_status
find_too_many(void *context, const char *host, enum trio_address_family family,
              struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    (void)context;
    (void)host;
    (void)family;
    (void)ret_addresses;
    *ret_count = max + 1;
    return trio_checkpoint();
}

// misuse: a resolver found more addresses than there was room for
INSIDE(finding_more_addresses_than_there_is_room_for)
{
    static struct trio_resolver resolver = {.resolve = find_too_many};
    struct trio_address address;
    size_t count;

    trio_resolver_set(&resolver);
    return trio_resolve("host.example", 80, NULL, &address, 1, &count);
}

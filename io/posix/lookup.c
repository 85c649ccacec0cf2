// The system knows more sources of names than DNS, and sorts what it finds; so
// it is asked, in a thread, since it may take its time. Where it cannot read a
// source, for want of descriptors or memory, it may say that there is no such
// name; errno tells the one from the other, if it is clear before the call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "io/posix/os_status.h"
#include "io/posix/sockaddr.h"

static const struct {
    int code;
    trio_status status;
} table[] = {
    {0, TRIO_OK},
    {EAI_NONAME, TRIO_ENOENT},
    {EAI_NODATA, TRIO_ENOENT},
    {EAI_ADDRFAMILY, TRIO_ENOENT},
    {EAI_AGAIN, TRIO_EUNREACHABLE},
    {EAI_FAIL, TRIO_EIO},
    {EAI_FAMILY, TRIO_ENOTSUP},
    {EAI_MEMORY, TRIO_ENOMEM},
    {EAI_OVERFLOW, TRIO_EMSGSIZE},
};

static trio_status status_of(int code)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].code == code)
            return table[i].status;
    return TRIO_EOS;
}

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM ||
           error == ENOBUFS;
}

// `error` is errno after the call.
static void finish(struct trio_lookup *lookup, int code, int error)
{
    if (code == EAI_SYSTEM || (code != 0 && is_shortage(error))) {
        lookup->status = trio_status_of_errno_(error);
        lookup->os_error = error;
        return;
    }
    lookup->status = status_of(code);
    if (code != 0)
        snprintf(lookup->reason, sizeof(lookup->reason), "%s",
                 gai_strerror(code));
}

static void keep(struct trio_lookup *lookup, const struct addrinfo *found)
{
    struct sockaddr_storage name = {0};

    lookup->count = 0;
    for (; found != NULL && lookup->count < TRIO_RESOLVE_MAX;
         found = found->ai_next) {
        if (found->ai_addrlen > sizeof(name))
            continue;
        memcpy(&name, found->ai_addr, found->ai_addrlen);
        struct trio_address address =
            trio_sockaddr_to_(&name, found->ai_addrlen);
        if (address.family != 0)
            lookup->addresses[lookup->count++] = address;
    }
}

void trio_lookup_addresses_(struct trio_lookup *lookup)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_family = AF_UNSPEC};
    struct addrinfo *found = NULL;

    if (lookup->family != 0)
        hints.ai_family = trio_sockaddr_family_(lookup->family);
    errno = 0;
    int code = getaddrinfo(lookup->host, NULL, &hints, &found);
    finish(lookup, code, errno);
    if (code != 0)
        return;
    keep(lookup, found);
    freeaddrinfo(found);
    if (lookup->count == 0)
        lookup->status = TRIO_ENOENT;
}

void trio_lookup_name_(struct trio_lookup *lookup)
{
    struct sockaddr_storage name;
    socklen_t length = trio_sockaddr_from_(&lookup->addresses[0], &name);

    errno = 0;
    int code = getnameinfo((const struct sockaddr *)&name, length, lookup->host,
                           sizeof(lookup->host), NULL, 0, NI_NAMEREQD);
    finish(lookup, code, errno);
}

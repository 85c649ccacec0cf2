// The system knows more sources of names than DNS, and sorts what it finds; so
// it is asked, in a thread, since it may take its time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/lookup.h"

#include <stdio.h>
#include <string.h>

#include "io/windows/sockaddr.h"
#include "io/windows/status.h"
#include "io/windows/utf8.h"

static const struct {
    int code;
    trio_status status;
} table[] = {
    {0, TRIO_OK},
    {EAI_NONAME, TRIO_ENOENT},
    {WSANO_DATA, TRIO_ENOENT},
    {EAI_AGAIN, TRIO_EUNREACHABLE},
    {EAI_FAIL, TRIO_EIO},
    {EAI_FAMILY, TRIO_ENOTSUP},
    {EAI_MEMORY, TRIO_ENOMEM},
};

static trio_status status_of(int code)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].code == code)
            return table[i].status;
    return trio_status_of_windows_((unsigned long)code);
}

// The text that there is for the numbers is shared by all threads.
static void finish(struct trio_lookup *lookup, int code)
{
    lookup->status = status_of(code);
    lookup->os_error = code;
    if (code != 0)
        snprintf(lookup->reason, sizeof(lookup->reason), "error %d of Winsock",
                 code);
}

static void keep(struct trio_lookup *lookup, const ADDRINFOW *found)
{
    struct sockaddr_storage name = {0};

    lookup->count = 0;
    for (; found != NULL && lookup->count < TRIO_RESOLVE_MAX;
         found = found->ai_next) {
        if (found->ai_addrlen > sizeof(name))
            continue;
        memcpy(&name, found->ai_addr, found->ai_addrlen);
        struct trio_address address = trio_sockaddr_to_(&name);
        if (address.family != 0)
            lookup->addresses[lookup->count++] = address;
    }
}

void trio_lookup_addresses_(struct trio_lookup *lookup)
{
    ADDRINFOW hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    ADDRINFOW *found = NULL;
    wchar_t host[TRIO_HOST_SIZE];

    if (lookup->family != 0)
        hints.ai_family = trio_sockaddr_family_(lookup->family);
    int code = trio_utf8_to_wide_(lookup->host, host, TRIO_HOST_SIZE)
                   ? GetAddrInfoW(host, NULL, &hints, &found)
                   : EAI_NONAME;
    finish(lookup, code);
    if (code != 0)
        return;
    keep(lookup, found);
    FreeAddrInfoW(found);
    if (lookup->count == 0)
        lookup->status = TRIO_ENOENT;
}

void trio_lookup_name_(struct trio_lookup *lookup)
{
    struct sockaddr_storage name;
    int length = trio_sockaddr_from_(&lookup->addresses[0], &name);
    wchar_t host[TRIO_HOST_SIZE];
    int code = GetNameInfoW((const struct sockaddr *)&name, length, host,
                            TRIO_HOST_SIZE, NULL, 0, NI_NAMEREQD);

    if (code == 0 &&
        !trio_utf8_from_wide_(host, lookup->host, sizeof(lookup->host)))
        code = EAI_FAIL;
    finish(lookup, code);
}

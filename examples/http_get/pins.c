// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http_get/pins.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <trio/error.h>
#include <trio/task.h>

static TRIO_CHECKPOINT trio_status resolve(void *context, const char *host,
                                           enum trio_address_family family,
                                           struct trio_address *ret_addresses,
                                           size_t max, size_t *ret_count)
{
    const struct pins *pins = context;
    size_t count = 0;

    for (size_t i = 0; i < pins->count && count < max; i++)
        if (family == 0 || pins->addresses[i].family == family)
            ret_addresses[count++] = pins->addresses[i];
    *ret_count = count;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK && count == 0)
        rc = trio_fail(TRIO_ENOENT, "no address was given for %.40s", host);
    return rc;
}

// Reads an address without a port, an IPv6 one with or without brackets.
static bool take_address(struct pins *pins, const char *text)
{
    char whole[64];
    bool bare = text[0] != '[' && strchr(text, ':') != NULL;
    int length = snprintf(whole, sizeof(whole), bare ? "[%s]:0" : "%s:0", text);

    if (length >= (int)sizeof(whole) || pins->count == PINS_MAX)
        return false;
    trio_status rc = trio_address_parse(whole, &pins->addresses[pins->count]);
    pins->count += rc == TRIO_OK;
    return rc == TRIO_OK;
}

// Says whether a text is one, whomever it is for.
static bool take_pin(struct pins *pins, const struct http_url *url,
                     const char *text)
{
    char server[TRIO_HOST_SIZE + 8];
    const char *port = strchr(text, ':');
    const char *address = port != NULL ? strchr(port + 1, ':') : NULL;
    struct pins other = {.count = 0};

    if (address == NULL)
        return false;
    size_t length = (size_t)(address - text);
    snprintf(server, sizeof(server), "%s:%u", url->host, url->port);
    bool ours =
        strlen(server) == length && strncasecmp(server, text, length) == 0;
    return take_address(ours ? pins : &other, address + 1);
}

trio_status pins_set(struct pins *ret_pins, const struct http_url *url,
                     const char *const *texts, size_t count)
{
    *ret_pins = (struct pins){.resolver = {ret_pins, resolve, NULL}};
    for (size_t i = 0; i < count; i++)
        if (!take_pin(ret_pins, url, texts[i]))
            return trio_fail(TRIO_EINVAL, "not HOST:PORT:ADDRESS: %.40s",
                             texts[i]);
    if (ret_pins->count > 0)
        trio_resolver_set(&ret_pins->resolver);
    return TRIO_OK;
}

// What is an address already is nobody's question, and what cannot be a name is
// not asked.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/resolve.h>

#include <string.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/idna.h"
#include "io/net/address.h"
#include "io/net/finish.h"
#include "io/net/question.h"

enum {
    NAME_MAX_LENGTH = 253, // Without a dot at its end,
    LABEL_MAX_LENGTH = 63, // both as DNS has them.
    GIVEN_MAX = 1024       // Of a name that is not ASCII.
};

// ---- Names ----

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

static trio_status refuse(const char *label, size_t length, const char *reason)
{
    enum { SHOWN_MAX = 24 };
    bool is_long = length > SHOWN_MAX;

    return trio_fail(TRIO_EINVAL, "label \"%.*s%s\" of a host's name: %s",
                     (int)(is_long ? SHOWN_MAX : length), label,
                     is_long ? "..." : "", reason);
}

// The next label of a name that is ASCII; moves `*name` behind its dot.
static size_t next_label(const char **name)
{
    size_t length = strcspn(*name, ".");

    *name += length + ((*name)[length] == '.');
    return length;
}

static trio_status check_label(const char *label, size_t length)
{
    if (length == 0)
        return refuse(label, length, "it is empty");
    if (length > LABEL_MAX_LENGTH)
        return refuse(label, length, "longer than 63 bytes");
    for (size_t i = 0; i < length; i++)
        if (label[i] <= ' ' || label[i] == 0x7f)
            return refuse(label, i, "a character that no name has follows it");
    return TRIO_OK;
}

static trio_status check_ascii(const char *name)
{
    const char *rest = name;
    trio_status rc = TRIO_OK;

    if (*name == '\0')
        return refuse(name, 0, "it is empty");
    while (rc == TRIO_OK && *rest != '\0') {
        const char *label = rest;
        rc = check_label(label, next_label(&rest));
    }
    if (rc == TRIO_OK && strlen(name) - (rest[-1] == '.') > NAME_MAX_LENGTH)
        rc = trio_fail(TRIO_EINVAL, "a host's name is longer than 253 bytes");
    return rc;
}

// Finds the label for which all of the name was refused.
static trio_status refuse_label_of(const char *name, const char *reason)
{
    char label[GIVEN_MAX];
    char ascii[TRIO_HOST_SIZE];
    const char *rest = name;

    while (*rest != '\0') {
        const char *begin = rest;
        size_t length = next_label(&rest);
        memcpy(label, begin, length);
        label[length] = '\0';
        if (is_ascii(label))
            continue;
        trio_status rc =
            trio_idna_encode_(label, ascii, sizeof(ascii), &reason);
        if (rc == TRIO_EINVAL)
            return refuse(label, length, reason);
    }
    return trio_fail(TRIO_EINVAL, "a host's name: %s", reason);
}

static trio_status encode(const char *name, char *ret_ascii)
{
    const char *reason = "";

    if (strnlen(name, GIVEN_MAX) == GIVEN_MAX)
        return trio_fail(TRIO_EINVAL,
                         "host's name %.24s...: longer than it can be", name);
    trio_status rc =
        trio_idna_encode_(name, ret_ascii, TRIO_HOST_SIZE, &reason);
    if (rc == TRIO_EINVAL)
        return refuse_label_of(name, reason);
    if (rc != TRIO_OK)
        return trio_fail(rc, "encode a host's name: %.40s", name);
    return TRIO_OK;
}

trio_status trio_host_encode(const char *host, char *buffer, size_t size)
{
    char encoded[TRIO_HOST_SIZE];
    trio_status rc = TRIO_OK;

    if (!is_ascii(host)) {
        rc = encode(host, encoded);
        host = encoded;
    }
    if (rc == TRIO_OK)
        rc = check_ascii(host);
    if (rc != TRIO_OK)
        return rc;
    size_t length = strlen(host);
    if (length >= size)
        return trio_fail(TRIO_EMSGSIZE,
                         "encode a host's name of %zu bytes: room for %zu",
                         length, size);
    for (size_t i = 0; i <= length; i++)
        buffer[i] =
            host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] + 32) : host[i];
    return TRIO_OK;
}

// ---- To addresses ----

// Reads an address of the family, if it is one.
static bool read_address(const char *host, uint16_t port,
                         enum trio_address_family family,
                         struct trio_address *ret_address)
{
    char text[TRIO_HOST_SIZE + 4];
    size_t length = strlen(host);
    bool is_ipv6 = strchr(host, ':') != NULL;

    if (length >= TRIO_HOST_SIZE || host[0] == '[')
        return false;
    memcpy(text + is_ipv6, host, length);
    text[0] = is_ipv6 ? '[' : text[0];
    memcpy(text + is_ipv6 + length, is_ipv6 ? "]:0" : ":0", is_ipv6 ? 4 : 3);
    struct trio_address address;
    if (!trio_address_read_(text, &address) ||
        address.family == TRIO_ADDRESS_LOCAL || // The host "unix".
        (family != 0 && family != address.family))
        return false;
    address.port = port;
    *ret_address = address;
    return true;
}

// The record of an answer that is a failure.
static trio_status tell(const struct trio_lookup *lookup, const char *what)
{
    if (lookup->reason[0] == '\0')
        return trio_fail_os(lookup->status, lookup->os_error, "resolve %s",
                            what);
    return trio_fail_os(lookup->status, lookup->os_error, "resolve %s: %s",
                        what, lookup->reason);
}

static TRIO_CHECKPOINT trio_status ask(struct trio_lookup *lookup,
                                       bool backwards, const char *what)
{
    trio_status rc = trio_question_ask_(lookup, backwards);

    if (trio_is_failure(rc))
        return trio_fail(rc, "resolve %s", what);
    if (rc == TRIO_OK && lookup->status != TRIO_OK)
        return tell(lookup, what);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask_for_addresses(
    struct trio_lookup *lookup, uint16_t port,
    struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    char host[TRIO_HOST_SIZE];

    memcpy(host, lookup->host, sizeof(host));
    trio_status rc = ask(lookup, false, host);
    if (rc != TRIO_OK)
        return rc;
    size_t count = lookup->count < max ? lookup->count : max;
    for (size_t i = 0; i < count; i++) {
        ret_addresses[i] = lookup->addresses[i];
        ret_addresses[i].port = port;
    }
    *ret_count = count;
    return TRIO_OK;
}

trio_status trio_resolve(const char *host, uint16_t port,
                         const struct trio_resolve_options *options,
                         struct trio_address *ret_addresses, size_t max,
                         size_t *ret_count)
{
    struct trio_lookup lookup = {.family =
                                     options == NULL ? 0 : options->family};
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    if (max == 0)
        return trio_net_finish_(
            false,
            trio_fail(TRIO_EINVAL, "resolve %.40s to no addresses", host));
    if (read_address(host, port, lookup.family, ret_addresses)) {
        *ret_count = 1;
        return trio_net_finish_(false, TRIO_OK);
    }
    rc = trio_host_encode(host, lookup.host, sizeof(lookup.host));
    if (rc != TRIO_OK)
        return trio_net_finish_(false, rc);
    return ask_for_addresses(&lookup, port, ret_addresses, max, ret_count);
}

// ---- And back ----

trio_status trio_resolve_address(const struct trio_address *address,
                                 char *buffer, size_t size)
{
    struct trio_lookup lookup = {.addresses = {*address}, .count = 1};
    char text[TRIO_ADDRESS_TEXT_MAX];
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_address_format(address, text, sizeof(text));
    if (address->family != TRIO_ADDRESS_IPV4 &&
        address->family != TRIO_ADDRESS_IPV6)
        return trio_net_finish_(false,
                                trio_fail(TRIO_EINVAL, "resolve %s", text));
    lookup.addresses[0].port = 0;
    rc = ask(&lookup, true, text);
    if (rc != TRIO_OK)
        return rc;
    size_t length = strlen(lookup.host);
    if (length >= size)
        return trio_fail(TRIO_EMSGSIZE,
                         "resolve %s: a name of %zu bytes, room for %zu", text,
                         length, size);
    memcpy(buffer, lookup.host, length + 1);
    return TRIO_OK;
}

const struct trio_resolver *
trio_resolver_set(const struct trio_resolver *resolver)
{
    struct trio_names *names = trio_run_names();
    const struct trio_resolver *before = names->resolver;

    names->resolver = resolver;
    return before;
}

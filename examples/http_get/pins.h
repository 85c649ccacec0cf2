// Addresses that the user has given for a host: --resolve HOST:PORT:ADDRESS.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_GET_PINS_H
#define EXAMPLES_HTTP_GET_PINS_H

#include <trio/resolve.h>

#include "examples/http/url.h"

#define PINS_MAX 8

// A `pins` is a resolver that knows one host. The caller owns the storage.
struct pins {
    struct trio_resolver resolver; // Private.
    struct trio_address addresses[PINS_MAX];
    size_t count;
};

// Reads what belongs to the server of `url` out of `count` texts, and answers
// with that, if there is any, in place of the system from now on. In a task.
//
// Checkpoint: never.
// Returns: TRIO_OK      done.
//          TRIO_EINVAL  a text is not HOST:PORT:ADDRESS, or there are too many.
TRIO_MUST_USE trio_status pins_set(struct pins *ret_pins,
                                   const struct http_url *url,
                                   const char *const *texts, size_t count);

#endif // EXAMPLES_HTTP_GET_PINS_H

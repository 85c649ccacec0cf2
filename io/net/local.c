// A path is made an address, and the rest is the same as for any other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/local.h>

#include <trio/error.h>
#include <trio/task.h>

#include "io/net/connect.h"

static trio_status refuse(const char *path)
{
    return trio_fail(TRIO_EINVAL,
                     "not the path of a local socket, %d bytes: %s",
                     TRIO_ADDRESS_LOCAL_MAX, path);
}

trio_status trio_local_connect(const char *path,
                               struct trio_socket_stream *ret_stream)
{
    struct trio_address address;

    if (trio_address_from_path(path, &address) == TRIO_OK)
        return trio_connect_stream_(&address, ret_stream);
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? refuse(path) : rc;
}

trio_status trio_local_listen(const char *path,
                              const struct trio_listen_options *options,
                              struct trio_socket_listener *ret_listener)
{
    struct trio_address address;

    if (trio_address_from_path(path, &address) != TRIO_OK)
        return refuse(path);
    return trio_socket_listener_open(&address, options, ret_listener);
}

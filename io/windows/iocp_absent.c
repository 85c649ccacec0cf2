// What this world does not have, so that everybody learns it at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

static trio_status refuse(void *context)
{
    return trio_iocp_refuse_(context, TRIO_ENOTSUP, 0);
}

// Whoever sends a file reads it and sends that.
trio_status trio_iocp_send_file_(void *context, trio_handle handle,
                                 trio_handle file, uint64_t offset,
                                 uint64_t size, uint64_t *ret_length)
{
    (void)file;
    (void)offset;
    (void)size;
    (void)ret_length;
    if (trio_iocp_socket_(context, handle) == NULL)
        return TRIO_EBADHANDLE;
    return refuse(context);
}

// ---- Local sockets: no path names one ----

trio_status trio_iocp_pair_(void *context, enum trio_socket_type type,
                            trio_handle ret_handles[2])
{
    (void)type;
    (void)ret_handles;
    return refuse(context);
}

trio_status trio_iocp_path_id_(void *context,
                               const struct trio_address *address,
                               uint64_t *ret_id)
{
    (void)address;
    (void)ret_id;
    return trio_iocp_refuse_(context, TRIO_ENOENT, 0);
}

trio_status trio_iocp_remove_path_(void *context,
                                   const struct trio_address *address)
{
    (void)address;
    return trio_iocp_refuse_(context, TRIO_ENOENT, 0);
}

// What every kind of listener shares: that one that is all zeros is closed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/listener.h>

#include <trio/error.h>
#include <trio/task.h>

trio_status trio_listener_accept(struct trio_listener *listener, void *storage,
                                 struct trio_stream **ret_stream,
                                 struct trio_address *ret_peer)
{
    if (listener->operations != NULL)
        return listener->operations->accept(listener, storage, ret_stream,
                                            ret_peer);
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_fail_bare(TRIO_ECLOSED) : rc;
}

struct trio_address trio_listener_address(const struct trio_listener *listener)
{
    if (listener->operations == NULL)
        return (struct trio_address){.port = 0};
    return listener->operations->address(listener);
}

void trio_listener_close(struct trio_listener *listener)
{
    if (listener->operations != NULL)
        listener->operations->close(listener);
}

// A run owns one context from begin to end, and with it every descriptor that
// the loop itself needs. No other thread touches it but through wake, which
// posters call only between begin and end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/world.h"

#include <errno.h>
#include <stdlib.h>

#include "io/files.h"
#include "io/posix/os_status.h"
#include "io/posix/poller.h"

static trio_status begin(struct trio_world *world)
{
    world->context = trio_poller_open_();
    return world->context != NULL ? TRIO_OK : trio_status_of_errno_(errno);
}

static void end(struct trio_world *world)
{
    struct posix *posix = world->context;

    trio_posix_restore_all_(posix);
    free(posix->slots);
    trio_poller_close_(posix);
    world->context = NULL;
}

struct trio_world trio_platform_world_(void)
{
    return (struct trio_world){.begin = begin,
                               .end = end,
                               .io = &trio_loop_io_,
                               .net = &trio_posix_net_,
                               .jobs = &trio_loop_jobs_,
                               .files = &trio_platform_files_};
}

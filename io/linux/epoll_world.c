// A run owns one context from begin to end, and with it every descriptor that
// the loop itself needs. No other thread touches it but through wake, which
// posters call only between begin and end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "io/files.h"
#include "io/linux/epoll.h"
#include "io/posix/os_status.h"
#include "io/world.h"

static void close_descriptor(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

static void free_epoll(struct epoll *epoll)
{
    close_descriptor(epoll->wake_descriptor);
    close_descriptor(epoll->descriptor);
    free(epoll->posix.slots);
    free(epoll);
}

static bool open_descriptors(struct epoll *epoll)
{
    epoll->descriptor = epoll_create1(EPOLL_CLOEXEC);
    epoll->wake_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll->descriptor < 0 || epoll->wake_descriptor < 0)
        return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET,
                                .data.u64 = (uint32_t)epoll->wake_descriptor};
    return epoll_ctl(epoll->descriptor, EPOLL_CTL_ADD, epoll->wake_descriptor,
                     &event) == 0;
}

static trio_status begin(struct trio_world *world)
{
    struct epoll *epoll = calloc(1, sizeof(*epoll));

    if (epoll == NULL)
        return TRIO_ENOMEM;
    if (!open_descriptors(epoll)) {
        trio_status rc = trio_status_of_errno_(errno);
        free_epoll(epoll);
        return rc;
    }
    world->context = epoll;
    return TRIO_OK;
}

static void end(struct trio_world *world)
{
    trio_posix_restore_all_(world->context);
    free_epoll(world->context);
    world->context = NULL;
}

struct trio_world trio_platform_world_(void)
{
    return (struct trio_world){.begin = begin,
                               .end = end,
                               .io = &trio_epoll_io_,
                               .net = &trio_posix_net_,
                               .jobs = &trio_posix_jobs_,
                               .files = &trio_platform_files_};
}

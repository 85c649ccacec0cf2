// The end that all operations on sockets share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_FINISH_H
#define TRIO_IO_NET_FINISH_H

#include <trio/backend.h>
#include <trio/io.h>
#include <trio/status.h>
#include <trio/task.h>

// S12, S14, S16: a checkpoint lets others run, also when it fails and when it
// could be done at once. One that has parked on the way has done so.
static inline TRIO_PARKS TRIO_MUST_USE trio_status
trio_net_finish_(bool parked, trio_status rc)
{
    return parked ? rc : trio_io_end(rc);
}

// The system's number for the failure of the last call to the world.
static inline int trio_net_error_(const struct trio_world *world)
{
    return world->io->last_error(world->context);
}

#endif // TRIO_IO_NET_FINISH_H

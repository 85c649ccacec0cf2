// Descriptors are made first, and get their properties after that. A child that
// another thread starts in between inherits one: there is no call that would
// make it whole.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

// A socket says once and for all that it raises no signal; messages are closed
// in children one descriptor at a time, and tell a cut by a flag only.
const int trio_descriptor_send_flags_ = 0;
const int trio_descriptor_receive_flags_ = 0;
const int trio_descriptor_length_flag_ = 0;

static bool set_flags(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
}

static bool set_quiet(int descriptor)
{
    static const int on = 1;

    // EINVAL: the other side has gone, and nothing will be sent.
    return setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on)) ==
               0 ||
           errno == EINVAL;
}

static void close_quietly(int descriptor)
{
    int error = errno;

    close(descriptor);
    errno = error;
}

static int finish_socket(int descriptor)
{
    if (descriptor < 0 || (set_flags(descriptor) && set_quiet(descriptor)))
        return descriptor;
    close_quietly(descriptor);
    return -1;
}

int trio_descriptor_socket_(int family, int type)
{
    return finish_socket(socket(family, type, 0));
}

static int finish_ends(const int ends[2], bool complete)
{
    if (complete)
        return 0;
    close_quietly(ends[0]);
    close_quietly(ends[1]);
    return -1;
}

int trio_descriptor_socket_pair_(int type, int ret_ends[2])
{
    if (socketpair(AF_UNIX, type, 0, ret_ends) < 0)
        return -1;
    return finish_ends(ret_ends,
                       set_flags(ret_ends[0]) && set_flags(ret_ends[1]) &&
                           set_quiet(ret_ends[0]) && set_quiet(ret_ends[1]));
}

int trio_descriptor_pipe_(int ret_ends[2])
{
    if (pipe(ret_ends) < 0)
        return -1;
    return finish_ends(ret_ends,
                       set_flags(ret_ends[0]) && set_flags(ret_ends[1]));
}

int trio_descriptor_accept_(int listener, struct sockaddr *ret_name,
                            socklen_t *length)
{
    return finish_socket(accept(listener, ret_name, length));
}

void trio_descriptor_adopt_(int descriptor)
{
    set_flags(descriptor);
    set_quiet(descriptor);
}

void trio_descriptor_received_(int descriptor)
{
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

bool trio_descriptor_is_path_(int flags)
{
    (void)flags;
    return false;
}

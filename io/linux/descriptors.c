// Linux makes descriptors as they are wanted by one call each.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/descriptors.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

const int trio_descriptor_send_flags_ = MSG_NOSIGNAL;
const int trio_descriptor_receive_flags_ = MSG_CMSG_CLOEXEC;
const int trio_descriptor_length_flag_ = MSG_TRUNC;

int trio_descriptor_socket_(int family, int type)
{
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int trio_descriptor_socket_pair_(int type, int ret_ends[2])
{
    return socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                      ret_ends);
}

int trio_descriptor_pipe_(int ret_ends[2])
{
    return pipe2(ret_ends, O_NONBLOCK | O_CLOEXEC);
}

int trio_descriptor_accept_(int listener, struct sockaddr *ret_name,
                            socklen_t *length)
{
    return accept4(listener, ret_name, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void trio_descriptor_adopt_(int descriptor)
{
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

void trio_descriptor_received_(int descriptor)
{
    (void)descriptor; // It came so.
}

bool trio_descriptor_is_path_(int flags)
{
    return (flags & O_PATH) != 0;
}

long trio_descriptor_send_file_(int descriptor, int file, int64_t offset,
                                size_t size)
{
    off_t from = (off_t)offset;
    return sendfile(descriptor, file, &from, size);
}

size_t trio_descriptor_next_length_(int descriptor)
{
    (void)descriptor; // The flag does.
    return 0;
}

int trio_descriptor_sync_(int descriptor)
{
    return fdatasync(descriptor);
}

struct timespec trio_descriptor_changed_(const struct stat *file)
{
    return file->st_mtim;
}

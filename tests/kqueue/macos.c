// What macOS has beside kqueue, by what Linux has. A socket that was told to
// raise no SIGPIPE sends without; any other raises it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include "tests/kqueue/macos.h"

#include <errno.h>
#include <sys/ioctl.h>

// The calls below are those of Linux.
#undef pthread_setname_np
#undef sendfile
#undef send
#undef sendmsg
#undef getsockopt
#undef setsockopt
#include <sys/sendfile.h>

#define DESCRIPTORS 4096

static ino_t quiet[DESCRIPTORS]; // The socket that was made so, by number.

static ino_t inode_of(int descriptor)
{
    struct stat found;
    return fstat(descriptor, &found) == 0 ? found.st_ino : 0;
}

static int quiet_flag(int descriptor)
{
    bool is_quiet = descriptor >= 0 && descriptor < DESCRIPTORS &&
                    quiet[descriptor] != 0 &&
                    quiet[descriptor] == inode_of(descriptor);
    return is_quiet ? MSG_NOSIGNAL : 0;
}

int macos_main_thread(void)
{
    return gettid() == getpid();
}

void macos_name_thread(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

int macos_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
               const struct timespec *limit)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += limit->tv_sec;
    return pthread_cond_timedwait(condition, mutex, &end);
}

// Who does not block sends some of it, says so, and fails.
int model_send_file(int file, int descriptor, off_t offset, off_t *length,
                    struct sf_hdtr *headers, int flags)
{
    off_t wanted = *length;
    struct stat found;

    (void)headers;
    (void)flags;
    if (fstat(file, &found) == 0 && found.st_size - offset < wanted)
        wanted = found.st_size - offset;
    ssize_t sent = sendfile(descriptor, file, &offset, (size_t)*length);
    *length = sent < 0 ? 0 : sent;
    if (sent >= 0 && sent < wanted)
        errno = EAGAIN;
    return sent < 0 || sent < wanted ? -1 : 0;
}

int model_set_option(int descriptor, int level, int name, const void *value,
                     socklen_t length)
{
    if (level != SOL_SOCKET || name != SO_NOSIGPIPE)
        return setsockopt(descriptor, level, name, value, length);
    if (descriptor < DESCRIPTORS)
        quiet[descriptor] = inode_of(descriptor);
    return 0;
}

// A test may have calls of its own, which fail or make those above.
__attribute__((weak)) int macos_send_file(int file, int descriptor,
                                          off_t offset, off_t *length,
                                          struct sf_hdtr *headers, int flags)
{
    return model_send_file(file, descriptor, offset, length, headers, flags);
}

__attribute__((weak)) int macos_set_option(int descriptor, int level, int name,
                                           const void *value, socklen_t length)
{
    return model_set_option(descriptor, level, name, value, length);
}

int macos_get_option(int descriptor, int level, int name, void *value,
                     socklen_t *length)
{
    if (level == SOL_SOCKET && name == SO_NREAD)
        return ioctl(descriptor, FIONREAD, value);
    return getsockopt(descriptor, level, name, value, length);
}

ssize_t macos_send(int descriptor, const void *data, size_t size, int flags)
{
    return send(descriptor, data, size, flags | quiet_flag(descriptor));
}

ssize_t macos_send_message(int descriptor, const struct msghdr *message,
                           int flags)
{
    return sendmsg(descriptor, message, flags | quiet_flag(descriptor));
}

// Only send(2) can be told to raise no signal. For the other calls SIGPIPE is
// kept from this thread while they last, and taken back if it came by them; one
// that somebody else was to get is left alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

#include "io/epoll.h"

// The most that the system sends in one call.
#define SEND_FILE_MAX ((uint64_t)0x7ffff000)

struct quiet {
    sigset_t broken;
    sigset_t before;
    sigset_t pending;
};

static void begin(struct quiet *quiet)
{
    sigemptyset(&quiet->broken);
    sigaddset(&quiet->broken, SIGPIPE);
    sigemptyset(&quiet->pending);
    pthread_sigmask(SIG_BLOCK, &quiet->broken, &quiet->before);
    if (sigismember(&quiet->before, SIGPIPE) > 0)
        sigpending(&quiet->pending);
}

// Keeps errno, and `result`.
static long end(const struct quiet *quiet, long result)
{
    static const struct timespec at_once = {0, 0};
    int error = errno;

    if (result < 0 && error == EPIPE &&
        sigismember(&quiet->pending, SIGPIPE) == 0) {
        int taken;
        do
            taken = sigtimedwait(&quiet->broken, NULL, &at_once);
        while (taken < 0 && errno == EINTR);
    }
    pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
    errno = error;
    return result;
}

long trio_epoll_write_(int descriptor, const void *data, size_t size)
{
    struct quiet quiet;

    begin(&quiet);
    return end(&quiet, write(descriptor, data, size));
}

trio_status trio_epoll_send_file_(void *context, trio_handle handle,
                                  trio_handle file, uint64_t offset,
                                  uint64_t size, uint64_t *ret_length)
{
    struct epoll *epoll = context;
    struct slot *slot = trio_epoll_socket_(epoll, handle);
    size_t most = (size_t)(size < SEND_FILE_MAX ? size : SEND_FILE_MAX);
    off_t from = (off_t)offset;
    struct quiet quiet;
    long length;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_WRITABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    begin(&quiet);
    do
        length = sendfile((int)handle, (int)file, &from, most);
    while (length < 0 && errno == EINTR);
    end(&quiet, length);
    if (length < 0 && (errno == EINVAL || errno == ENOSYS))
        return TRIO_ENOTSUP;
    if (length < 0)
        return trio_epoll_transfer_failed_(epoll, slot, TRIO_WRITABLE);
    if (length == 0 && most > 0)
        return TRIO_EEND;
    // The file may have been what ended it.
    slot->readiness[TRIO_WRITABLE] = READINESS_UNKNOWN;
    *ret_length = (uint64_t)length;
    return TRIO_OK;
}

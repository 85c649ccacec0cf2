// Only send(2) can be told to raise no signal. For the other calls SIGPIPE is
// kept from this thread while they last, and taken back if it came by them; one
// that somebody else was to get is left alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/posix.h"
#include "io/posix/system.h"

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
    int error = errno;

    if (result < 0 && error == EPIPE &&
        sigismember(&quiet->pending, SIGPIPE) == 0)
        trio_system_take_signal_(&quiet->broken);
    pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
    errno = error;
    return result;
}

long trio_posix_write_(int descriptor, const void *data, size_t size)
{
    struct quiet quiet;

    begin(&quiet);
    return end(&quiet, write(descriptor, data, size));
}

long trio_posix_sendfile_(int descriptor, int file, int64_t offset, size_t size)
{
    struct quiet quiet;

    begin(&quiet);
    return end(&quiet,
               trio_descriptor_send_file_(descriptor, file, offset, size));
}

// In place of libc's functions and of the model's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _FILE_OFFSET_BITS 64 // As the library has it: fcntl has another name.

#include "tests/kqueue/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/kqueue/macos.h"
#include "tests/kqueue/model.h"

#undef send // The calls below are those of libc.
#undef sendmsg
#undef sendfile

static int refused_filter;
static unsigned refused_flags;
static struct kevent told; // To be told next, if there is `telling`.
static bool telling;
static int last_queue = -1;
static void (*call)(void *arg); // In the next wait; NULL: nothing is called.
static void *call_arg;

void refuse(int filter, unsigned flags, int error, int count)
{
    refused_filter = filter;
    refused_flags = flags;
    inject(CALL_CHANGE, error, count);
}

void tell(const struct kevent *event)
{
    told = *event;
    telling = true;
}

void call_in_wait(void (*fn)(void *arg), void *arg)
{
    call = fn;
    call_arg = arg;
}

void trigger(uintptr_t ident)
{
    struct kevent event;

    EV_SET(&event, ident, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    CHECK_EQ(model_call(last_queue, &event, 1, NULL, 0, NULL), 0);
}

// ---- kqueue ----

int kqueue(void)
{
    if (fails(CALL_KQUEUE))
        return -1;
    last_queue = model_open();
    return last_queue;
}

static bool is_refused(const struct kevent *change)
{
    return (change->flags & refused_flags) != 0 &&
           (refused_filter == ANY || refused_filter == change->filter) &&
           fails(CALL_CHANGE);
}

// Makes the changes one by one, each of which has a receipt.
static int make_changes(int queue, const struct kevent *changes, int count,
                        struct kevent *receipts)
{
    static const struct timespec at_once = {0, 0};

    for (int i = 0; i < count; i++) {
        CHECK((changes[i].flags & EV_RECEIPT) != 0);
        receipts[i] = changes[i];
        receipts[i].flags |= EV_ERROR;
        if (is_refused(&changes[i]))
            receipts[i].data = errno;
        else
            CHECK_EQ(
                model_call(queue, &changes[i], 1, &receipts[i], 1, &at_once),
                1);
    }
    return fails(CALL_KEVENT_DONE) ? -1 : count;
}

static int wait_for_events(int queue, struct kevent *events, int room,
                           const struct timespec *timeout)
{
    void (*fn)(void *arg) = call;

    call = NULL;
    if (fn != NULL)
        fn(call_arg);
    if (!telling)
        return model_call(queue, NULL, 0, events, room, timeout);
    telling = false;
    events[0] = told;
    return 1;
}

int kevent(int queue, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout)
{
    bool rings = change_count > 0 && event_count == 0;

    if (fails(rings ? CALL_RING : CALL_KEVENT))
        return -1;
    if (rings)
        return model_call(queue, changes, change_count, NULL, 0, NULL);
    if (change_count == 0)
        return wait_for_events(queue, events, event_count, timeout);
    REQUIRE(event_count >= change_count);
    return make_changes(queue, changes, change_count, events);
}

// ---- Memory and files ----

extern void *__libc_calloc(size_t count, size_t size);

void *calloc(size_t count, size_t size)
{
    return fails(CALL_CALLOC) ? NULL : __libc_calloc(count, size);
}

// F_GETFD says whether a descriptor is open, which it is.
int fcntl(int descriptor, int command, ...)
{
    va_list arguments;

    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    if (command != F_GETFD && fails(CALL_FCNTL))
        return -1;
    if (command == F_FULLFSYNC)
        return (int)syscall(SYS_fsync, descriptor);
    return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int fsync(int descriptor)
{
    return fails(CALL_FSYNC) ? -1 : (int)syscall(SYS_fsync, descriptor);
}

ssize_t write(int descriptor, const void *data, size_t size)
{
    return fails(CALL_WRITE) ? -1 : syscall(SYS_write, descriptor, data, size);
}

int mprotect(void *base, size_t size, int protection)
{
    return fails(CALL_MPROTECT)
               ? -1
               : (int)syscall(SYS_mprotect, base, size, protection);
}

// ---- Sockets ----

int socket(int domain, int type, int protocol)
{
    return fails(CALL_SOCKET)
               ? -1
               : (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    return fails(CALL_SOCKETPAIR)
               ? -1
               : (int)syscall(SYS_socketpair, domain, type, protocol, ends);
}

int pipe(int ends[2])
{
    return fails(CALL_PIPE) ? -1 : pipe2(ends, 0);
}

int accept(int descriptor, struct sockaddr *restrict name,
           socklen_t *restrict length)
{
    return fails(CALL_ACCEPT) ? -1 : accept4(descriptor, name, length, 0);
}

ssize_t send(int descriptor, const void *data, size_t size, int flags)
{
    return fails(CALL_SEND)
               ? -1
               : syscall(SYS_sendto, descriptor, data, size, flags, NULL, 0);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    return fails(CALL_SEND) ? -1
                            : syscall(SYS_sendmsg, descriptor, message, flags);
}

int macos_send_file(int file, int descriptor, off_t offset, off_t *length,
                    struct sf_hdtr *headers, int flags)
{
    if (!fails(CALL_SEND_FILE))
        return model_send_file(file, descriptor, offset, length, headers,
                               flags);
    *length = 0;
    return -1;
}

int macos_set_option(int descriptor, int level, int name, const void *value,
                     socklen_t length)
{
    return level == SOL_SOCKET && name == SO_NOSIGPIPE && fails(CALL_QUIET)
               ? -1
               : model_set_option(descriptor, level, name, value, length);
}

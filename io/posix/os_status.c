// Several numbers of the system may share a status, where a program would do
// the same about all of them; the number itself is kept in the error record.
// The kernel's own time-out gets a status apart from that of our deadlines.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/os_status.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int error;
    trio_status status;
} table[] = {
    {EAGAIN, TRIO_EWOULDBLOCK},
    {EINPROGRESS, TRIO_EWOULDBLOCK},
    {EALREADY, TRIO_EWOULDBLOCK},
    {EINTR, TRIO_EINTR},
    {ECONNRESET, TRIO_EBROKEN},
    {EPIPE, TRIO_EBROKEN},
    {ENOTCONN, TRIO_EBROKEN},
    {ESHUTDOWN, TRIO_EBROKEN},
    {EDESTADDRREQ, TRIO_EBROKEN},
    {ECONNREFUSED, TRIO_ECONNREFUSED},
    {ECONNABORTED, TRIO_ECONNABORTED},
    {ETIMEDOUT, TRIO_EPEERTIMEDOUT},
    {ENETUNREACH, TRIO_EUNREACHABLE},
    {EHOSTUNREACH, TRIO_EUNREACHABLE},
    {ENETDOWN, TRIO_EUNREACHABLE},
    {EHOSTDOWN, TRIO_EUNREACHABLE},
    {EADDRINUSE, TRIO_EADDRINUSE},
    {EADDRNOTAVAIL, TRIO_EADDRNOTAVAIL},
    {EACCES, TRIO_EACCES},
    {EPERM, TRIO_EACCES},
    {EROFS, TRIO_EACCES},
    {EMFILE, TRIO_EMFILE},
    {ENFILE, TRIO_EMFILE},
    {ETOOMANYREFS, TRIO_EMFILE},
    {ENOMEM, TRIO_ENOMEM},
    {ENOBUFS, TRIO_ENOBUFS},
    {EBADF, TRIO_EBADHANDLE},
    {ENOTSOCK, TRIO_EBADHANDLE},
    {EINVAL, TRIO_EINVAL},
    {EDOM, TRIO_EINVAL},
    {EISCONN, TRIO_EINVAL},
    {EAFNOSUPPORT, TRIO_ENOTSUP},
    {EOPNOTSUPP, TRIO_ENOTSUP},
    {ENOTSUP, TRIO_ENOTSUP}, // Another number on macOS.
    {EPROTONOSUPPORT, TRIO_ENOTSUP},
    {ENOPROTOOPT, TRIO_ENOTSUP},
    {EPROTOTYPE, TRIO_ENOTSUP},
    {ESOCKTNOSUPPORT, TRIO_ENOTSUP},
    {ENOSYS, TRIO_ENOTSUP},
    {EMSGSIZE, TRIO_EMSGSIZE},
    {ENOENT, TRIO_ENOENT},
    {ENOTDIR, TRIO_ENOENT},
    {ENODEV, TRIO_ENOENT},
    {EEXIST, TRIO_EEXIST},
    {EIO, TRIO_EIO},
    {ENOSPC, TRIO_ENOSPC},
    {EDQUOT, TRIO_ENOSPC},
    {EFBIG, TRIO_ENOSPC},
    {EISDIR, TRIO_ENOTSUP},
    {EXDEV, TRIO_ENOTSUP},
    {ENOTEMPTY, TRIO_ENOTSUP}, // A folder, where a file is to be.
    {ENAMETOOLONG, TRIO_EINVAL},
    {ETXTBSY, TRIO_EBUSY},
};

trio_status trio_status_of_errno_(int error)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].error == error)
            return table[i].status;
    }
    return TRIO_EOS;
}

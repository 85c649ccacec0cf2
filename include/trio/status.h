// What a call came to: one integer with the same values on every system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_STATUS_H
#define TRIO_STATUS_H

#include <trio/base.h>

// Every status of the library: name, value, text. Values never change.
// clang-format off
#define TRIO_STATUS_TABLE(X)                                                  \
    X(TRIO_OK,                0, "success")                                   \
    X(TRIO_ECANCELED,        -1, "cancelled")                                 \
    X(TRIO_ETIMEDOUT,        -2, "a deadline passed")                         \
    X(TRIO_EABANDONED,       -3, "cancelled on request before it was done")   \
    X(TRIO_EGROUP,           -4, "several things went wrong")                 \
    X(TRIO_EDEADLOCK,        -5, "nothing can ever wake this run")            \
    X(TRIO_EINTERNAL,        -6, "a system task failed")                      \
    X(TRIO_EINTERRUPTED,     -7, "interrupted")                               \
    X(TRIO_ENOTSTARTED,      -8, "ended before it said that it had started")  \
    X(TRIO_ERUNFINISHED,     -9, "the run is over")                           \
    X(TRIO_ENOMEM,          -10, "out of memory")                             \
    X(TRIO_EINVAL,          -11, "invalid argument")                          \
    X(TRIO_EBUSY,           -12, "another task is using it")                  \
    X(TRIO_ECLOSED,         -13, "closed on this side")                       \
    X(TRIO_EBROKEN,         -14, "broken: the other side is gone")            \
    X(TRIO_EEND,            -15, "end of data")                               \
    X(TRIO_EWOULDBLOCK,     -16, "would have to wait")                        \
    X(TRIO_ENOTSUP,         -17, "not supported")                             \
    X(TRIO_EBADHANDLE,      -18, "not an open handle")                        \
    X(TRIO_EACCES,          -19, "permission denied")                         \
    X(TRIO_EADDRINUSE,      -20, "address in use")                            \
    X(TRIO_EADDRNOTAVAIL,   -21, "address not available")                     \
    X(TRIO_ECONNREFUSED,    -22, "connection refused")                        \
    X(TRIO_ECONNABORTED,    -23, "connection aborted")                        \
    X(TRIO_EUNREACHABLE,    -24, "network or host unreachable")               \
    X(TRIO_EPEERTIMEDOUT,   -25, "the system gave up waiting for the peer")   \
    X(TRIO_EMFILE,          -26, "too many open handles")                     \
    X(TRIO_ENOBUFS,         -27, "no buffer space")                           \
    X(TRIO_EINTR,           -28, "interrupted system call")                   \
    X(TRIO_EIO,             -29, "input/output error")                        \
    X(TRIO_EMSGSIZE,        -30, "message too long")                          \
    X(TRIO_ENOENT,          -31, "no such thing")                             \
    X(TRIO_EEXIST,          -32, "exists already")                            \
    X(TRIO_EOS,             -33, "an error of the operating system")          \
    X(TRIO_ECONTRACT,       -34, "something breaks its contract")             \
    X(TRIO_ESTALE,          -35, "stale: it does not fit any more")           \
    X(TRIO_ETRUNCATED,      -36, "cut off: there was no room for all of it")  \
    X(TRIO_EUNTRUSTED,      -37, "the peer's certificate is not accepted")    \
    X(TRIO_EPROTOCOL,       -38, "the peer breaks the protocol, or refuses")  \
    X(TRIO_ENOSPC,          -39, "no space left")
// clang-format on

// What a call came to. Zero is success, the library's own codes are -1 to -999,
// and values of -1000 and below belong to the application:
//
//     #define QUOTA_EXCEEDED ((trio_status)-1001)
typedef enum trio_status {
#define TRIO_STATUS_ENUMERATOR_(name, value, text) name = (value),
    TRIO_STATUS_TABLE(TRIO_STATUS_ENUMERATOR_)
#undef TRIO_STATUS_ENUMERATOR_
        TRIO_STATUS_LOWEST_ = INT32_MIN // Every int32_t is a valid status.
} trio_status;

TRIO_BEGIN_DECLS

// Drops a status on purpose.
//
// Checkpoint: never.
static inline void trio_ignore(trio_status rc)
{
    (void)rc;
}

// Says whether `rc` is a real failure: neither TRIO_OK nor TRIO_ECANCELED.
//
// Checkpoint: never.
static inline bool trio_is_failure(trio_status rc)
{
    return rc != TRIO_OK && rc != TRIO_ECANCELED;
}

// Names a status: "TRIO_ETIMEDOUT"; "application status" at -1000 and below,
// "unknown status" for the rest. The string is static.
//
//     printf("%s\n", trio_status_name(rc)); // TRIO_ETIMEDOUT, say
//
// Checkpoint: never.
const char *trio_status_name(trio_status rc);

// Describes a status in a few words: "a deadline passed". The string is static.
//
// Checkpoint: never.
const char *trio_status_text(trio_status rc);

// Turns what a run returned into what a process should exit with: 0 for
// TRIO_OK, 130 for TRIO_EINTERRUPTED, 1 for the rest.
//
// Checkpoint: never.
int trio_exit_code(trio_status rc);

TRIO_END_DECLS

#endif // TRIO_STATUS_H

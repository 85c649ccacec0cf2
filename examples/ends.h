// The ends of a connection that a server lives with.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_ENDS_H
#define EXAMPLES_ENDS_H

#include <trio/status.h>

// Returns TRIO_OK for whatever ends one connection and no more: its peer ended,
// vanished, was too slow, or sent what is too long. All else is returned as it
// is.
TRIO_MUST_USE static inline trio_status ends_as_ok(trio_status rc)
{
    switch ((int)rc) {
    case TRIO_EEND:
    case TRIO_EBROKEN:
    case TRIO_EMSGSIZE:
    case TRIO_EPEERTIMEDOUT:
    case TRIO_ETIMEDOUT:
    case TRIO_EUNREACHABLE:
        return TRIO_OK;
    default:
        return rc;
    }
}

#endif // EXAMPLES_ENDS_H

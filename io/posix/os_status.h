// Statuses for what the system says.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_OS_STATUS_H
#define TRIO_IO_OS_STATUS_H

#include <trio/status.h>

// Returns the status that stands for `error`, a value of errno; TRIO_EOS for
// those that have none of their own.
TRIO_MUST_USE trio_status trio_status_of_errno_(int error);

#endif // TRIO_IO_OS_STATUS_H

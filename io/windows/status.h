// Status codes for the system's numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_STATUS_H
#define TRIO_IO_WINDOWS_STATUS_H

#include <trio/base.h>
#include <trio/status.h>

// Returns the status of an error of Windows or of its sockets; TRIO_EOS if
// there is none for it.
TRIO_MUST_USE trio_status trio_status_of_windows_(unsigned long error);

#endif // TRIO_IO_WINDOWS_STATUS_H

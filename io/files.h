// Files by the system's own calls.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_FILES_H
#define TRIO_IO_FILES_H

#include <trio/backend.h>

extern const struct trio_files trio_platform_files_;

#endif // TRIO_IO_FILES_H

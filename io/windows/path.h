// Paths of files, as the system has them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_PATH_H
#define TRIO_IO_WINDOWS_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

// Translates a path into `ret_wide`, which has room for `size` units. Returns
// false if it is no UTF-8, does not fit, or has a name in it that is longer
// than any can be; GetLastError tells.
bool trio_path_to_wide_(const char *path, wchar_t *ret_wide, size_t size);

// Leaves the folder of a path: "." where the path names none. There is room for
// that.
void trio_path_leave_folder_(wchar_t *path);

#endif // TRIO_IO_WINDOWS_PATH_H

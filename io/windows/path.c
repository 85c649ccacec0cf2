// A name that is too long is one more that is not there to some systems; here
// it is refused, as it is elsewhere.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/path.h"

#include <windows.h>

#include "io/windows/utf8.h"

#define NAME_LENGTH_MAX 255

static bool is_slash(wchar_t letter)
{
    return letter == L'\\' || letter == L'/';
}

static bool names_fit(const wchar_t *path)
{
    size_t length = 0;

    for (; *path != L'\0' && length <= NAME_LENGTH_MAX; path++)
        length = is_slash(*path) ? 0 : length + 1;
    return length <= NAME_LENGTH_MAX;
}

bool trio_path_to_wide_(const char *path, wchar_t *ret_wide, size_t size)
{
    if (!trio_utf8_to_wide_(path, ret_wide, size))
        return false;
    if (names_fit(ret_wide))
        return true;
    SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return false;
}

void trio_path_leave_folder_(wchar_t *path)
{
    wchar_t *end = path + wcslen(path);

    while (end > path && !is_slash(end[-1]))
        end--;
    if (end == path)
        *end++ = L'.';
    *end = L'\0';
}

// What is no text is refused: a replacement would name something else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/utf8.h"

#include <windows.h>

bool trio_utf8_to_wide_(const char *text, wchar_t *ret_wide, size_t size)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1,
                               ret_wide, (int)size) > 0;
}

bool trio_utf8_from_wide_(const wchar_t *wide, char *ret_text, size_t size)
{
    return WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1,
                               ret_text, (int)size, NULL, NULL) > 0;
}

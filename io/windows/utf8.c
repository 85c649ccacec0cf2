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

// Returns how long a character is that begins so; 1 if none does.
static size_t size_of_character(unsigned char first)
{
    if (first < 0xC0 || first > 0xF7)
        return 1;
    if (first < 0xE0)
        return 2;
    return first < 0xF0 ? 3 : 4;
}

bool trio_utf8_goes_on_(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t trio_utf8_whole_(const char *text, size_t size)
{
    size_t first = size; // Where the last character begins.

    while (first > 0 && size - first < 3 && trio_utf8_goes_on_(text[first - 1]))
        first--;
    if (first == 0)
        return size;
    first--;
    return size_of_character((unsigned char)text[first]) > size - first ? first
                                                                        : size;
}

// Text is UTF-8 for everybody, and UTF-16 for the system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_UTF8_H
#define TRIO_IO_WINDOWS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

// Translates `text` into `ret_wide`, which has room for `size` of its units.
// Returns false if it is no UTF-8 or does not fit; GetLastError tells.
bool trio_utf8_to_wide_(const char *text, wchar_t *ret_wide, size_t size);

// The way back, into `size` bytes.
bool trio_utf8_from_wide_(const wchar_t *wide, char *ret_text, size_t size);

// Says whether a byte is in a character, but not its first.
bool trio_utf8_goes_on_(char byte);

// Returns how many bytes of `text` are whole characters, or none at all: less
// than `size` if its end is the beginning of a character.
size_t trio_utf8_whole_(const char *text, size_t size);

#endif // TRIO_IO_WINDOWS_UTF8_H

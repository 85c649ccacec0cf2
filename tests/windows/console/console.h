// A console of this process alone, without a window.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_WINDOWS_CONSOLE_CONSOLE_H
#define TESTS_WINDOWS_CONSOLE_CONSOLE_H

#include <wchar.h>

#include <trio/descriptor_stream.h>

enum { CONSOLE_COLUMNS = 60, CONSOLE_ROWS = 20 };

// Opens the keyboard, "CONIN$", or the screen, "CONOUT$". With the first that
// is opened the process gets its console.
trio_handle console_open(const char *name);

// Makes lines of what is typed, or not. A new console does.
void console_set_lines(bool wanted);

// Presses the keys of a text, one for each unit: L'\r' is Return, and L'\b'
// takes the last one back.
void console_type(const wchar_t *text);

// Presses Ctrl-C, which is a signal.
void console_interrupt(void);

// Presses the key that has no unit of its own.
void console_press(unsigned short key);

// Takes what was typed and not read, as another program does; returns how many
// keys that were.
size_t console_take(wchar_t *ret_text, size_t size);

// Empties the screen.
void console_clear(void);

// Returns what a row of the screen shows, without the spaces at its end.
const wchar_t *console_row(int row);

#endif // TESTS_WINDOWS_CONSOLE_CONSOLE_H

// What is typed at a console is there only once a read has asked for it, and a
// read blocks until a line is finished; so a thread makes it, into a buffer of
// ours. A task that is cancelled leaves the read under way, for whoever waits
// next: nothing is lost, and nobody sees a difference to a line that is typed
// while nobody reads.
//
// A read ends with its keyboard. To end the call by force would leave the line
// with the console, which throws it away when it is finished. But a read can be
// told of a control key that ends it like Return: that key is pressed here, and
// then what had been typed is typed once more, before all that came later, for
// whoever reads next. It is shown once more, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <string.h>

#include "io/windows/iocp.h"
#include "io/windows/utf8.h"

#define LINE_UNITS 4096
#define BYTES_OF_UNIT 3 // At most: two units are four bytes.
#define RECORDS_MAX 32
#define TRIES 50
#define TRY_MS 20

#define CONTROL_Z 0x1A
#define CONTROL_CARET 0x1E // Ends a read, and is no text.

struct keyboard {
    struct operation operation; // The read.
    trio_handle handle;         // Where it reads.
    HANDLE keys;                // The same, for pressing keys.
    bool reading;               // The thread's are then `units` and `by_lines`.
    bool closed;                // It goes when the read is done.
    bool by_lines;
    bool inside_line; // Some of which was received.
    bool ended;       // By Ctrl-Z; to be told.
    int error;        // To be told.
    size_t held;      // Units that wait for their other half: 0 or 1.
    DWORD count;      // Read, behind those that are held.
    size_t first;     // Of the text, not received yet.
    size_t end;
    wchar_t units[1 + LINE_UNITS];
    char text[(1 + LINE_UNITS) * BYTES_OF_UNIT];
};

// ---- Reading ----

static bool is_by_lines(HANDLE console)
{
    DWORD mode = 0;

    return GetConsoleMode(console, &mode) && (mode & ENABLE_LINE_INPUT) != 0;
}

static int call_to_read(struct operation *operation)
{
    struct keyboard *keyboard = (struct keyboard *)operation;
    CONSOLE_READCONSOLE_CONTROL control = {
        .nLength = sizeof(control), .dwCtrlWakeupMask = 1u << CONTROL_CARET};

    keyboard->by_lines = is_by_lines(operation->file);
    return ReadConsoleW(operation->file, keyboard->units + keyboard->held,
                        LINE_UNITS, &keyboard->count, &control)
               ? 0
               : (int)GetLastError();
}

static bool is_first_half(wchar_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

// Makes text of the units; holds a last one that is half a character.
static void translate(struct keyboard *keyboard, size_t count)
{
    wchar_t *units = keyboard->units;
    size_t held = count > 0 && is_first_half(units[count - 1]);
    int size =
        WideCharToMultiByte(CP_UTF8, 0, units, (int)(count - held),
                            keyboard->text, sizeof(keyboard->text), NULL, NULL);

    keyboard->first = 0;
    keyboard->end = (size_t)size;
    keyboard->held = held;
    if (held > 0)
        units[0] = units[count - 1];
}

// Takes what the thread has read. Without lines the key that ends a read is one
// like all others, unless it was pressed here, maybe more than once.
static void take(struct keyboard *keyboard, bool pressed)
{
    const wchar_t *units = keyboard->units + keyboard->held;
    size_t count = keyboard->count;

    keyboard->count = 0;
    while ((keyboard->by_lines || pressed) && count > 0 &&
           units[count - 1] == CONTROL_CARET)
        count--;
    if (count == 0) // As after Ctrl-C.
        return;
    bool is_line = units[count - 1] == L'\n';
    keyboard->ended = keyboard->by_lines && !keyboard->inside_line && is_line &&
                      units[0] == CONTROL_Z;
    if (keyboard->ended)
        return;
    keyboard->inside_line = !is_line;
    translate(keyboard, keyboard->held + count);
}

static bool is_empty(const struct keyboard *keyboard)
{
    return keyboard->first == keyboard->end && !keyboard->ended &&
           keyboard->error == 0;
}

static void typed(struct iocp *iocp, struct operation *operation, int error);

static const struct operation_kind read_of_keyboard = {trio_iocp_ask_thread_,
                                                       typed, call_to_read};

// Returns 0: it is under way; or the error.
static int begin(struct iocp *iocp, struct keyboard *keyboard)
{
    keyboard->operation = (struct operation){.kind = &read_of_keyboard,
                                             .file = (HANDLE)keyboard->handle};
    int error = trio_iocp_begin_(iocp, &keyboard->operation);
    keyboard->reading = error == ERROR_IO_PENDING;
    return keyboard->reading ? 0 : error;
}

static void typed(struct iocp *iocp, struct operation *operation, int error)
{
    struct keyboard *keyboard = (struct keyboard *)operation;

    if (keyboard->closed) {
        free(keyboard);
        return;
    }
    struct slot *slot = trio_iocp_slot_(iocp, keyboard->handle);
    keyboard->reading = false;
    keyboard->error = error;
    take(keyboard, false);
    if (is_empty(keyboard) && slot->waiters[TRIO_READABLE] != NULL)
        keyboard->error = begin(iocp, keyboard);
    if (!is_empty(keyboard))
        trio_iocp_tell_(iocp, slot, TRIO_READABLE, TRIO_OK);
}

trio_status trio_iocp_ask_keyboard_(struct iocp *iocp,
                                    struct keyboard *keyboard)
{
    if (!is_empty(keyboard))
        return TRIO_EEXIST;
    int error = keyboard->reading ? 0 : begin(iocp, keyboard);
    return error == 0 ? TRIO_OK : trio_iocp_error_(iocp, error);
}

trio_status trio_iocp_read_keyboard_(struct iocp *iocp,
                                     struct keyboard *keyboard, void *data,
                                     size_t size, size_t *ret_length)
{
    size_t left = keyboard->end - keyboard->first;
    int error = keyboard->error;

    if (is_empty(keyboard))
        return TRIO_EWOULDBLOCK;
    keyboard->error = 0;
    if (error != 0)
        return trio_iocp_error_(iocp, error);
    if (keyboard->ended) {
        keyboard->ended = false;
        return TRIO_EEND;
    }
    *ret_length = size < left ? size : left;
    memcpy(data, keyboard->text + keyboard->first, *ret_length);
    keyboard->first += *ret_length;
    return TRIO_OK;
}

// ---- Pressing keys ----

static void press(HANDLE keys, WORD key, wchar_t unit)
{
    INPUT_RECORD record = {.EventType = KEY_EVENT,
                           .Event.KeyEvent = {.bKeyDown = TRUE,
                                              .wRepeatCount = 1,
                                              .wVirtualKeyCode = key,
                                              .uChar.UnicodeChar = unit}};
    DWORD count;

    WriteConsoleInputW(keys, &record, 1, &count);
}

static bool ends_read(const INPUT_RECORD *record)
{
    return record->EventType == KEY_EVENT &&
           record->Event.KeyEvent.uChar.UnicodeChar == CONTROL_CARET;
}

// Moves the first records behind all others, but for those that end a read.
static void move_back(HANDLE keys, DWORD count)
{
    INPUT_RECORD records[RECORDS_MAX];

    while (count > 0) {
        DWORD some = count < RECORDS_MAX ? count : RECORDS_MAX;
        DWORD kept = 0;

        // Others may have taken them, and a read would wait for more.
        if (!GetNumberOfConsoleInputEvents(keys, &kept) || kept == 0 ||
            !ReadConsoleInputW(keys, records, some, &some))
            return;
        kept = 0;
        count -= some;
        for (DWORD i = 0; i < some; i++)
            if (!ends_read(&records[i]))
                records[kept++] = records[i];
        WriteConsoleInputW(keys, records, kept, &kept);
    }
}

// The end of a line is one key and two units.
static void type(HANDLE keys, const wchar_t *units, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (units[i] == L'\r')
            press(keys, VK_RETURN, L'\r');
        else if (i == 0 || units[i] != L'\n' || units[i - 1] != L'\r')
            press(keys, 0, units[i]);
}

// ---- Opening and closing ----

struct keyboard *trio_iocp_open_keyboard_(trio_handle handle)
{
    struct keyboard *keyboard = calloc(1, sizeof(*keyboard));

    if (keyboard == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    keyboard->handle = handle;
    keyboard->keys = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                 OPEN_EXISTING, 0, NULL);
    if (keyboard->keys != INVALID_HANDLE_VALUE)
        return keyboard;
    free(keyboard);
    return NULL;
}

// Ends the read. Another process may take the key, or a menu of the console
// may: then the key is pressed again, and in the end it is done by force.
static void end_read(struct keyboard *keyboard)
{
    HANDLE thread = keyboard->operation.thread;

    for (int i = 0; thread != NULL && i < TRIES; i++) {
        if (is_by_lines(keyboard->keys)) // The key takes the place of another.
            press(keyboard->keys, VK_END, L'\0');
        press(keyboard->keys, 0, CONTROL_CARET);
        if (WaitForSingleObject(thread, TRY_MS) == WAIT_OBJECT_0)
            break;
    }
    trio_iocp_take_back_(&keyboard->operation);
    take(keyboard, true);
}

// Returns how many units there are that nobody received. Of a character that
// was received in part there is no rest.
static size_t restore_units(struct keyboard *keyboard)
{
    wchar_t *units = keyboard->units;
    wchar_t held = units[0];

    if (keyboard->ended) {
        units[0] = CONTROL_Z;
        units[1] = L'\r';
        return 2;
    }
    while (keyboard->first < keyboard->end &&
           trio_utf8_goes_on_(keyboard->text[keyboard->first]))
        keyboard->first++;
    size_t count = (size_t)MultiByteToWideChar(
        CP_UTF8, 0, keyboard->text + keyboard->first,
        (int)(keyboard->end - keyboard->first), units, 1 + LINE_UNITS);
    if (keyboard->held > 0)
        units[count++] = held;
    return count;
}

void trio_iocp_close_keyboard_(struct keyboard *keyboard)
{
    DWORD later = 0;

    if (keyboard == NULL)
        return;
    if (keyboard->reading)
        end_read(keyboard);
    size_t count = restore_units(keyboard);
    GetNumberOfConsoleInputEvents(keyboard->keys, &later);
    type(keyboard->keys, keyboard->units, count);
    if (count > 0 || keyboard->reading)
        move_back(keyboard->keys, later);
    CloseHandle(keyboard->keys);
    keyboard->closed = true;
    if (!keyboard->reading)
        free(keyboard);
}

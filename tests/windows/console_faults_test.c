// What the world on a completion port makes of calls of the system that fail
// while a console is used.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/descriptor_stream.h>

#include "tests/check.h"
#include "tests/windows/console/console.h"
#include "tests/windows/faults/faults.h"

#include <windows.h>

static void open_console(const char *name,
                         struct trio_descriptor_stream *ret_stream)
{
    REQUIRE(trio_descriptor_stream_open(console_open(name), ret_stream) ==
            TRIO_OK);
}

static TRIO_PARKS trio_status receive(struct trio_descriptor_stream *keyboard)
{
    char data[10];
    size_t length;

    return trio_stream_receive_some(&keyboard->stream, data, sizeof(data),
                                    &length);
}

static void fail_to_open(trio_handle handle, enum call call, int error,
                         trio_status expected)
{
    struct trio_descriptor_stream keyboard;
    DWORD mode;

    inject(call, error, 1);
    CHECK_STATUS(trio_descriptor_stream_open(handle, &keyboard), expected);
    CHECK(used_up(call));
    CHECK_EQ(trio_error_find(expected)->os_error, error);
    CHECK(GetConsoleMode((HANDLE)handle, &mode)); // Still the caller's.
}

TEST_REAL(console_faults, a_keyboard_that_is_not_opened_stays_the_callers)
{
    trio_handle handle = console_open("CONIN$");
    struct trio_descriptor_stream keyboard;

    fail_to_open(handle, CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM);
    fail_to_open(handle, CALL_CreateFileA, ERROR_TOO_MANY_OPEN_FILES,
                 TRIO_EMFILE);
    // The next one is for what is known of handles.
    inject_after(CALL_ALLOCATE, 1, ERROR_NOT_ENOUGH_MEMORY, 1);
    int before = count_calls(CALL_CloseHandle);
    CHECK_STATUS(trio_descriptor_stream_open(handle, &keyboard), TRIO_ENOMEM);
    CHECK(used_up(CALL_ALLOCATE));
    CHECK_EQ(count_calls(CALL_CloseHandle), before + 1);
    CHECK_OK(trio_descriptor_stream_open(handle, &keyboard));
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(console_faults, without_a_thread_there_is_no_line)
{
    struct trio_descriptor_stream keyboard;

    open_console("CONIN$", &keyboard);
    inject(CALL_CreateThread, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(receive(&keyboard), TRIO_ENOMEM);
    CHECK(used_up(CALL_CreateThread));
    console_type(L"x\r");
    CHECK_OK(receive(&keyboard));
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

// Ctrl-^ alone is nothing, so a line is asked for once more.
TEST_REAL(console_faults, a_line_that_is_not_asked_for_again_is_told)
{
    struct trio_descriptor_stream keyboard;

    open_console("CONIN$", &keyboard);
    console_type(L"\x1E");
    inject_after(CALL_CreateThread, 1, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(receive(&keyboard), TRIO_ENOMEM);
    CHECK(used_up(CALL_CreateThread));
    console_type(L"x\r");
    CHECK_OK(receive(&keyboard));
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(console_faults, with_too_much_to_do_a_line_is_asked_for_later)
{
    struct trio_descriptor_stream keyboard;

    open_console("CONIN$", &keyboard);
    inject(CALL_CreateThread, ERROR_NOT_ENOUGH_QUOTA, 3);
    console_type(L"x\r");
    CHECK_OK(receive(&keyboard));
    CHECK(used_up(CALL_CreateThread));
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

static TRIO_CHECKPOINT trio_status receive_in_vain(void *arg)
{
    CHECK_STATUS(receive(arg), TRIO_ECLOSED);
    return TRIO_OK;
}

TEST_REAL(console_faults, what_waits_in_line_is_dropped_by_closing)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    int before = count_calls(CALL_CreateThread);

    open_console("CONIN$", &keyboard);
    inject(CALL_CreateThread, ERROR_NOT_ENOUGH_QUOTA, 1);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_in_vain, &keyboard));
    CHECK_OK(trio_checkpoint()); // It waits.
    CHECK(used_up(CALL_CreateThread));
    CHECK_OK(trio_stream_close(&keyboard.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(count_calls(CALL_CreateThread), before + 1);
}

// What was sent is half a character with a byte that goes on it: the byte was
// not sent, and can be sent again.
TEST_REAL(console_faults, what_is_not_shown_can_be_sent_again)
{
    struct trio_descriptor_stream screen;
    size_t sent = 9;

    open_console("CONOUT$", &screen);
    console_clear();
    CHECK_OK(trio_stream_send_all(&screen.stream, "\xC3", 1, NULL));
    inject(CALL_CreateThread, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(trio_stream_send_all(&screen.stream, "\xA4.", 2, &sent),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_CreateThread));
    CHECK_EQ(sent, 0);
    CHECK_OK(trio_stream_send_all(&screen.stream, "\xA4.", 2, NULL));
    CHECK_OK(trio_stream_wait_writable(&screen.stream));
    CHECK(wcscmp(console_row(0), L"\u00E4.") == 0);
    CHECK_OK(trio_stream_close(&screen.stream));
}

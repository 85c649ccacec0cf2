// What trio/descriptor_stream.h promises of consoles.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>

#include <trio/descriptor_stream.h>
#include <trio/io.h>
#include <trio/signal.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"
#include "tests/windows/console/console.h"

#include <windows.h>

static void open_console(const char *name,
                         struct trio_descriptor_stream *ret_stream)
{
    REQUIRE(trio_descriptor_stream_open(console_open(name), ret_stream) ==
            TRIO_OK);
}

static void open_keyboard(struct trio_descriptor_stream *ret_keyboard)
{
    open_console("CONIN$", ret_keyboard);
    console_clear();
}

static void open_screen(struct trio_descriptor_stream *ret_screen)
{
    open_console("CONOUT$", ret_screen);
    console_clear();
}

static TRIO_PARKS void expect_at_most(struct trio_descriptor_stream *keyboard,
                                      size_t size, const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(trio_stream_receive_some(&keyboard->stream, data, size, &length));
    CHECK_STRING(data, text);
}

static TRIO_PARKS void expect(struct trio_descriptor_stream *keyboard,
                              const char *text)
{
    expect_at_most(keyboard, 99, text);
}

static TRIO_PARKS void expect_end(struct trio_descriptor_stream *keyboard)
{
    char byte;
    size_t length;

    CHECK_STATUS(trio_stream_receive_some(&keyboard->stream, &byte, 1, &length),
                 TRIO_EEND);
}

// Starts a task that receives, and waits until it cannot go on.
static TRIO_PARKS void start_receiving(struct trio_nursery *nursery,
                                       struct transfer *transfer,
                                       struct trio_descriptor_stream *keyboard)
{
    static char data[100];

    memset(data, 0, sizeof(data));
    *transfer = (struct transfer){
        .stream = &keyboard->stream, .data = data, .size = sizeof(data) - 1};
    trio_nursery_open(nursery);
    CHECK_OK(trio_nursery_start_soon(nursery, receive_once, transfer));
    settle();
    CHECK(!transfer->done);
}

static TRIO_PARKS void cancel(struct trio_nursery *nursery,
                              const struct transfer *transfer)
{
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(nursery), NULL);
    CHECK_OK(trio_nursery_close(nursery, TRIO_OK));
    CHECK_STATUS(transfer->rc, TRIO_ECANCELED);
    CHECK_EQ(transfer->data[0], 0);
}

// What others see that was typed and not received.
static void check_left(const wchar_t *text)
{
    wchar_t left[100];

    console_take(left, COUNT(left));
    CHECK(wcscmp(left, text) == 0);
}

static void check_row(int row, const wchar_t *text)
{
    CHECK(wcscmp(console_row(row), text) == 0);
}

// ---- The keyboard ----

TEST_REAL(consoles, a_line_is_received_and_shown)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    console_type(L"hello\r");
    expect(&keyboard, "hello\r\n");
    console_type(L"a\u00E4\u20AC\xD83D\xDE00\r");
    expect(&keyboard, "a\u00E4\u20AC\U0001F600\r\n");
    check_row(0, L"hello");
    check_row(1, L"a\u00E4\u20AC\xD83D\xDE00");
    CHECK_OK(trio_stream_close(&keyboard.stream));
    check_left(L"");
}

TEST_REAL(consoles, a_line_is_waited_for)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"ab");
    settle();
    CHECK(!receiving.done);
    console_type(L"\bc\r");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(receiving.rc);
    CHECK_STRING(receiving.data, "ac\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, a_line_comes_in_pieces)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    console_type(L"\u20ACuro\r");
    expect_at_most(&keyboard, 1, "\xE2");
    expect_at_most(&keyboard, 3, "\x82\xACu");
    console_type(L"next\r");
    expect_at_most(&keyboard, 99, "ro\r\n");
    expect(&keyboard, "next\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, ctrl_z_is_the_end_where_a_line_begins)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    for (int i = 0; i < 2; i++) { // Whoever goes on can.
        console_type(L"\x1A\r");
        expect_end(&keyboard);
        console_type(L"a\x1A\r");
        expect(&keyboard, "a\x1A\r\n");
    }
    console_type(L"\x1Arest\r");
    expect_end(&keyboard);
    console_type(L"more\r");
    expect(&keyboard, "more\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, ctrl_caret_sends_half_a_line)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    console_type(L"\x1Ehalf\x1E");
    expect(&keyboard, "half");
    console_type(L"\x1A\r"); // No line begins here.
    expect(&keyboard, "\x1A\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, without_lines_each_key_is_received)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    console_set_lines(false);
    console_type(L"x");
    expect(&keyboard, "x");
    console_type(L"\x1A");
    expect(&keyboard, "\x1A");
    console_type(L"\x1E");
    expect(&keyboard, "\x1E");
    console_type(L"\xD83D");
    console_type(L"\xDE00");
    expect(&keyboard, "\U0001F600");
    check_row(0, L"");
    console_set_lines(true);
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, ctrl_c_is_a_signal_and_ends_no_wait)
{
    static const int signals[] = {SIGINT};
    struct trio_descriptor_stream keyboard;
    struct trio_signal_receiver receiver;
    struct trio_nursery nursery;
    struct transfer receiving;
    int signal = 0;

    open_keyboard(&keyboard);
    CHECK_OK(trio_signal_receiver_open(&receiver, signals, COUNT(signals)));
    start_receiving(&nursery, &receiving, &keyboard);
    console_interrupt();
    CHECK_OK(trio_signal_receiver_receive(&receiver, &signal));
    CHECK_EQ(signal, SIGINT);
    CHECK(!receiving.done);
    console_type(L"cd\r");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STRING(receiving.data, "cd\r\n");
    trio_signal_receiver_close(&receiver);
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, a_keyboard_is_for_receiving)
{
    struct trio_descriptor_stream keyboard, again;

    open_keyboard(&keyboard);
    CHECK_STATUS(
        trio_descriptor_stream_open(keyboard.over.socket.handle, &again),
        TRIO_EBUSY);
    CHECK_STATUS(trio_stream_send_all(&keyboard.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

// ---- Cancelled, closed, given back ----

TEST_REAL(consoles, who_is_cancelled_takes_nothing)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    start_receiving(&nursery, &receiving, &keyboard);
    cancel(&nursery, &receiving);
    console_type(L"one\r");
    expect(&keyboard, "one\r\n");

    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"tw");
    cancel(&nursery, &receiving);
    console_type(L"o\r");
    expect(&keyboard, "two\r\n");

    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"three\r"); // It came, but nobody has looked yet.
    cancel(&nursery, &receiving);
    expect(&keyboard, "three\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
    check_left(L"");
}

// S45
TEST_REAL(consoles, closing_tells_who_waits)
{
    for (int i = 0; i < 3; i++) {
        struct trio_descriptor_stream keyboard;
        struct trio_nursery nursery;
        struct transfer receiving;

        open_keyboard(&keyboard);
        start_receiving(&nursery, &receiving, &keyboard);
        console_type(L"ab");
        if (i == 0)
            CHECK_OK(trio_stream_close(&keyboard.stream));
        else if (i == 1)
            trio_stream_close_forcefully(&keyboard.stream);
        else
            CloseHandle((HANDLE)trio_descriptor_stream_release(&keyboard));
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(receiving.rc, TRIO_ECLOSED);
        check_left(L"ab");
    }
}

TEST_REAL(consoles, what_was_typed_goes_to_the_next_stream)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"f\u00E4\xD83D\xDE00r");
    console_press(VK_LEFT);
    console_press(VK_LEFT);
    CHECK_OK(trio_stream_close(&keyboard.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    open_keyboard(&keyboard);
    console_type(L"!\r");
    expect(&keyboard, "f\u00E4\U0001F600r!\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, what_was_typed_stays_before_what_came_later)
{
    struct trio_descriptor_stream keyboard;

    open_keyboard(&keyboard);
    console_type(L"\u20ACuro\r");
    expect_at_most(&keyboard, 1, "\xE2"); // Of which there is no rest.
    for (int i = 0; i < 30; i++)
        console_type(L"later\r");
    CHECK_OK(trio_stream_close(&keyboard.stream));
    open_keyboard(&keyboard);
    expect(&keyboard, "uro\r\n");
    for (int i = 0; i < 30; i++)
        expect(&keyboard, "later\r\n");
    CHECK_OK(trio_stream_close(&keyboard.stream));
    check_left(L"");
}

TEST_REAL(consoles, an_end_that_nobody_was_told_stays)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    start_receiving(&nursery, &receiving, &keyboard);
    cancel(&nursery, &receiving);
    console_type(L"\x1A\r");
    settle();
    CHECK_OK(trio_stream_close(&keyboard.stream));
    open_keyboard(&keyboard);
    expect_end(&keyboard);
    CHECK_OK(trio_stream_close(&keyboard.stream));
}

TEST_REAL(consoles, ctrl_z_without_return_is_no_end)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"\x1A"
                 L"abc");
    CHECK_OK(trio_stream_close(&keyboard.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    check_left(L"\x1A"
               L"abc");
}

TEST_REAL(consoles, half_a_character_goes_to_the_next_stream)
{
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    console_set_lines(false);
    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"\xD83D");
    settle();
    CHECK(!receiving.done);
    CHECK_OK(trio_stream_close(&keyboard.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    check_left(L"\xD83D");
    console_set_lines(true);
}

static TRIO_CHECKPOINT trio_status leave_reading(void *arg)
{
    trio_handle *handle = arg;
    struct trio_descriptor_stream keyboard;
    struct trio_nursery nursery;
    struct transfer receiving;

    open_keyboard(&keyboard);
    *handle = keyboard.over.socket.handle;
    start_receiving(&nursery, &receiving, &keyboard);
    console_type(L"ab");
    cancel(&nursery, &receiving);
    return TRIO_OK;
}

TEST_PLAIN(consoles, a_read_does_not_outlive_the_run)
{
    trio_handle handle;

    CHECK_OK(trio_run(leave_reading, &handle));
    check_left(L"ab");
    CHECK(CloseHandle((HANDLE)handle));
}

// ---- The screen ----

static TRIO_PARKS void show(struct trio_descriptor_stream *screen,
                            const char *data, size_t size)
{
    CHECK_OK(trio_stream_send_all(&screen->stream, data, size, NULL));
}

TEST_REAL(consoles, text_is_shown)
{
    struct trio_descriptor_stream screen;

    open_screen(&screen);
    show(&screen, "a\u00E4\u20AC\r\nb\r\n", 10);
    show(&screen, "", 0);
    CHECK_OK(trio_stream_wait_writable(&screen.stream));
    check_row(0, L"a\u00E4\u20AC");
    check_row(1, L"b");
    CHECK_OK(trio_stream_close(&screen.stream));
}

TEST_REAL(consoles, a_character_may_be_sent_in_pieces)
{
    static const char text[] = "\u00E4\u20AC\U0001F600.";
    struct trio_descriptor_stream screen;

    for (size_t size = 1; size < sizeof(text); size++) {
        open_screen(&screen);
        for (size_t done = 0; done + 1 < sizeof(text); done += size) {
            size_t left = sizeof(text) - 1 - done;
            show(&screen, text + done, left < size ? left : size);
        }
        CHECK_OK(trio_stream_wait_writable(&screen.stream));
        check_row(0, L"\u00E4\u20AC\xD83D\xDE00.");
        CHECK_OK(trio_stream_close(&screen.stream));
    }
}

TEST_REAL(consoles, what_is_no_text_is_shown_as_such)
{
    static const char *const pieces[][2] = {
        {"\xE2\x82", "x"}, {"\xC3", "\xC3\xA4"}, {"\xFF", "x"}, {"\x80", "x"}};
    static const wchar_t *const shown[] = {L"\uFFFDx", L"\uFFFD\u00E4",
                                           L"\uFFFDx", L"\uFFFDx"};
    struct trio_descriptor_stream screen;

    for (size_t i = 0; i < COUNT(pieces); i++) {
        open_screen(&screen);
        for (int j = 0; j < 2; j++)
            show(&screen, pieces[i][j], strlen(pieces[i][j]));
        CHECK_OK(trio_stream_wait_writable(&screen.stream));
        check_row(0, shown[i]);
        CHECK_OK(trio_stream_close(&screen.stream));
    }
}

// Pieces of the loop's and of the thread's end anywhere.
TEST_REAL(consoles, much_is_shown)
{
    static char text[100000];
    struct trio_descriptor_stream screen;

    for (size_t before = 0; before < 5; before++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = i < before ? '\r' : "\u20ACx\r"[(i - before) % 5];
        open_screen(&screen);
        show(&screen, text, sizeof(text) - 5 + before);
        CHECK_OK(trio_stream_wait_writable(&screen.stream));
        check_row(0, L"\u20ACx");
        CHECK_OK(trio_stream_close(&screen.stream));
    }
}

TEST_REAL(consoles, a_screen_is_for_sending)
{
    struct trio_descriptor_stream screen;
    char byte;
    size_t length;

    open_screen(&screen);
    CHECK_STATUS(trio_stream_receive_some(&screen.stream, &byte, 1, &length),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_wait_readable(screen.over.socket.handle), TRIO_ENOTSUP);
    CHECK_OK(trio_stream_close(&screen.stream));
}

// What was sent is on its way.
TEST_REAL(consoles, a_screen_is_given_back)
{
    struct trio_descriptor_stream screen;

    open_screen(&screen);
    for (int i = 0; i < 2; i++) {
        show(&screen, "x", 1);
        trio_handle handle = trio_descriptor_stream_release(&screen);
        CHECK_OK(trio_descriptor_stream_open(handle, &screen));
    }
    CHECK_OK(trio_stream_close(&screen.stream));
}

// A process gets the console of another one by attaching to it. That other one
// is this program once more, which does nothing: a pseudo console, which has no
// window, is given to new processes only.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define NTDDI_VERSION 0x0A000006 // Windows 10, version 1809.

#include "tests/windows/console/console.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"

#include <windows.h>

#define HOLDING "TRIO_TEST_HOLDS_A_CONSOLE"

__attribute__((constructor)) static void hold(void)
{
    if (getenv(HOLDING) != NULL)
        Sleep(INFINITE);
}

// ---- Making ----

static HPCON make_pseudo_console(void)
{
    COORD size = {CONSOLE_COLUMNS, CONSOLE_ROWS};
    HANDLE input, keys; // The other end stays open.
    HANDLE nowhere =
        CreateFileA("NUL", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    HPCON console;

    REQUIRE(nowhere != INVALID_HANDLE_VALUE);
    REQUIRE(CreatePipe(&input, &keys, NULL, 0));
    REQUIRE(CreatePseudoConsole(size, input, nowhere, 0, &console) == S_OK);
    return console;
}

static PROCESS_INFORMATION start_holder(HPCON console)
{
    STARTUPINFOEXA start = {.StartupInfo.cb = sizeof(start)};
    PROCESS_INFORMATION holder;
    char program[MAX_PATH];
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    start.lpAttributeList = malloc(size);
    REQUIRE(start.lpAttributeList != NULL);
    REQUIRE(
        InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size));
    REQUIRE(UpdateProcThreadAttribute(start.lpAttributeList, 0,
                                      PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE,
                                      console, sizeof(console), NULL, NULL));
    REQUIRE(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    REQUIRE(SetEnvironmentVariableA(HOLDING, "1"));
    REQUIRE(CreateProcessA(program, NULL, NULL, NULL, FALSE,
                           EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                           &start.StartupInfo, &holder));
    REQUIRE(SetEnvironmentVariableA(HOLDING, NULL));
    free(start.lpAttributeList);
    return holder;
}

// The holder has its console at some time after it was started.
static void make(void)
{
    static bool made;

    if (made)
        return;
    PROCESS_INFORMATION holder = start_holder(make_pseudo_console());
    FreeConsole();
    while (!AttachConsole(holder.dwProcessId))
        REQUIRE(WaitForSingleObject(holder.hProcess, 1) == WAIT_TIMEOUT);
    TerminateProcess(holder.hProcess, 0);
    CloseHandle(holder.hThread);
    CloseHandle(holder.hProcess);
    made = true;
}

trio_handle console_open(const char *name)
{
    make();
    HANDLE handle = CreateFileA(name, GENERIC_READ | GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);
    REQUIRE(handle != INVALID_HANDLE_VALUE);
    return (trio_handle)handle;
}

// ---- The keyboard ----

void console_set_lines(bool wanted)
{
    HANDLE keys = (HANDLE)console_open("CONIN$");
    DWORD lines = ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;
    DWORD mode;

    REQUIRE(GetConsoleMode(keys, &mode));
    REQUIRE(SetConsoleMode(keys, wanted ? mode | lines : mode & ~lines));
    CloseHandle(keys);
}

static void press_with(HANDLE keys, DWORD held, WORD key, wchar_t unit)
{
    INPUT_RECORD record = {.EventType = KEY_EVENT,
                           .Event.KeyEvent = {.wRepeatCount = 1,
                                              .wVirtualKeyCode = key,
                                              .uChar.UnicodeChar = unit,
                                              .dwControlKeyState = held}};
    DWORD count;

    for (int down = 1; down >= 0; down--) {
        record.Event.KeyEvent.bKeyDown = down;
        REQUIRE(WriteConsoleInputW(keys, &record, 1, &count));
    }
}

static void press(HANDLE keys, WORD key, wchar_t unit)
{
    press_with(keys, 0, key, unit);
}

void console_type(const wchar_t *text)
{
    HANDLE keys = (HANDLE)console_open("CONIN$");

    for (; *text != L'\0'; text++)
        press(keys, *text == VK_RETURN || *text == VK_BACK ? *text : 0, *text);
    CloseHandle(keys);
}

void console_interrupt(void)
{
    HANDLE keys = (HANDLE)console_open("CONIN$");

    press_with(keys, LEFT_CTRL_PRESSED, 'C', 3);
    CloseHandle(keys);
}

void console_press(unsigned short key)
{
    HANDLE keys = (HANDLE)console_open("CONIN$");

    press(keys, key, L'\0');
    CloseHandle(keys);
}

size_t console_take(wchar_t *ret_text, size_t size)
{
    HANDLE keys = (HANDLE)console_open("CONIN$");
    INPUT_RECORD record;
    size_t length = 0;
    DWORD count;

    while (GetNumberOfConsoleInputEvents(keys, &count) && count > 0) {
        REQUIRE(ReadConsoleInputW(keys, &record, 1, &count));
        if (record.EventType == KEY_EVENT && record.Event.KeyEvent.bKeyDown &&
            length + 1 < size)
            ret_text[length++] = record.Event.KeyEvent.uChar.UnicodeChar;
    }
    ret_text[length] = L'\0';
    CloseHandle(keys);
    return length;
}

// ---- The screen ----

void console_clear(void)
{
    HANDLE screen = (HANDLE)console_open("CONOUT$");
    COORD start = {0, 0};
    DWORD count;

    REQUIRE(FillConsoleOutputCharacterW(
        screen, L' ', CONSOLE_COLUMNS * CONSOLE_ROWS, start, &count));
    REQUIRE(SetConsoleCursorPosition(screen, start));
    CloseHandle(screen);
}

const wchar_t *console_row(int row)
{
    static wchar_t text[CONSOLE_COLUMNS + 1];
    HANDLE screen = (HANDLE)console_open("CONOUT$");
    COORD start = {0, (SHORT)row};
    DWORD count;

    REQUIRE(ReadConsoleOutputCharacterW(screen, text, CONSOLE_COLUMNS, start,
                                        &count));
    while (count > 0 && text[count - 1] == L' ')
        count--;
    text[count] = L'\0';
    CloseHandle(screen);
    return text;
}

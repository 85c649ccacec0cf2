// A death is judged from outside. There is no fork: the child is the program
// once more, told to come to the same place of the same case and to die there.
// So a case does the same in both until then, which those of TEST_PLAIN do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check_death.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define DYING "TRIO_CHECK_DIES" // The number of the death, in its case.

static const struct check_case *last_case;
static unsigned deaths; // Of that case.

__attribute__((noreturn)) static void die(void (*fn)(void))
{
    // No window asks what to do about it.
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    signal(SIGABRT, SIG_DFL);
    fn();
    _Exit(0);
}

// Reads until the child's end is closed. What does not fit is thrown away.
static void read_all(HANDLE input, char *text, size_t size)
{
    char rest[512];
    size_t length = 0;

    for (;;) {
        bool full = length + 1 == size;
        DWORD got = 0;
        BOOL more = full ? ReadFile(input, rest, sizeof(rest), &got, NULL)
                         : ReadFile(input, text + length,
                                    (DWORD)(size - 1 - length), &got, NULL);

        if (!more || got == 0)
            break;
        if (!full)
            length += got;
    }
    text[length] = '\0';
}

static HANDLE start_child(HANDLE output)
{
    const struct check_case *item = check_current();
    char program[MAX_PATH];
    char command[2 * MAX_PATH];
    char number[16];
    STARTUPINFOA start = {.cb = sizeof(start),
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdOutput = output,
                          .hStdError = output};
    PROCESS_INFORMATION child;

    REQUIRE(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    snprintf(command, sizeof(command), "\"%s\" --test %s.%s", program,
             item->suite, item->name);
    snprintf(number, sizeof(number), "%u", deaths);
    SetEnvironmentVariableA(DYING, number);
    REQUIRE(CreateProcessA(program, command, NULL, NULL, TRUE, 0, NULL, NULL,
                           &start, &child));
    SetEnvironmentVariableA(DYING, NULL);
    CloseHandle(child.hThread);
    return child.hProcess;
}

// Says whether this is the child, and the place is where it dies.
static bool is_the_place(void)
{
    const char *number = getenv(DYING);

    if (check_current() != last_case)
        deaths = 0;
    last_case = check_current();
    deaths++;
    return number != NULL && strtoul(number, NULL, 10) == deaths;
}

bool check_dies(void (*fn)(void), const char *name, const char *file, int line,
                ...)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited),
                                     .bInheritHandle = TRUE};
    char text[16384];
    HANDLE input, output;
    DWORD code = 0;
    bool held = true;
    const char *expected;
    va_list texts;

    if (is_the_place())
        die(fn);
    if (getenv(DYING) != NULL)
        return true; // This death was another child's.
    REQUIRE(CreatePipe(&input, &output, &inherited, 0));
    SetHandleInformation(input, HANDLE_FLAG_INHERIT, 0);
    HANDLE child = start_child(output);
    CloseHandle(output);
    read_all(input, text, sizeof(text));
    CloseHandle(input);
    WaitForSingleObject(child, INFINITE);
    REQUIRE(GetExitCodeProcess(child, &code));
    CloseHandle(child);

    if (!check_that(code != 0, name, file, line))
        held = false;
    va_start(texts, line);
    while ((expected = va_arg(texts, const char *)) != NULL)
        if (!check_that(strstr(text, expected) != NULL, expected, file, line))
            held = false;
    va_end(texts);
    if (!held)
        fprintf(stderr, "    it wrote: %s\n", text);
    return held;
}

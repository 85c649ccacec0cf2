// The system draws no new place for a program that it has in memory: what is
// another for a twin is its environment, and what is not drawn once for all.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "sim/runner/twin_system.h"

#define PADDING "TRIO_TWIN_PADDING"

static void change_environment(uint64_t seed)
{
    char padding[1024];
    size_t length = 16 + (size_t)(seed * 48 % (sizeof(padding) - 32));

    memset(padding, 'x', length);
    padding[length] = '\0';
    SetEnvironmentVariableA(PADDING, padding);
}

// Reads up to the end; what does not fit into `text` is no hash anyway.
static void read_text(HANDLE in, char *text, size_t size)
{
    size_t length = 0;
    DWORD got = 0;
    char *end;

    while (length + 1 < size &&
           ReadFile(in, text + length, (DWORD)(size - 1 - length), &got, NULL))
        length += got;
    text[length] = '\0';
    if ((end = strchr(text, '\r')) != NULL)
        memmove(end, end + 1, strlen(end)); // As it was printed.
}

// Returns its process, NULL: it could not be run.
static HANDLE start(const char *program, const char *scenario, uint64_t seed,
                    HANDLE out)
{
    char command[4096];
    STARTUPINFOA start_up = {.cb = sizeof(start_up),
                             .dwFlags = STARTF_USESTDHANDLES,
                             .hStdOutput = out,
                             .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
    PROCESS_INFORMATION child;
    int length =
        snprintf(command, sizeof(command), "\"%s\" --twin %s --seed %" PRIu64,
                 program, scenario, seed);

    if (length < 0 || (size_t)length >= sizeof(command))
        return NULL;
    change_environment(seed);
    bool runs = CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL,
                               &start_up, &child);
    SetEnvironmentVariableA(PADDING, NULL);
    if (!runs)
        return NULL;
    CloseHandle(child.hThread);
    return child.hProcess;
}

bool trio_runner_twin_run_(const char *program, const char *scenario,
                           uint64_t seed, char *text, size_t size)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited),
                                     .bInheritHandle = TRUE};
    HANDLE in, out;
    DWORD code = 1;

    if (!CreatePipe(&in, &out, &inherited, 0))
        return false;
    SetHandleInformation(in, HANDLE_FLAG_INHERIT, 0);
    HANDLE child = start(program, scenario, seed, out);
    CloseHandle(out);
    read_text(in, text, size);
    CloseHandle(in);
    if (child == NULL)
        return false;
    WaitForSingleObject(child, INFINITE);
    bool ended = GetExitCodeProcess(child, &code) && code == 0;
    CloseHandle(child);
    return ended;
}

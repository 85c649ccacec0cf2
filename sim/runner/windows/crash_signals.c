// The processor's faults come as exceptions, before anybody else has them, on
// the stack that they are on. What the program raises itself, as abort() does,
// are signals of the C library. Neither goes on: the process ends here, once it
// is told.
//
// Time is looked at by a thread. It stops the one that it watches, so that
// nothing moves while it is looked at.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/kernel/state.h"
#include "sim/runner/crash.h"
#include "sim/runner/crash_place.h"
#include "sim/runner/crash_system.h"
#include "sim/runner/windows/exception.h"

static const struct {
    DWORD code;
    const char *name; // As elsewhere.
} faults[] = {{EXCEPTION_ACCESS_VIOLATION, "SIGSEGV"},
              {EXCEPTION_STACK_OVERFLOW, "SIGSEGV"},
              {EXCEPTION_IN_PAGE_ERROR, "SIGBUS"},
              {EXCEPTION_DATATYPE_MISALIGNMENT, "SIGBUS"},
              {EXCEPTION_INT_DIVIDE_BY_ZERO, "SIGFPE"},
              {EXCEPTION_INT_OVERFLOW, "SIGFPE"},
              {EXCEPTION_ILLEGAL_INSTRUCTION, "SIGILL"},
              {EXCEPTION_PRIV_INSTRUCTION, "SIGILL"}};

static const struct {
    int signal;
    const char *name;
} deaths[] = {{SIGSEGV, "SIGSEGV"},
              {SIGABRT, "SIGABRT"},
              {SIGFPE, "SIGFPE"},
              {SIGILL, "SIGILL"}};

enum {
    FAULTS = sizeof(faults) / sizeof(faults[0]),
    DEATHS = sizeof(deaths) / sizeof(deaths[0]),
    SECOND_MS = 1000
};

static const uint64_t second = 10000000; // In what the system counts.

struct exception trio_runner_exception_;
static bool dying; // A fault comes from looking at an earlier one.

static struct {
    HANDLE thread;          // Whose runs they are.
    struct kernel **kernel; // Its current one.
    volatile LONG watches;
    HANDLE watcher;
} watched;

__attribute__((noreturn)) static void end(void)
{
    TerminateProcess(GetCurrentProcess(), EXIT_FAILED);
    for (;;)
        Sleep(INFINITE);
}

// Tells what this thread dies of, and ends the process.
__attribute__((noreturn)) static void die(const char *name,
                                          const CONTEXT *context)
{
    char what[DEATH_TEXT_MAX];

    dying = true;
    trio_runner_exception_ =
        (struct exception){context, (const NT_TIB *)NtCurrentTeb()};
    snprintf(what, sizeof(what), "crashed: %s", name);
    trio_runner_crash_die_(trio_runner_crash_leave_run_(), what, true);
    end();
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception)
{
    // Outside of runs, and in other threads, it is nobody's business here.
    if (trio_sim_kernel_ == NULL && !dying)
        return EXCEPTION_CONTINUE_SEARCH;
    for (size_t i = 0; i < FAULTS; i++)
        if (exception->ExceptionRecord->ExceptionCode == faults[i].code)
            die(faults[i].name, exception->ContextRecord);
    return EXCEPTION_CONTINUE_SEARCH;
}

static void on_signal(int signal)
{
    for (size_t i = 0; i < DEATHS; i++)
        if (deaths[i].signal == signal)
            die(deaths[i].name, NULL);
}

// ---- Time ----

// Returns the processor time that the watched thread has taken.
static uint64_t time_taken(void)
{
    FILETIME begin, end_of_it, inside, own;

    if (!GetThreadTimes(watched.thread, &begin, &end_of_it, &inside, &own))
        return 0;
    return ((uint64_t)(inside.dwHighDateTime + own.dwHighDateTime) << 32) +
           inside.dwLowDateTime + own.dwLowDateTime;
}

// Has the thread stand still, and looks at it.
static void look(void)
{
    static CONTEXT context;

    if (SuspendThread(watched.thread) == (DWORD)-1)
        return;
    context.ContextFlags = CONTEXT_FULL;
    GetThreadContext(watched.thread, &context);
    trio_runner_exception_.context = &context;
    if (trio_runner_crash_tick_(*watched.kernel))
        end();
    ResumeThread(watched.thread);
}

__attribute__((noreturn)) static DWORD CALLBACK watch(void *unused)
{
    uint64_t last = time_taken();

    (void)unused;
    for (;;) {
        Sleep(SECOND_MS);
        uint64_t now = time_taken();
        if (now - last < second)
            continue;
        last = now;
        if (watched.watches)
            look();
    }
}

void trio_runner_crash_ticks_(bool on)
{
    watched.watches = on;
    if (on && watched.watcher == NULL)
        watched.watcher = CreateThread(NULL, 0, watch, NULL, 0, NULL);
}

// The C library has a lock on its descriptor, which a thread that was stopped
// may hold.
void trio_runner_crash_say_(const char *words)
{
    HANDLE file = GetStdHandle(STD_ERROR_HANDLE);
    size_t left = strlen(words);
    DWORD written;

    while (left > 0 && WriteFile(file, words, (DWORD)left, &written, NULL)) {
        words += written;
        left -= written;
    }
}

__attribute__((noreturn)) static DWORD CALLBACK end_after(void *seconds)
{
    Sleep((DWORD)(uintptr_t)seconds * SECOND_MS);
    end();
}

void trio_runner_crash_hurry_(unsigned seconds)
{
    HANDLE thread =
        CreateThread(NULL, 0, end_after, (void *)(uintptr_t)seconds, 0, NULL);

    if (thread != NULL)
        CloseHandle(thread);
}

void trio_runner_crash_signals_(bool alone)
{
    HANDLE process = GetCurrentProcess();

    (void)alone; // There is no sanitizer.
    trio_runner_crash_place_prepare_();
    trio_runner_exception_.thread = (const NT_TIB *)NtCurrentTeb();
    watched.kernel = &trio_sim_kernel_;
    DuplicateHandle(process, GetCurrentThread(), process, &watched.thread, 0,
                    FALSE, DUPLICATE_SAME_ACCESS);
    // No window asks what to do about it.
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    AddVectoredExceptionHandler(TRUE, on_exception);
    for (size_t i = 0; i < DEATHS; i++)
        signal(deaths[i].signal, on_signal);
}

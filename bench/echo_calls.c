// SPDX-License-Identifier: MIT OR Apache-2.0
// A tracer stops the server at each system call and counts. Two loads are put
// on, one twice the other, and the difference is counted: what a server does
// once, or once for a connection, cancels out, and the number is exact.
//
// For that, each load begins when all connections were accepted and the server
// has come to rest. Traced, it is slower than its client by far, and so finds
// all of many connections ready whenever it looks.

#include "bench/echo.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/load.h"
#include "bench/meter.h"

enum { SETTLE_US = 400000 };

static pid_t start_traced(server_fn serve, int connections, int report)
{
    pid_t server = fork();

    if (server == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        serve(report, connections);
        _exit(0);
    }
    return server;
}

static pid_t start_client(int connections, long requests, const int *ends)
{
    struct load load;
    pid_t client = fork();

    if (client == 0) {
        close(ends[1]); // Or the end of the server would not be seen.
        load_open(&load, server_port(ends[0]), connections);
        usleep(SETTLE_US);
        load_run(&load, requests);
        load_close(&load);
        _exit(0);
    }
    return client;
}

// A call stops its process twice, when it begins and when it ends.
static long count_calls(pid_t server)
{
    long stops = 0, options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    int status, signal = 0;

    if (waitpid(server, &status, 0) != server || !WIFSTOPPED(status))
        meter_give_up("ptrace");
    ptrace(PTRACE_SETOPTIONS, server, NULL, options);
    for (;;) {
        ptrace(PTRACE_SYSCALL, server, NULL, (long)signal);
        if (waitpid(server, &status, 0) != server)
            meter_give_up("waitpid");
        if (!WIFSTOPPED(status))
            break;
        bool call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        stops += call;
        signal = call ? 0 : WSTOPSIG(status);
    }
    if (status != 0)
        meter_give_up("echo server");
    return stops / 2;
}

static long calls_for(server_fn serve, int connections, long requests)
{
    int ends[2], status;

    if (pipe(ends) != 0)
        meter_give_up("pipe");
    pid_t server = start_traced(serve, connections, ends[1]);
    pid_t client = start_client(connections, requests, ends);
    if (server < 0 || client < 0)
        meter_give_up("fork");
    close(ends[0]);
    close(ends[1]);
    long calls = count_calls(server);
    if (waitpid(client, &status, 0) != client || status != 0)
        meter_give_up("echo client");
    return calls;
}

double echo_measure_calls(server_fn serve, int connections, long requests)
{
    long once = calls_for(serve, connections, requests);
    long twice = calls_for(serve, connections, 2 * requests);

    return (double)(twice - once) / (double)requests;
}

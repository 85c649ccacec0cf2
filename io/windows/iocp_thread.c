// Where a call cannot but block, a thread makes it, and is ended by ending the
// call: nobody leaves an operation before its thread has.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

#define STACK_SIZE ((size_t)64 << 10)

static DWORD WINAPI make_call(void *arg)
{
    struct operation *operation = arg;

    operation->error = operation->kind->call(operation);
    __atomic_store_n(&operation->returned, true, __ATOMIC_SEQ_CST);
    trio_iocp_post_(operation->port, &operation->answer);
    return 0;
}

int trio_iocp_ask_thread_(struct operation *operation)
{
    operation->thread = CreateThread(NULL, STACK_SIZE, make_call, operation,
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    return operation->thread != NULL ? ERROR_IO_PENDING : (int)GetLastError();
}

void trio_iocp_interrupt_thread_(struct operation *operation)
{
    // It may not have come to the call yet.
    while (!__atomic_load_n(&operation->returned, __ATOMIC_SEQ_CST)) {
        CancelSynchronousIo(operation->thread);
        SwitchToThread();
    }
}

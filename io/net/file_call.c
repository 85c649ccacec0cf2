// A call on a file is one function in a thread, which is never left: so it has
// not been begun, or it has come to its end and says what came of it. In a call
// that writes all, or reads to the end, the thread makes as many to the system
// as it takes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/file_call.h"

#include <trio/error.h>
#include <trio/task.h>
#include <trio/thread.h>

#include "io/net/finish.h"

#define BEGIN(arg)                                                             \
    struct file_call *call = (arg);                                            \
    const struct trio_files *files = call->world->files;                       \
    void *context = call->world->context;                                      \
    call->begun = true

// ---- In the thread ----

trio_status trio_file_open_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->open(context, call->path, call->options, &call->handle,
                       &call->error);
}

trio_status trio_file_close_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->close(context, call->handle, &call->error);
}

trio_status trio_file_read_in_thread_(void *arg)
{
    trio_status rc = TRIO_OK;

    BEGIN(arg);
    while (rc == TRIO_OK && call->length < call->size) {
        size_t length = 0;
        rc = files->read(context, call->handle, call->offset + call->length,
                         call->buffer + call->length, call->size - call->length,
                         &length, &call->error);
        call->length += rc == TRIO_OK ? length : 0;
    }
    return rc == TRIO_EEND && call->length > 0 ? TRIO_OK : rc;
}

trio_status trio_file_write_in_thread_(void *arg)
{
    trio_status rc = TRIO_OK;

    BEGIN(arg);
    while (rc == TRIO_OK && call->length < call->size) {
        size_t length = 0;
        rc = files->write(context, call->handle, call->offset + call->length,
                          call->data + call->length, call->size - call->length,
                          &length, &call->error);
        if (rc == TRIO_OK && length == 0)
            rc = TRIO_EIO; // A device that takes nothing would go on forever.
        call->length += rc == TRIO_OK ? length : 0;
    }
    return rc;
}

trio_status trio_file_sync_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->sync(context, call->handle, &call->error);
}

trio_status trio_file_size_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->size(context, call->handle, &call->offset, &call->error);
}

trio_status trio_file_truncate_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->truncate(context, call->handle, call->offset, &call->error);
}

trio_status trio_file_rename_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->rename(context, call->from, call->path, &call->error);
}

trio_status trio_file_remove_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->remove(context, call->path, &call->error);
}

trio_status trio_file_sync_path_in_thread_(void *arg)
{
    BEGIN(arg);
    return files->sync_path(context, call->path, &call->error);
}

// ---- In the task ----

trio_status trio_file_perform_(trio_status (*fn)(void *arg),
                               struct file_call *call, const char *what)
{
    call->world = trio_run_world();
    if (call->world->files == NULL)
        return trio_net_finish_(
            false,
            trio_fail(TRIO_ENOTSUP, "%s a file: there are none here", what));
    trio_status rc = trio_thread_run(NULL, fn, call);
    if (!call->begun || rc == TRIO_OK)
        return rc;
    if (rc == TRIO_EEND)
        return trio_fail_bare(rc);
    if (call->path == NULL)
        return trio_fail_os(rc, call->error, "%s file %lld", what,
                            (long long)call->handle);
    return trio_fail_os(rc, call->error, "%s %s", what, call->path);
}

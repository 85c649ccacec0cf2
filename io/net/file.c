// The handle of a file is closed by whoever is last: a thread that is in a call
// is not to find somebody else's file under the number.
//
// What a sync left undone no later one can be asked for, so its failure is kept
// and is the answer to all that writes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/file.h>

#include <trio/error.h>
#include <trio/task.h>

#include "io/net/file_call.h"
#include "io/net/finish.h"

static void close_if_unused(struct trio_file *file)
{
    const struct trio_world *world = trio_run_world();
    int error;

    if (file->open || file->calls > 0 || !file->held)
        return;
    file->held = false;
    trio_ignore(world->files->close(world->context, file->handle, &error));
}

// Why a call that reads cannot be made, or TRIO_OK.
static trio_status check_open(const struct trio_file *file)
{
    return file->open ? TRIO_OK : TRIO_ECLOSED;
}

// The same of one that writes.
static trio_status check_write(const struct trio_file *file)
{
    if (!file->open)
        return TRIO_ECLOSED;
    if (file->writing)
        return TRIO_EBUSY;
    return file->writes ? file->failed : TRIO_EINVAL;
}

static trio_status check_sync(const struct trio_file *file)
{
    if (!file->open)
        return TRIO_ECLOSED;
    return file->syncing ? TRIO_EBUSY : file->failed;
}

// Makes a call, unless `refusal` is why it cannot be made.
static TRIO_CHECKPOINT trio_status call_on(struct trio_file *file, bool *busy,
                                           trio_status refusal,
                                           trio_status (*fn)(void *arg),
                                           struct file_call *call,
                                           const char *what)
{
    bool unused;

    if (busy == NULL)
        busy = &unused;
    if (refusal != TRIO_OK) {
        trio_status rc = trio_checkpoint_if_cancelled();
        return rc != TRIO_OK
                   ? rc
                   : trio_net_finish_(false,
                                      trio_fail(refusal, "%s file %lld", what,
                                                (long long)file->handle));
    }
    *busy = true;
    file->calls++;
    call->handle = file->handle;
    trio_status rc = trio_file_perform_(fn, call, what);
    file->calls--;
    *busy = false;
    close_if_unused(file);
    return rc;
}

// ---- The calls ----

static bool make_sense(const struct trio_file_options *options)
{
    return options->write || options->append || !options->truncate;
}

trio_status trio_file_open(const char *path,
                           const struct trio_file_options *options,
                           struct trio_file *ret_file)
{
    static const struct trio_file_options defaults = {.write = false};
    struct file_call call = {.path = path,
                             .options = options == NULL ? &defaults : options};
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    if (!make_sense(call.options))
        return trio_net_finish_(
            false,
            trio_fail(TRIO_EINVAL, "truncate %s, but not write to it", path));
    rc = trio_file_perform_(trio_file_open_in_thread_, &call, "open");
    if (rc == TRIO_OK)
        *ret_file = (struct trio_file){.handle = call.handle,
                                       .held = true,
                                       .open = true,
                                       .writes = call.options->write ||
                                                 call.options->append,
                                       .appends = call.options->append};
    return rc;
}

trio_status trio_file_read_at(struct trio_file *file, uint64_t offset,
                              void *buffer, size_t size, size_t *ret_length)
{
    struct file_call call = {.offset = offset, .buffer = buffer, .size = size};

    trio_touch(file, TRIO_ACCESS_READ);
    trio_status rc = call_on(file, NULL, check_open(file),
                             trio_file_read_in_thread_, &call, "read from");
    if (rc == TRIO_OK)
        *ret_length = call.length;
    return rc;
}

static TRIO_CHECKPOINT trio_status write_all(struct trio_file *file,
                                             bool appends, uint64_t offset,
                                             const void *data, size_t size,
                                             size_t *ret_written)
{
    struct file_call call = {.offset = offset, .data = data, .size = size};
    trio_status refusal = check_write(file);

    if (refusal == TRIO_OK && file->appends != appends)
        refusal = TRIO_EINVAL;
    trio_status rc = call_on(file, &file->writing, refusal,
                             trio_file_write_in_thread_, &call, "write to");
    if (ret_written != NULL)
        *ret_written = call.length;
    return rc;
}

trio_status trio_file_write_at(struct trio_file *file, uint64_t offset,
                               const void *data, size_t size,
                               size_t *ret_written)
{
    trio_touch(file, TRIO_ACCESS_WRITE);
    return write_all(file, false, offset, data, size, ret_written);
}

trio_status trio_file_append_all(struct trio_file *file, const void *data,
                                 size_t size, size_t *ret_written)
{
    trio_touch(file, TRIO_ACCESS_WRITE);
    return write_all(file, true, 0, data, size, ret_written);
}

trio_status trio_file_sync(struct trio_file *file)
{
    struct file_call call = {.path = NULL};

    trio_touch(file, TRIO_ACCESS_WRITE);
    trio_status rc = call_on(file, &file->syncing, check_sync(file),
                             trio_file_sync_in_thread_, &call, "sync");
    if (call.begun && rc != TRIO_ENOTSUP)
        file->failed = rc;
    return rc;
}

trio_status trio_file_size(struct trio_file *file, uint64_t *ret_size)
{
    struct file_call call = {.path = NULL};

    trio_touch(file, TRIO_ACCESS_READ);
    trio_status rc =
        call_on(file, NULL, check_open(file), trio_file_size_in_thread_, &call,
                "ask for the length of");
    if (rc == TRIO_OK)
        *ret_size = call.offset;
    return rc;
}

trio_status trio_file_truncate(struct trio_file *file, uint64_t size)
{
    struct file_call call = {.offset = size};

    trio_touch(file, TRIO_ACCESS_WRITE);
    return call_on(file, &file->writing, check_write(file),
                   trio_file_truncate_in_thread_, &call, "set the length of");
}

// ---- The end ----

trio_status trio_file_close(struct trio_file *file)
{
    struct file_call call = {.handle = file->handle};

    trio_touch(file, TRIO_ACCESS_WRITE);
    file->open = false;
    if (!file->held || file->calls > 0)
        return trio_checkpoint();
    file->calls++;
    trio_status rc =
        trio_file_perform_(trio_file_close_in_thread_, &call, "close");
    file->calls--;
    if (call.begun)
        file->held = false;
    close_if_unused(file);
    return call.begun || rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

void trio_file_close_forcefully(struct trio_file *file)
{
    trio_touch(file, TRIO_ACCESS_WRITE);
    file->open = false;
    close_if_unused(file);
}

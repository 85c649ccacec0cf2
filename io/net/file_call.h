// A call on a file, made in a thread.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_FILE_CALL_H
#define TRIO_IO_NET_FILE_CALL_H

#include <trio/backend.h>
#include <trio/file.h>

// One call, on the stack of the task that waits for its end.
struct file_call {
    const struct trio_world *world;
    trio_handle handle;
    const struct trio_file_options *options;
    const char *path;
    const char *from;
    uint64_t offset; // Or a length.
    const char *data;
    char *buffer;
    size_t size;
    size_t length; // So many bytes are done.
    int error;
    bool begun;
};

// The calls, for trio_file_perform_; `arg` is a struct file_call.
TRIO_MUST_USE trio_status trio_file_open_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_close_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_read_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_write_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_sync_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_size_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_truncate_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_rename_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_remove_in_thread_(void *arg);
TRIO_MUST_USE trio_status trio_file_sync_path_in_thread_(void *arg);

// Makes a call; "open" and its like say which in an error's text.
TRIO_CHECKPOINT trio_status trio_file_perform_(trio_status (*fn)(void *arg),
                                               struct file_call *call,
                                               const char *what);

#endif // TRIO_IO_NET_FILE_CALL_H

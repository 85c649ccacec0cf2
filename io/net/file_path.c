// Paths of files: what they name.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/file_call.h"

trio_status trio_path_rename(const char *from, const char *path)
{
    struct file_call call = {.from = from, .path = path};

    return trio_file_perform_(trio_file_rename_in_thread_, &call, "rename to");
}

trio_status trio_path_remove(const char *path)
{
    struct file_call call = {.path = path};

    return trio_file_perform_(trio_file_remove_in_thread_, &call, "remove");
}

trio_status trio_path_sync(const char *path)
{
    struct file_call call = {.path = path};

    return trio_file_perform_(trio_file_sync_path_in_thread_, &call,
                              "sync the folder of");
}

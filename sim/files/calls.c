// The seam's functions, which a job calls on the stack of the task that waits
// for it: so the host is that task's. Each may fail as the run wants it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/files/files.h"

const struct trio_files trio_sim_files_ = {.open = trio_sim_open_file_,
                                           .close = trio_sim_close_file_,
                                           .read = trio_sim_read_file_,
                                           .write = trio_sim_write_file_,
                                           .size = trio_sim_file_size_,
                                           .truncate = trio_sim_truncate_file_,
                                           .sync = trio_sim_sync_file_,
                                           .rename = trio_sim_rename_path_,
                                           .remove = trio_sim_remove_file_,
                                           .sync_path = trio_sim_sync_path_};

// Folders.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_FOLDER_H
#define TRIO_SIM_RUNNER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

// The names of what is in one, in order. They and `items` are the owner's to
// free.
struct folder {
    char **items;
    size_t count;
};

// Whether there is one at a path.
bool trio_runner_is_folder_(const char *path);

// Reads one. False: it cannot be read.
bool trio_runner_folder_read_(const char *path, struct folder *ret_folder);

void trio_runner_folder_free_(struct folder *folder);

#endif // TRIO_SIM_RUNNER_FOLDER_H

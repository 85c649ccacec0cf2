// What is in a folder comes in any order; it is told in that of the names.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool trio_runner_is_folder_(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

// Returns false if there is no memory for it.
static bool add(struct folder *folder, const char *name)
{
    size_t size = (folder->count + 1) * sizeof(*folder->items);
    char **items = realloc(folder->items, size);
    char *copy = items != NULL ? strdup(name) : NULL;
    size_t i = folder->count;

    if (items != NULL)
        folder->items = items;
    if (copy == NULL)
        return false;
    for (; i > 0 && strcmp(items[i - 1], copy) > 0; i--)
        items[i] = items[i - 1];
    items[i] = copy;
    folder->count++;
    return true;
}

bool trio_runner_folder_read_(const char *path, struct folder *ret_folder)
{
    DIR *open = opendir(path);
    const struct dirent *item;
    bool whole = true;

    *ret_folder = (struct folder){.count = 0};
    if (open == NULL)
        return false;
    while (whole && (item = readdir(open)) != NULL)
        whole = add(ret_folder, item->d_name);
    closedir(open);
    if (!whole)
        trio_runner_folder_free_(ret_folder);
    return whole;
}

void trio_runner_folder_free_(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        free(folder->items[i]);
    free(folder->items);
    *folder = (struct folder){.count = 0};
}

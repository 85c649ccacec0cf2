// A main for targets that are built without an engine: it gives each file that
// is named, and each in a folder that is, to the target once, as an engine does
// that is told not to look for more. Options are not its concern.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#pragma weak LLVMFuzzerInitialize
int LLVMFuzzerInitialize(int *argument_count, char ***arguments);

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

// Returns what a file has, in a block of just that size: then a sanitizer sees
// who reads beyond it.
static uint8_t *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long size = 0;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 ||
        (size = ftell(file)) < 0)
        fail(path);
    rewind(file);
    data = malloc(size > 0 ? (size_t)size : 1);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)
        fail(path);
    fclose(file);
    *ret_size = (size_t)size;
    return data;
}

static void run_file(const char *path)
{
    size_t size;
    uint8_t *data = read_file(path, &size);

    // So that it is known which one ends the process.
    fprintf(stderr, "%s: %zu bytes\n", path, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

// Returns how many files that was.
static size_t run_path(const char *path)
{
    struct dirent **entries;
    char name[PATH_MAX];
    int count = scandir(path, &entries, is_file, alphasort);

    if (count < 0) {
        run_file(path);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        run_file(name);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

int main(int argument_count, char **arguments)
{
    size_t files = 0;

    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argument_count, &arguments);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argument_count; i++)
        if (arguments[i][0] != '-')
            files += run_path(arguments[i]);
    printf("%zu inputs\n", files);
    return 0;
}

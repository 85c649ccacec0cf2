// In a folder, a file's name says whose tokens it has, so that several programs
// share one, and a file from the undeclared outputs of a failed test is kept by
// copying it there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/corpus_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sim/runner/folder.h"
#include "sim/runner/text.h"

bool trio_runner_corpus_exists_(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

static FILE *open_file(const char *path, const char *scenario)
{
    char name[PATH_MAX];

    if (!trio_runner_is_folder_(path))
        return fopen(path, "r");
    snprintf(name, sizeof(name), "%s/%s.token", path, scenario);
    return fopen(name, "r");
}

char *trio_runner_corpus_read_(const char *path, const char *scenario,
                               size_t *ret_length)
{
    FILE *file = open_file(path, scenario);
    struct text text;
    int letter;

    if (file == NULL)
        return NULL;
    bool open = trio_runner_text_open_(&text);
    while (open && (letter = getc(file)) != EOF)
        putc(letter, text.out);
    fclose(file);
    if (!open)
        return NULL;
    char *content = trio_runner_text_close_(&text);
    *ret_length = text.length;
    return content;
}

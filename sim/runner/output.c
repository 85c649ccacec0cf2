// Whoever prints may do so by any means, also from a library that is shared:
// what all of them have in common are the descriptors.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOLD_MAX = 8192, KEPT_MAX = 1 << 20 };

static const int descriptors[] = {STDOUT_FILENO, STDERR_FILENO};

static struct {
    int saved[2];
    int file; // 0: nothing is held back.
} held;

void trio_runner_output_redirect_(int file)
{
    fflush(stdout);
    for (size_t i = 0; i < 2; i++)
        dup2(file, descriptors[i]);
}

void trio_runner_output_trim_(void)
{
    if (lseek(STDOUT_FILENO, 0, SEEK_CUR) > KEPT_MAX &&
        ftruncate(STDOUT_FILENO, 0) == 0)
        lseek(STDOUT_FILENO, 0, SEEK_SET);
}

char *trio_runner_output_read_(int file)
{
    off_t size = lseek(file, 0, SEEK_END);
    size_t told = size > TOLD_MAX ? TOLD_MAX : size > 0 ? (size_t)size : 0;
    size_t length = 0;
    ssize_t got = 1;
    char *text = told > 0 ? calloc(told + 1, 1) : NULL;

    if (text == NULL || lseek(file, size - (off_t)told, SEEK_SET) < 0)
        return text;
    while (length < told && got > 0) {
        got = read(file, text + length, (unsigned)(told - length));
        length += got > 0 ? (size_t)got : 0;
    }
    return text;
}

void trio_runner_output_hold_(void)
{
    int file = held.file == 0 ? trio_runner_output_new_() : -1;

    if (file <= 0)
        return;
    held.file = file;
    fflush(stdout);
    for (size_t i = 0; i < 2; i++)
        held.saved[i] = dup(descriptors[i]);
    trio_runner_output_in_order_();
    trio_runner_output_redirect_(file);
}

char *trio_runner_output_release_(void)
{
    if (held.file == 0)
        return NULL;
    fflush(stdout);
    for (size_t i = 0; i < 2; i++) {
        dup2(held.saved[i], descriptors[i]);
        close(held.saved[i]);
    }
    char *text = trio_runner_output_read_(held.file);
    close(held.file);
    held.file = 0;
    return text;
}

void trio_runner_output_write_(FILE *out, const char *title, char *text)
{
    char *rest = text;
    char *line;

    if (text != NULL)
        fprintf(out, "\n  %s\n\n", title);
    while (rest != NULL && *rest != '\0') {
        line = rest;
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        fprintf(out, "    %s\n", line);
    }
    free(text);
}

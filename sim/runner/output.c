// Whoever prints may do so by any means, also from a library that is shared:
// what all of them have in common are the descriptors.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TOLD_MAX = 8192, KEPT_MAX = 1 << 20 };

static const int descriptors[] = {STDOUT_FILENO, STDERR_FILENO};

static struct {
    int saved[2];
    int file; // 0: nothing is held back.
} held;

int trio_runner_output_new_(void)
{
    return memfd_create("output", MFD_CLOEXEC);
}

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
    char *text = told > 0 ? calloc(told + 1, 1) : NULL;

    if (text != NULL &&
        pread(file, text, told, size - (off_t)told) != (ssize_t)told)
        text[0] = '\0';
    return text;
}

void trio_runner_output_hold_(void)
{
    static char buffer[4096];
    int file = held.file == 0 ? trio_runner_output_new_() : -1;

    if (file <= 0)
        return;
    held.file = file;
    fflush(stdout);
    for (size_t i = 0; i < 2; i++)
        held.saved[i] = dup(descriptors[i]);
    // In order with what is not buffered.
    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
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
    const char *line;

    if (text != NULL)
        fprintf(out, "\n  %s\n\n", title);
    while (rest != NULL && *rest != '\0') {
        line = strsep(&rest, "\n");
        fprintf(out, "    %s\n", line);
    }
    free(text);
}

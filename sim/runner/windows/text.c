// A text is written to a temporary file, and read at its end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/text.h"

#include <io.h>
#include <stdlib.h>

#include "sim/runner/windows/temporary.h"

bool trio_runner_text_open_(struct text *text)
{
    int file = trio_runner_temporary_new_();

    *text = (struct text){.out = file < 0 ? NULL : _fdopen(file, "w+b")};
    if (file >= 0 && text->out == NULL)
        _close(file);
    return text->out != NULL;
}

char *trio_runner_text_close_(struct text *text)
{
    long size = ftell(text->out);

    text->length = size > 0 ? (size_t)size : 0;
    text->content = malloc(text->length + 1);
    rewind(text->out);
    if (text->content != NULL) {
        text->length = fread(text->content, 1, text->length, text->out);
        text->content[text->length] = '\0';
    }
    fclose(text->out);
    return text->content;
}

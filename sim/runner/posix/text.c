// The C library knows streams in memory.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/text.h"

bool trio_runner_text_open_(struct text *text)
{
    *text = (struct text){.out = NULL};
    text->out = open_memstream(&text->content, &text->length);
    return text->out != NULL;
}

char *trio_runner_text_close_(struct text *text)
{
    fclose(text->out);
    return text->content;
}

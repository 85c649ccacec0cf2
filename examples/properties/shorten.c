// A first property: whatever the text and the limit, the limit is kept. It is
// not, and the report says for what.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/rapidcheck.h>

// Cuts a text to `max` characters; dots show where.
static void shorten(char *text, size_t max)
{
    if (strlen(text) > max)
        snprintf(text + (max < 3 ? 0 : max - 3), 4, "...");
}

static bool is_short_enough(struct trio_rc_source *source, void *arg)
{
    char text[40];

    (void)arg;
    trio_rc_text(source, "text", sizeof(text) - 3, text);
    size_t max = (size_t)trio_rc_int(source, "max", 0, 30);
    shorten(text, max);
    TRIO_RC_HOLDS(source, strlen(text) <= max);
    return true;
}

int main(void)
{
    return trio_rc_check("shorten", is_short_enough, NULL) ? 0 : 1;
}

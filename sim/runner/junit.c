// The head of the file has the sums of what follows, so the cases are written
// into memory first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct junit trio_runner_junit_(const char *path, const char *program)
{
    const char *slash = strrchr(program, '/');

    return (struct junit){.path = path,
                          .suite = slash != NULL ? slash + 1 : program};
}

// XML has no way to write most control characters, not even escaped.
static void write_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char letter = (unsigned char)*text;

        if (letter == '<')
            fputs("&lt;", out);
        else if (letter == '>')
            fputs("&gt;", out);
        else if (letter == '&')
            fputs("&amp;", out);
        else if (letter == '"')
            fputs("&quot;", out);
        else if (letter < ' ' && letter != '\n' && letter != '\t')
            putc('?', out);
        else
            putc(letter, out);
    }
}

static void write_time(FILE *out, trio_duration time)
{
    fprintf(out, " time=\"%" PRId64 ".%03d\"", time / TRIO_SECOND,
            (int)(time / TRIO_MS % 1000));
}

static void write_problem(FILE *out, const char *element, const char *message,
                          const char *report)
{
    fprintf(out, "    <%s message=\"", element);
    write_escaped(out, message);
    fputs("\">", out);
    write_escaped(out, report);
    fprintf(out, "</%s>\n", element);
}

void trio_runner_junit_add_(struct junit *junit, const struct record *record,
                            const char *report)
{
    if (junit->path == NULL)
        return;
    if (junit->cases == NULL)
        junit->cases = open_memstream(&junit->text, &junit->length);
    if (junit->cases == NULL)
        return;
    FILE *out = junit->cases;

    junit->tests++;
    junit->time += record->time;
    fputs("  <testcase classname=\"", out);
    write_escaped(out, junit->suite);
    fprintf(out, "\" name=\"%s\"", record->scenario->name);
    write_time(out, record->time);
    fputs(">\n", out);
    if (trio_runner_record_failed_(record)) {
        junit->failures++;
        write_problem(out, "failure", record->result.text, report);
    } else if (record->result.verdict == TRIO_SIM_CAPPED) {
        junit->errors++;
        write_problem(out, "error", "runs were too long", report);
    }
    fputs("  </testcase>\n", out);
}

bool trio_runner_junit_finish_(struct junit *junit)
{
    if (junit->path == NULL)
        return true;
    FILE *out = fopen(junit->path, "w");
    bool written = false;

    if (junit->cases != NULL)
        fclose(junit->cases);
    if (out != NULL) {
        fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"",
              out);
        write_escaped(out, junit->suite);
        fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
                junit->tests, junit->failures, junit->errors);
        write_time(out, junit->time);
        fprintf(out, ">\n%s</testsuite>\n",
                junit->text != NULL ? junit->text : "");
        written = !ferror(out);
        written &= fclose(out) == 0;
    }
    free(junit->text);
    return written;
}

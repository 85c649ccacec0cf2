// The head of the file has the sums of what follows. It is as long whatever
// they are, so that it can be written anew with each case: the file is always a
// document of all that is over, also if this process is killed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/junit.h"

#include <inttypes.h>
#include <string.h>

enum { SUMS_MAX = 160 };

// Returns how many bytes the character at `at` has, which are UTF-8's; 0: they
// are not, or are of a character that XML cannot write, not even escaped.
static size_t character_length(const unsigned char *at)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    size_t more = *at < 0x80       ? 0
                  : *at >> 5 == 6  ? 1
                  : *at >> 4 == 14 ? 2
                  : *at >> 3 == 30 ? 3
                                   : 4;
    if (more == 4)
        return 0;
    uint32_t code = *at & (0x7fu >> (more > 0 ? more + 1 : 0));

    for (size_t i = 1; i <= more; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    if (code < least[more] || code > 0x10ffff || code >> 11 == 0xd800 >> 11 ||
        code == 0xfffe || code == 0xffff ||
        (code < ' ' && code != '\n' && code != '\t'))
        return 0;
    return more + 1;
}

static const char *escape_of(char letter)
{
    switch (letter) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

static void write_escaped(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = character_length((const unsigned char *)text);
        const char *escape = escape_of(*text);

        if (escape != NULL)
            fputs(escape, out);
        else if (length > 0)
            fwrite(text, 1, length, out);
        else
            putc('?', out);
        text += length > 0 ? length : 1;
    }
}

static void write_head(const struct junit *junit)
{
    char sums[SUMS_MAX];
    FILE *out = junit->file;

    snprintf(sums, sizeof(sums),
             "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%" PRId64
             ".%03d\"",
             junit->tests, junit->failures, junit->errors,
             junit->time / TRIO_SECOND, (int)(junit->time / TRIO_MS % 1000));
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"",
          out);
    write_escaped(out, junit->suite);
    fprintf(out, "\" %-*s>\n", SUMS_MAX, sums);
}

// Ends the document here, for now.
static void write_end(struct junit *junit)
{
    junit->end = ftell(junit->file);
    fputs("</testsuite>\n", junit->file);
    fflush(junit->file);
}

bool trio_runner_junit_begin_(struct junit *junit, const char *path,
                              const char *program)
{
    const char *slash = strrchr(program, '/');

    *junit = (struct junit){.suite = slash != NULL ? slash + 1 : program};
    if (path == NULL)
        return true;
    junit->file = fopen(path, "w");
    if (junit->file == NULL)
        return false;
    write_head(junit);
    write_end(junit);
    return junit->end > 0 && ferror(junit->file) == 0;
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

static void write_case(const struct junit *junit, const struct record *record,
                       const char *report)
{
    FILE *out = junit->file;

    fputs("  <testcase classname=\"", out);
    write_escaped(out, junit->suite);
    fputs("\" name=\"", out);
    write_escaped(out, record->scenario->name);
    fprintf(out, "\" time=\"%" PRId64 ".%03d\">\n", record->time / TRIO_SECOND,
            (int)(record->time / TRIO_MS % 1000));
    if (trio_runner_record_is_unfair_(record))
        write_problem(out, "error", "needs a loop with another fairness",
                      report);
    else if (trio_runner_record_failed_(record))
        write_problem(out, "failure", record->result.text, report);
    else if (record->stopped)
        write_problem(out, "error", "it was stopped", report);
    else if (record->result.verdict == TRIO_SIM_CAPPED)
        write_problem(out, "error", "runs were too long", report);
    fputs("  </testcase>\n", out);
}

void trio_runner_junit_add_(struct junit *junit, const struct record *record,
                            const char *report)
{
    if (junit->file == NULL)
        return;
    junit->tests++;
    junit->time += record->time;
    bool unfair = trio_runner_record_is_unfair_(record);
    if (trio_runner_record_failed_(record) && !unfair)
        junit->failures++;
    else if (unfair || record->stopped ||
             record->result.verdict == TRIO_SIM_CAPPED)
        junit->errors++;
    fseek(junit->file, junit->end, SEEK_SET);
    write_case(junit, record, report);
    write_end(junit);
    fseek(junit->file, 0, SEEK_SET); // Unlike rewind, forgets no error.
    write_head(junit);
    fflush(junit->file);
}

bool trio_runner_junit_end_(struct junit *junit)
{
    if (junit->file == NULL)
        return true;
    bool written = ferror(junit->file) == 0;
    return fclose(junit->file) == 0 && written;
}

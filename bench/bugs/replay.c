// Failures as they are kept: a line for each, with the name of the bug, the
// token, and what failed. Each is replayed in a process in which nothing has
// run before, so that nothing but the token can make it fail.
//
// For that a copy of this process will do, as long as it only makes copies: and
// where another CPU is emulated there is nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bugs/measure.h"

extern char **environ;

// Takes a word off a text, with the blanks behind it.
static char *take_word(char **text)
{
    char *word = *text;

    *text += strcspn(*text, " ");
    if (**text != '\0')
        *(*text)++ = '\0';
    *text += strspn(*text, " ");
    return word;
}

static const struct trio_scenario *find_bug(const char *name)
{
    const struct trio_scenario *bug = trio_scenario_first();

    while (bug != NULL && strcmp(bug->name, name) != 0)
        bug = bug->next;
    return bug;
}

bool measure_replay_line(const struct measure *measure, const char *line)
{
    struct trio_campaign_result result;
    char words[MEASURE_LINE_MAX];
    char *text = words;

    snprintf(words, sizeof words, "%s", line);
    const char *name = take_word(&text);
    const char *token = take_word(&text);
    const struct trio_scenario *bug = find_bug(name);
    if (bug == NULL) {
        printf("%s: there is no such bug\n", name);
        return false;
    }
    const char *came = measure_replay(measure, bug, token, &result);
    if (came == NULL && strcmp(result.text, text) == 0)
        return true;
    printf("%s: %s: %s\n", name, token, came != NULL ? came : result.text);
    return false;
}

static bool ended_well(pid_t child)
{
    int status = -1;

    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool measure_replay_anew(const char *line)
{
    char *arguments[] = {(char *)"bugs", (char *)"--replay", (char *)line,
                         NULL};
    pid_t child = -1;

    fflush(stdout);
    if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ))
        return false;
    return ended_well(child);
}

static bool replay_in_copy(const char *line)
{
    struct measure measure = {0};

    fflush(stdout);
    pid_t child = fork();
    if (child != 0)
        return ended_well(child);
    measure_begin(&measure);
    bool again = measure_replay_line(&measure, line);
    measure_end(&measure);
    exit(!again);
}

// Whether the file has a line for each bug.
static unsigned count_missing(const char *lines)
{
    const struct measure all = {0};
    const struct trio_scenario *bug = trio_scenario_first();
    char start[MEASURE_LINE_MAX];
    unsigned missing = 0;

    while ((bug = measure_next_bug(&all, bug)) != NULL) {
        snprintf(start, sizeof start, "\n%s ", bug->name);
        if (strstr(lines, start) == NULL) {
            printf("%s: nothing is kept\n", bug->name);
            missing++;
        }
        bug = bug->next;
    }
    return missing;
}

// Returns all of a file, behind a line of its own, to be freed.
static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t length = 0;
    int letter = '\n';

    if (file == NULL) {
        perror(path);
        return NULL;
    }
    FILE *memory = open_memstream(&text, &length);
    for (; memory != NULL && letter != EOF; letter = getc(file))
        putc(letter, memory);
    if (memory != NULL)
        fclose(memory);
    fclose(file);
    return text;
}

bool measure_replay_file(const char *path)
{
    unsigned passed = 0, failed = 0;
    char *lines = read_all(path);
    char *rest = NULL;

    if (lines == NULL)
        return false;
    failed += count_missing(lines);
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#')
            continue;
        bool again = replay_in_copy(line);
        passed += again;
        failed += !again;
        if (!again)
            printf("FAILED: %s\n", line);
    }
    free(lines);
    printf("%u passed, %u failed\n", passed, failed);
    return passed > 0 && failed == 0;
}

// An object is declared somewhere, and its first use says by which name: it is
// the first argument of a call, on a line that is known. Of objects of the same
// name all but the first keep their number besides. If the source is not there
// to be read, or that is no plain name, there is only the number.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/place.h"

enum { PATH_SIZE = 4096, LINE_SIZE = 256, NAMED_MAX = 1000, USES_MAX = 8 };

// ---- The source ----

// Bazel says where a source is in whatever folder the program runs, and of a
// test in a sandbox it is elsewhere.
static FILE *open_source(const char *path)
{
    static const char sandbox[] = "/proc/self/cwd/";
    const char *workspace = getenv("BUILD_WORKSPACE_DIRECTORY");
    char other[PATH_SIZE];
    const char *inside = strstr(path, sandbox); // Behind a drive.
    const char *here = inside != NULL ? inside + strlen(sandbox) : path;
    FILE *file = fopen(here, "r");

    if (file != NULL || workspace == NULL || inside == NULL)
        return file;
    snprintf(other, sizeof(other), "%s/%s", workspace, here);
    return fopen(other, "r");
}

// Reads a line, of which it keeps what there is room for. False: there is none.
static bool read_begin(FILE *file, char *line, size_t size)
{
    char rest[LINE_SIZE];
    bool any = fgets(line, (int)size, file) != NULL;
    bool ends = !any || strchr(line, '\n') != NULL;

    while (!ends)
        ends = fgets(rest, sizeof(rest), file) == NULL ||
               strchr(rest, '\n') != NULL;
    return any;
}

// Reads a line of the source, "/path/file.c:12", or the beginning of it.
static bool read_line(const char *place, char *line, size_t size)
{
    char path[PATH_SIZE];
    const char *colon = strrchr(place, ':');

    if (colon == NULL || (size_t)(colon - place) >= sizeof(path))
        return false;
    snprintf(path, sizeof(path), "%.*s", (int)(colon - place), place);
    FILE *file = open_source(path);
    if (file == NULL)
        return false;
    long left = atol(colon + 1);
    bool read = left > 0;
    for (; left > 0 && read; left--)
        read = read_begin(file, line, size);
    fclose(file);
    return read;
}

static bool is_call_of_ours(const char *line, const char *open)
{
    const char *name = open;

    while (name > line && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
        name--;
    return strncmp(name, "trio_", 5) == 0 || strncmp(name, "TRIO_", 5) == 0;
}

// Takes the first argument of the first call of the library's, if it is a name.
static void read_name(const char *line, char *name)
{
    const char *open = strchr(line, '(');
    size_t length = 0;

    while (open != NULL && !is_call_of_ours(line, open))
        open = strchr(open + 1, '(');
    if (open == NULL)
        return;
    open += 1 + strspn(open + 1, "& ");
    while (isalnum((unsigned char)open[length]) ||
           (open[length] != '\0' && strchr("_.->[]", open[length]) != NULL))
        length++;
    if (length == 0 || length >= DERIVED_NAME_MAX ||
        isdigit((unsigned char)*open) || strchr(",)", open[length]) == NULL)
        return;
    memcpy(name, open, length);
    name[length] = '\0';
}

// ---- Objects ----

static bool is_taken(const struct names *names, const char *text)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i].text, text) == 0)
            return true;
    return false;
}

// A parameter has one name for many objects: a later use may know a better one.
static void derive(struct names *names, const struct kernel *kernel, size_t i)
{
    const struct event *event = trio_sim_event_(kernel, i);
    char text[DERIVED_NAME_MAX] = "";
    char line[LINE_SIZE];

    // Who starts a task does not name the scope that it will be in.
    if (event->object == 0 || event->object >= names->count ||
        event->kind == TRIO_NOTE_TASK_SPAWN)
        return;
    struct derived_name *name = &names->names[event->object];
    if ((name->text[0] != '\0' && !name->shared) || name->uses == USES_MAX)
        return;
    const char *place =
        trio_runner_place_line_(trio_sim_telling_(kernel, i)->place);
    name->uses++;
    if (place != NULL && read_line(place, line, sizeof(line)))
        read_name(line, text);
    bool taken = is_taken(names, text);
    if (text[0] == '\0' || (taken && name->shared))
        return;
    memcpy(name->text, text, sizeof(text));
    name->shared = taken;
}

struct names trio_runner_names_(const struct kernel *kernel)
{
    struct names names = {NULL, 0};
    size_t events = trio_sim_event_count_(kernel);

    for (size_t i = 0; i < events; i++)
        if (trio_sim_event_(kernel, i)->object >= names.count &&
            names.count < NAMED_MAX)
            names.count = trio_sim_event_(kernel, i)->object + 1u;
    names.names = calloc(names.count + 1, sizeof(*names.names));
    if (names.names == NULL)
        names.count = 0;
    for (size_t i = 0; i < events && names.count > 0; i++)
        derive(&names, kernel, i);
    return names;
}

void trio_runner_names_free_(struct names *names)
{
    free(names->names);
}

// ---- Texts ----

// Puts a name in the place of `length` bytes, unless there is no room.
static size_t replace(char *text, size_t size, char *at, size_t length,
                      const char *name)
{
    size_t tail = strlen(at + length) + 1;

    if ((size_t)(at - text) + strlen(name) + tail > size)
        return length;
    memmove(at + strlen(name), at + length, tail);
    memcpy(at, name, strlen(name));
    return strlen(name);
}

void trio_runner_names_apply_(const struct names *names, char *text,
                              size_t size)
{
    char name[DERIVED_NAME_MAX + 16];
    char *at = text;
    char *end;

    while ((at = strstr(at, " #")) != NULL) {
        unsigned long number = strtoul(at + 2, &end, 10);
        at++;
        if (end == at + 1 || number >= names->count ||
            names->names[number].text[0] == '\0')
            continue;
        snprintf(name, sizeof(name),
                 names->names[number].shared ? "%s#%lu" : "%s",
                 names->names[number].text, number);
        at += replace(text, size, at, (size_t)(end - at), name);
    }
}

// A task and its wait in words: who it is, for what it waits, who holds that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/words.h"
#include "core/misuse.h"
#include "core/park.h"

static const struct trio_report *report_of(const struct trio_task *task)
{
    return &task->run->config.report;
}

static bool is_control(char byte)
{
    return (unsigned char)byte < ' ' || byte == 0x7f;
}

void trio_name_words_(const char *name, char *text, size_t size)
{
    size_t length = 0;

    text[length++] = '"';
    for (; *name != '\0' && length + 2 < size; name++)
        text[length++] = is_control(*name) ? '?' : *name;
    text[length++] = '"';
    text[length] = '\0';
}

void trio_task_words_(const struct trio_task *task, char *text, size_t size)
{
    const struct trio_report *report = report_of(task);
    char name[NAME_WORDS_MAX];

    if (task->name != NULL)
        trio_name_words_(task->name, name, sizeof(name));
    else
        report->place(report->context, (const void *)task->fn, name,
                      sizeof(name));
    trio_format_(report, text, size, "task %llu %s",
                 (unsigned long long)task->number, name);
}

size_t trio_wait_words_(const struct trio_task *task, char *text, size_t size)
{
    const struct trio_report *report = report_of(task);
    const struct trio_task *holder = trio_wait_holder_(task);
    trio_time end = trio_sleeps_until_(task);
    char name[TASK_WORDS_MAX];
    size_t length =
        trio_format_(report, text, size, "waits to %s", task->park.wait->verb);

    if (task->park.object != NULL)
        length += trio_format_(report, text + length, size - length, " %p",
                               task->park.object);
    if (end != TRIO_FOREVER)
        length += trio_format_(report, text + length, size - length,
                               " in %lld ms", trio_ms_until_(task->run, end));
    if (holder != NULL) {
        trio_task_words_(holder, name, sizeof(name));
        length += trio_format_(report, text + length, size - length,
                               ", held by %s", name);
    }
    return length;
}

struct trio_task *trio_wait_holder_(const struct trio_task *task)
{
    const struct park *park = &task->park;

    if (park->wait == NULL || park->wait->owner == NULL)
        return NULL;
    struct trio_task *owner = park->wait->owner(park->object);
    // One that was lost gives nothing back, and its name may be gone, too.
    return owner == NULL || owner->abandoned ? NULL : owner;
}

long long trio_ms_until_(const struct trio_run *run, trio_time time)
{
    if (time <= run->now)
        return 0;
    trio_duration left = time - run->now;
    return (long long)(left / TRIO_MS + (left % TRIO_MS > 0));
}

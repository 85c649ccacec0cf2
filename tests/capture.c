// Reports are lines without a newline; they are kept one after another, each
// with its newline, so that a test may look for text across them. Lines that
// find no room are dropped whole.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"

#include <string.h>

#include "tests/check.h"

static void keep_line(void *context, const char *text)
{
    struct capture *capture = context;
    size_t size = strlen(text);

    if (capture->length + size + 2 > sizeof(capture->text))
        return;
    memcpy(capture->text + capture->length, text, size);
    capture->length += size;
    capture->text[capture->length++] = '\n';
    capture->text[capture->length] = '\0';
}

static int format(void *context, char *buffer, size_t size, const char *text,
                  va_list arguments)
{
    struct capture *capture = context;

    return capture->report.format(capture->report.context, buffer, size, text,
                                  arguments);
}

static void place(void *context, const void *address, char *buffer, size_t size)
{
    struct capture *capture = context;

    capture->report.place(capture->report.context, address, buffer, size);
}

static size_t backtrace(void *context, struct trio_registers registers,
                        const void *top, const void **ret_places, size_t max)
{
    struct capture *capture = context;

    return capture->report.backtrace(capture->report.context, registers, top,
                                     ret_places, max);
}

// What is kept would be lost with the process.
__attribute__((noreturn)) static void stop(void *context)
{
    struct capture *capture = context;

    capture->report.line(capture->report.context, capture->text);
    capture->report.stop(capture->report.context);
}

void capture_open(struct capture *capture)
{
    struct trio_config base = trio_config_platform();

    capture->config =
        trio_config_simulated(&capture->simulation, &base, check_seed());
    capture->report = base.report;
    capture->config.report = (struct trio_report){.context = capture,
                                                  .line = keep_line,
                                                  .format = format,
                                                  .place = place,
                                                  .backtrace = backtrace,
                                                  .stop = stop};
    capture->config.ret_error = &capture->error;
    capture->error = NULL;
    capture->length = 0;
    capture->text[0] = '\0';
}

trio_status capture_run(struct capture *capture, trio_task_fn fn, void *arg)
{
    return trio_run_with(&capture->config, fn, arg);
}

void capture_close(struct capture *capture)
{
    trio_error_free(capture->error);
}

// A worker prints nothing. It tells the process that started it each thing as
// it happens, so that if it dies, all but what it was at is known.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/posix/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/runner/output.h"
#include "sim/runner/trial.h"

struct sender {
    int pipe;
    struct trio_clock clock;
    trio_time sent; // The last progress was.
};

static void send_message(const struct sender *sender,
                         const struct message *message)
{
    const char *at = (const char *)message;
    size_t left = sizeof(*message);

    while (left > 0) {
        ssize_t written = write(sender->pipe, at, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            _exit(EXIT_FAILED); // Nobody is interested any more.
        at += written;
        left -= (size_t)written;
    }
}

bool trio_runner_message_receive_(int pipe, struct message *ret_message)
{
    char *at = (char *)ret_message;
    size_t left = sizeof(*ret_message);

    while (left > 0) {
        ssize_t got = read(pipe, at, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        left -= (size_t)got;
    }
    return true;
}

static void send_progress(void *context, const struct record *so_far)
{
    struct sender *sender = context;
    trio_time now = sender->clock.now(sender->clock.context);

    trio_runner_output_trim_();
    if (now - sender->sent < 100 * TRIO_MS)
        return;
    sender->sent = now;
    struct message message = {.kind = MESSAGE_PROGRESS, .record = *so_far};
    send_message(sender, &message);
}

static void send_finish(void *context, const struct record *record)
{
    struct message message = {.kind = MESSAGE_FINISH, .record = *record};

    send_message(context, &message);
}

static void send_warning(void *context, const char *line)
{
    struct message message = {.kind = MESSAGE_WARN};

    snprintf(message.line, sizeof(message.line), "%s", line);
    send_message(context, &message);
}

void trio_runner_work_(const struct jobs *jobs, const struct work *work,
                       int pipe)
{
    struct sender sender = {.pipe = pipe, .clock = jobs->config->clock};
    struct listener listener = {.progress = send_progress,
                                .finish = send_finish,
                                .warn = send_warning,
                                .context = &sender};
    struct trial trial = {.options = jobs->options,
                          .clock = jobs->config->clock,
                          .campaign = trio_campaign_new(jobs->config),
                          .part = work->part,
                          .parts = work->parts,
                          .listener = &listener};
    struct record record;

    if (trial.campaign == NULL)
        _exit(EXIT_FAILED);
    for (size_t i = work->at; i < jobs->count; i += work->stride) {
        trio_runner_try_(&trial, jobs->scenarios[i], jobs->time, &record);
        listener.finish(listener.context, &record);
    }
    trio_campaign_free(trial.campaign);
    close(pipe);
    exit(EXIT_PASSED); // Whoever looks for leaks then does so.
}

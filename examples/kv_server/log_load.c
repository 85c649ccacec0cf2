// A log is read from the front, a request at a time. The first that is not
// whole ends it: a power failure leaves a part of it, or zeros where it was to
// be. A request that is whole and cannot be executed is another matter, and
// nothing is cut off for that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/log.h"

#include <trio/error.h>

#define READ_MIN ((size_t)64 << 10)

struct loading {
    struct kv_log *log;
    struct kv_buffer in;
    struct kv_parser *parser;
    uint64_t read; // Offset up to which it was read.
    uint64_t good; // Up to which requests are whole.
    kv_log_execute_fn execute;
    void *arg;
};

static TRIO_CHECKPOINT trio_status read_some(struct loading *loading)
{
    struct kv_buffer *in = &loading->in;
    char *place = kv_buffer_reserve(in, READ_MIN);
    size_t length;

    if (place == NULL)
        return trio_fail_bare(in->failure);
    trio_status rc = trio_file_read_at(&loading->log->file, loading->read,
                                       place, kv_buffer_room(in), &length);
    if (rc == TRIO_OK) {
        in->held += length;
        loading->read += length;
    }
    return rc;
}

// What is logged is never typed by hand.
static enum kv_parsed parse(struct loading *loading)
{
    struct kv_buffer *in = &loading->in;

    if (in->held == 0)
        return KV_PARSED_PART;
    if (*kv_buffer_first(in) != '*')
        return KV_PARSED_ERROR;
    return kv_parser_parse(loading->parser, kv_buffer_first(in), in->held);
}

// Executes all that is whole. TRIO_EEND: there is no more.
static TRIO_CHECKPOINT trio_status execute_all(struct loading *loading)
{
    struct kv_parser *parser = loading->parser;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        enum kv_parsed parsed = parse(loading);
        if (parsed == KV_PARSED_ERROR)
            return TRIO_EEND;
        if (parsed == KV_PARSED_PART) {
            rc = read_some(loading);
            continue;
        }
        if (parser->request.count > 0)
            rc = loading->execute(&parser->request, loading->arg);
        loading->good += parser->length;
        kv_buffer_take(&loading->in, parser->length);
    }
    return rc;
}

// Cuts off what is not whole, durably, so that it is not found once more.
static TRIO_CHECKPOINT trio_status cut_off(struct loading *loading)
{
    struct trio_file *file = &loading->log->file;
    uint64_t size;

    trio_status rc = trio_file_size(file, &size);
    if (rc != TRIO_OK || size == loading->good)
        return rc;
    loading->log->cut = size - loading->good;
    rc = trio_file_truncate(file, loading->good);
    return rc == TRIO_OK ? trio_file_sync(file) : rc;
}

static TRIO_CHECKPOINT trio_status load(struct loading *loading)
{
    struct kv_log *log = loading->log;

    trio_status rc = execute_all(loading);
    if (rc == TRIO_EEND)
        rc = cut_off(loading);
    log->told = log->written = log->synced = loading->good;
    return rc;
}

// What a process that was killed has written need not be durable yet.
static TRIO_CHECKPOINT trio_status make_durable(struct kv_log *log,
                                                const char *path)
{
    trio_status rc = trio_file_sync(&log->file);

    return rc == TRIO_OK ? trio_path_sync(path) : rc;
}

static TRIO_CHECKPOINT trio_status open_and_load(struct loading *loading,
                                                 const char *path)
{
    static const struct trio_file_options options = {.append = true,
                                                     .create = true};
    struct kv_log *log = loading->log;

    trio_status rc = trio_file_open(path, &options, &log->file);
    if (rc != TRIO_OK)
        return rc;
    rc = load(loading);
    if (rc == TRIO_OK)
        rc = make_durable(log, path);
    if (rc != TRIO_OK)
        kv_log_close(log);
    return rc;
}

trio_status kv_log_open(struct kv_log *ret_log, const char *path,
                        enum kv_fsync fsync, struct kv_parser *parser,
                        size_t request_max, kv_log_execute_fn execute,
                        void *arg)
{
    struct loading loading = {
        .log = ret_log, .parser = parser, .execute = execute, .arg = arg};

    *ret_log = (struct kv_log){.fsync = fsync};
    kv_buffer_init(&ret_log->pending, SIZE_MAX / 4);
    kv_buffer_init(&ret_log->writing, SIZE_MAX / 4);
    kv_buffer_init(&loading.in, request_max + READ_MIN);
    trio_status rc = open_and_load(&loading, path);
    kv_buffer_free(&loading.in);
    return rc;
}

bool kv_fsync_from_text(const char *text, enum kv_fsync *ret_fsync)
{
    static const char *const names[] = {"always", "everysec", "no"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *ret_fsync = (enum kv_fsync)i;
        return true;
    }
    return false;
}

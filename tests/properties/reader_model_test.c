// The reader against its model: all bytes that ever arrive, and how many of
// them have been taken.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/reader.h>

#include <trio/campaign.h>
#include <trio/memory_stream.h>
#include <trio/scenario.h>

#include "tests/check.h"
#include "tests/properties/stage.h"

enum { CHUNKS_MAX = 6, CHUNK_MAX = 9, CALLS_MAX = 10, BUFFER = 8 };

enum { PEEK, READ, UNTIL, LINE, FRAME, VERBS };

struct chunk {
    uint8_t length;
    char bytes[CHUNK_MAX];
};

struct call {
    uint8_t verb;
    uint8_t length; // To peek or read.
    uint8_t until;  // Half a second after this one it is cancelled; 0: never.
};

struct workload {
    size_t chunk_count;
    size_t call_count;
    struct chunk chunks[CHUNKS_MAX]; // One each second, then the end.
    struct call calls[CALLS_MAX];
};

// ---- The model ----

struct model {
    const struct workload *workload;
    char bytes[CHUNKS_MAX * CHUNK_MAX];
    size_t taken;
    trio_duration now; // Since the beginning.
};

struct answer_of_call {
    trio_status rc;
    const char *bytes;
    size_t length; // That the caller is told.
    size_t taken;
};

static size_t count_arrived(const struct workload *workload, trio_duration now)
{
    size_t count = 0;

    for (size_t i = 0; i < workload->chunk_count; i++)
        if ((trio_duration)(i + 1) * TRIO_SECOND <= now)
            count += workload->chunks[i].length;
    return count;
}

// Finds where a piece ends that is followed by `delimiter`.
static struct answer_of_call find(const char *bytes, size_t held,
                                  char delimiter)
{
    size_t seen = held < BUFFER ? held : BUFFER;

    for (size_t i = 0; i < seen; i++)
        if (bytes[i] == delimiter)
            return (struct answer_of_call){TRIO_OK, bytes, i, i + 1};
    return (struct answer_of_call){.rc = seen == BUFFER ? TRIO_EMSGSIZE
                                                        : TRIO_EWOULDBLOCK};
}

static struct answer_of_call count(const char *bytes, size_t held,
                                   size_t skipped, size_t length)
{
    if (skipped + length > BUFFER)
        return (struct answer_of_call){.rc = TRIO_EMSGSIZE};
    if (held < skipped + length)
        return (struct answer_of_call){.rc = TRIO_EWOULDBLOCK};
    return (struct answer_of_call){TRIO_OK, bytes + skipped, length,
                                   skipped + length};
}

// What a call comes to with what is there; TRIO_EWOULDBLOCK: it needs more.
static struct answer_of_call answer(const struct call *call, const char *bytes,
                                    size_t held)
{
    struct answer_of_call found;

    switch (call->verb) {
    case PEEK:
        found = count(bytes, held, 0, call->length);
        found.taken = 0;
        return found;
    case READ:
        return count(bytes, held, 0, call->length);
    case UNTIL:
        return find(bytes, held, ';');
    case LINE:
        found = find(bytes, held, '\n');
        if (found.rc == TRIO_OK && found.length > 0 &&
            bytes[found.length - 1] == '\r')
            found.length--;
        return found;
    default:
        found = count(bytes, held, 0, 1);
        return found.rc != TRIO_OK
                   ? found
                   : count(bytes, held, 1, (unsigned char)bytes[0]);
    }
}

// Lets time pass until the call has its answer.
static struct answer_of_call foretell(struct model *model,
                                      const struct call *call)
{
    const struct workload *workload = model->workload;
    trio_duration until = call->until * TRIO_SECOND + TRIO_SECOND / 2;
    trio_duration end =
        (trio_duration)(workload->chunk_count + 1) * TRIO_SECOND;
    struct answer_of_call found = {.rc = TRIO_ECANCELED};

    if (call->until != 0 && until <= model->now)
        return found;
    for (;;) {
        found = answer(call, model->bytes + model->taken,
                       count_arrived(workload, model->now) - model->taken);
        if (found.rc != TRIO_EWOULDBLOCK)
            break;
        trio_duration next =
            (model->now / TRIO_SECOND + 1) * TRIO_SECOND; // An arrival.
        if (model->now >= end) {
            found.rc = TRIO_EEND;
            break;
        }
        if (call->until != 0 && until < next) {
            model->now = until;
            found.rc = TRIO_ECANCELED;
            break;
        }
        model->now = next;
    }
    model->taken += found.rc == TRIO_OK ? found.taken : 0;
    return found;
}

// ---- The real one ----

struct line_of_chunks {
    const struct workload *workload;
    struct trio_memory_stream *near;
};

static TRIO_CHECKPOINT trio_status send_chunks(void *arg)
{
    const struct line_of_chunks *line = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    for (size_t i = 0; rc == TRIO_OK && i < line->workload->chunk_count; i++) {
        const struct chunk *chunk = &line->workload->chunks[i];
        rc = trio_stream_send_all(&line->near->stream, chunk->bytes,
                                  chunk->length, NULL);
        if (rc == TRIO_OK)
            rc = trio_sleep(TRIO_SECOND);
    }
    return rc == TRIO_OK ? trio_stream_send_eof(&line->near->stream) : rc;
}

static TRIO_CHECKPOINT trio_status make_call(struct trio_reader *reader,
                                             const struct call *call,
                                             char **ret_data,
                                             size_t *ret_length)
{
    *ret_length = call->length;
    switch (call->verb) {
    case PEEK:
        return trio_reader_peek(reader, call->length, ret_data);
    case READ:
        return trio_reader_read(reader, call->length, ret_data);
    case UNTIL:
        return trio_reader_read_until(reader, ';', ret_data, ret_length);
    case LINE:
        return trio_reader_read_line(reader, ret_data, ret_length);
    default:
        return trio_reader_read_frame(reader, 1, ret_data, ret_length);
    }
}

static TRIO_CHECKPOINT trio_status compare_call(struct trio_reader *reader,
                                                struct model *model,
                                                const struct call *call,
                                                trio_time began)
{
    struct answer_of_call should = foretell(model, call);
    trio_duration until = call->until * TRIO_SECOND + TRIO_SECOND / 2;
    struct trio_cancel_scope scope;
    char *data = NULL;
    size_t length = 0;

    trio_move_on_at(&scope, call->until == 0 ? TRIO_FOREVER
                                             : trio_time_add(began, until));
    trio_status rc = make_call(reader, call, &data, &length);
    TRIO_SIM_ALWAYS(rc == should.rc, "a call returns what it should");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || (length == should.length &&
                                      memcmp(data, should.bytes, length) == 0),
                    "the bytes are those that it should give");
    return trio_cancel_scope_close(&scope, rc == TRIO_ECANCELED ? rc : TRIO_OK);
}

static TRIO_CHECKPOINT trio_status compare(void *arg)
{
    const struct workload *workload = arg;
    struct model model = {.workload = workload};
    struct trio_memory_stream near, far;
    struct line_of_chunks line = {workload, &near};
    struct trio_nursery nursery;
    struct trio_reader reader;
    trio_time began = trio_now();
    char buffer[BUFFER];
    size_t length = 0;

    for (size_t i = 0; i < workload->chunk_count; i++) {
        memcpy(model.bytes + length, workload->chunks[i].bytes, CHUNK_MAX);
        length += workload->chunks[i].length;
    }
    trio_memory_stream_pair(&near, &far);
    trio_reader_init(&reader, &far.stream, buffer, sizeof(buffer));
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, send_chunks, &line);
    for (size_t i = 0; i < workload->call_count && rc == TRIO_OK; i++)
        rc = compare_call(&reader, &model, &workload->calls[i], began);
    rc = trio_nursery_close(&nursery, rc);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    return rc;
}

// ---- Workloads ----

static void draw_chunk(struct trio_rc_source *source, void *arg, void *ret_item)
{
    static const char letters[] = {'a', ';', '\n', '\r', 3, 9};
    static const char *const names[] = {"a", ";", "LF", "CR", "3", "9"};
    struct chunk *chunk = ret_item;

    (void)arg;
    chunk->length = (uint8_t)trio_rc_int(source, "bytes", 1, CHUNK_MAX);
    for (size_t i = 0; i < chunk->length; i++)
        chunk->bytes[i] =
            letters[trio_rc_one_of(source, "byte", COUNT(letters), names)];
}

static void draw_call(struct trio_rc_source *source, void *arg, void *ret_item)
{
    static const char *const names[] = {"peek", "read", "until", "line",
                                        "frame"};
    struct call *call = ret_item;

    (void)arg;
    call->verb = (uint8_t)trio_rc_one_of(source, "call", VERBS, names);
    if (call->verb == PEEK || call->verb == READ)
        call->length = (uint8_t)trio_rc_int(source, "length", 0, BUFFER + 1);
    call->until = (uint8_t)trio_rc_int(source, "until", 0, CHUNKS_MAX);
}

static bool is_as_foretold(struct trio_rc_source *source, void *arg)
{
    struct workload workload;
    const struct trio_scenario scenario = {
        .name = "reader", .fn = compare, .arg = &workload, .still_clock = true};
    const struct trio_campaign_options few = {.runs = 4,
                                              .no_cancel_sweep = true,
                                              .no_time_sweep = true,
                                              .no_failure_sweep = true,
                                              .no_twins = true};

    (void)arg;
    memset(&workload, 0, sizeof(workload));
    workload.chunk_count =
        trio_rc_list(source, "chunks", sizeof(struct chunk), CHUNKS_MAX,
                     draw_chunk, NULL, workload.chunks);
    workload.call_count =
        trio_rc_list(source, "calls", sizeof(struct call), CALLS_MAX, draw_call,
                     NULL, workload.calls);
    return trio_rc_simulate(source, &scenario, &few);
}

TEST_PLAIN(reader, is_as_its_model)
{
    CHECK(trio_rc_check("reader", is_as_foretold, NULL));
}

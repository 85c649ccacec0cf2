// Two programs that stop half-way.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_unshielded_cleanup: an upload removes its temporary file in any case,
// but to do so it has to wait for the directory. In a cancelled scope it cannot
// wait, and the file stays. The fix: clean up under a shield.
//
// cancel_torn_frame: a message is sent as a header and then a body. Cancelled
// between the two, the next message is taken for the body of this one. The fix:
// send both in one call, which either has no effect or sends all.

#include <string.h>

#include <trio/memory_stream.h>

#include "bench/bugs/bugs.h"

// ---- A file that is not removed ----

enum { UPLOADS = 2 };

struct directory {
    struct trio_lock lock;
    bool fixed;
};

struct upload {
    struct directory *directory;
};

static TRIO_CHECKPOINT trio_status create_file(struct upload *upload)
{
    trio_status rc = trio_lock_acquire(&upload->directory->lock);

    if (rc != TRIO_OK)
        return rc;
    trio_sim_owe(upload, "temporary file");
    trio_lock_release(&upload->directory->lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status remove_file(void *arg)
{
    struct upload *upload = arg;
    trio_status rc = trio_lock_acquire(&upload->directory->lock);

    if (rc != TRIO_OK)
        return rc;
    trio_sim_settle(upload);
    trio_lock_release(&upload->directory->lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_file(struct upload *upload)
{
    trio_status rc = create_file(upload);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(TRIO_SECOND); // it arrives, and is moved to its place
    trio_status removed = upload->directory->fixed
                              ? trio_shielded(TRIO_FOREVER, remove_file, upload)
                              : remove_file(upload);
    return rc == TRIO_OK ? removed : rc;
}

static TRIO_CHECKPOINT trio_status upload_run(void *arg)
{
    struct trio_cancel_scope limit;

    bugs_start();
    trio_move_on_after(&limit, TRIO_MINUTE);
    trio_status rc = receive_file(arg);
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status run_uploads(bool fixed)
{
    struct directory directory = {TRIO_LOCK_INIT, fixed};
    struct upload uploads[UPLOADS];

    bugs_start();
    for (size_t i = 0; i < UPLOADS; i++)
        uploads[i].directory = &directory;
    return bugs_run((struct bugs_tasks[]){
        {.name = "upload",
         .fn = upload_run,
         .arg = uploads,
         .count = UPLOADS,
         .stride = sizeof(uploads[0])},
        {.name = NULL},
    });
}

TRIO_SCENARIO(cancel_unshielded_cleanup,
              .witness = "main upload upload#2 upload cancel:upload")
{
    (void)arg;
    return run_uploads(false);
}

TRIO_SCENARIO(cancel_unshielded_cleanup_fixed)
{
    (void)arg;
    return run_uploads(true);
}

// ---- A frame of which only the header is sent ----

enum { MAGIC = 0x7e, HEADER = 2, BODY_MAX = 16 };

struct link {
    struct trio_memory_stream near;
    struct trio_memory_stream far;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status send_frame(struct link *link,
                                              const char *body)
{
    struct trio_stream *stream = &link->near.stream;
    size_t length = strlen(body);
    unsigned char frame[HEADER + BODY_MAX] = {MAGIC, (unsigned char)length};

    if (link->fixed) {
        memcpy(frame + HEADER, body, length);
        return trio_stream_send_all(stream, frame, HEADER + length, NULL);
    }
    trio_status rc = trio_stream_send_all(stream, frame, HEADER, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(stream, body, length, NULL);
    return rc;
}

// Sends what there is to say, but nothing that has become old.
static TRIO_CHECKPOINT trio_status write_frames(void *arg)
{
    static const char *const bodies[] = {"sunny", "rainy"};
    struct link *link = arg;
    struct trio_cancel_scope limit;
    trio_status rc = TRIO_OK;

    bugs_start();
    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        trio_move_on_after(&limit, TRIO_SECOND);
        rc = send_frame(link, bodies[i]);
        rc = trio_cancel_scope_close(&limit, rc);
    }
    return rc == TRIO_OK ? trio_stream_send_eof(&link->near.stream) : rc;
}

// Receives all of `size` bytes; the end is welcome only before the first.
static TRIO_CHECKPOINT trio_status receive_all(struct trio_stream *stream,
                                               unsigned char *buffer,
                                               size_t size, size_t *ret_length)
{
    trio_status rc = TRIO_OK;
    size_t some;

    for (*ret_length = 0; *ret_length < size; *ret_length += some) {
        rc = trio_stream_receive_some(stream, buffer + *ret_length,
                                      size - *ret_length, &some);
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status read_frames(void *arg)
{
    struct trio_stream *stream = &((struct link *)arg)->far.stream;
    unsigned char header[HEADER], body[UINT8_MAX];
    size_t length;
    trio_status rc;

    bugs_start();
    while ((rc = receive_all(stream, header, HEADER, &length)) == TRIO_OK) {
        TRIO_SIM_ALWAYS(header[0] == MAGIC, "a frame begins after another");
        rc = receive_all(stream, body, header[1], &length);
        TRIO_SIM_ALWAYS(rc != TRIO_EEND, "the end is between frames");
        TRIO_SIM_ALWAYS(rc != TRIO_OK || memchr(body, MAGIC, length) == NULL,
                        "no frame is inside another");
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status run_link(bool fixed)
{
    struct link link = {.fixed = fixed};

    bugs_start();
    trio_memory_stream_pair(&link.near, &link.far);
    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "writer", .fn = write_frames, .arg = &link},
        {.name = "reader", .fn = read_frames, .arg = &link},
        {.name = NULL},
    });
    trio_stream_close_forcefully(&link.near.stream);
    trio_stream_close_forcefully(&link.far.stream);
    return rc;
}

TRIO_SCENARIO(cancel_torn_frame, .witness = "main writer cancel:writer")
{
    (void)arg;
    return run_link(false);
}

TRIO_SCENARIO(cancel_torn_frame_fixed)
{
    (void)arg;
    return run_link(true);
}

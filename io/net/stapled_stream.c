// Each call is the same call on one of the two streams, which answers for all
// of it: for being cancelled, closed, broken. Only what the two cannot know is
// kept here: who is in the sending half, because closing a sending stream to
// end it would not be refused by that, and whether both were closed, because a
// stream that was closed may be closed again, but no longer ended.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// This file uses public headers only, as any stream of yours could.

#include <trio/stapled_stream.h>

#include <trio/error.h>
#include <trio/task.h>

// The stream is its first member.
static struct trio_stapled_stream *stapled_of(struct trio_stream *stream)
{
    return (struct trio_stapled_stream *)stream;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    struct trio_stapled_stream *stapled = stapled_of(stream);
    bool first = !stapled->sending; // A second one is refused below.

    stapled->sending = true;
    trio_status rc =
        trio_stream_send_all(stapled->sender, data, size, ret_sent);
    if (first)
        stapled->sending = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *stream)
{
    struct trio_stapled_stream *stapled = stapled_of(stream);
    bool first = !stapled->sending;

    stapled->sending = true;
    trio_status rc = trio_stream_wait_writable(stapled->sender);
    if (first)
        stapled->sending = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    return trio_stream_receive_some(stapled_of(stream)->receiver, buffer, size,
                                    ret_length);
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *stream)
{
    struct trio_stapled_stream *stapled = stapled_of(stream);

    if (stapled->sender->operations->send_eof != NULL)
        return trio_stream_send_eof(stapled->sender);
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc; // S14: closing would be done all the same.
    if (!stapled->closed && !stapled->sending)
        return trio_stream_close(stapled->sender);
    trio_cancel_shielded_checkpoint();
    return trio_fail_bare(stapled->closed ? TRIO_ECLOSED : TRIO_EBUSY);
}

static TRIO_CHECKPOINT trio_status close_both(struct trio_stream *stream)
{
    struct trio_stapled_stream *stapled = stapled_of(stream);

    stapled->closed = true;
    trio_status rc = trio_stream_close(stapled->sender);
    return trio_combine(rc, trio_stream_close(stapled->receiver));
}

static void close_both_forcefully(struct trio_stream *stream)
{
    struct trio_stapled_stream *stapled = stapled_of(stream);

    stapled->closed = true;
    trio_stream_close_forcefully(stapled->sender);
    trio_stream_close_forcefully(stapled->receiver);
}

static const struct trio_stream_operations stapled_operations = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .receive_some = receive_some,
    .send_eof = send_eof,
    .close = close_both,
    .close_forcefully = close_both_forcefully,
};

void trio_stapled_stream_init(struct trio_stapled_stream *ret_stapled,
                              struct trio_stream *sender,
                              struct trio_stream *receiver)
{
    *ret_stapled =
        (struct trio_stapled_stream){.stream.operations = &stapled_operations,
                                     .sender = sender,
                                     .receiver = receiver};
}

// What every kind of stream shares is checked here, once: what it cannot do,
// and a buffer that nothing fits into. Everything else is the kind's own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/stream.h>

#include <trio/error.h>
#include <trio/task.h>

// Refuses a call as late as any other would fail: after a checkpoint.
static TRIO_CHECKPOINT trio_status refuse(trio_status status)
{
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_fail_bare(status) : rc;
}

trio_status trio_stream_send_all(struct trio_stream *stream, const void *data,
                                 size_t size, size_t *ret_sent)
{
    size_t sent;

    if (ret_sent == NULL)
        ret_sent = &sent;
    *ret_sent = 0;
    if (stream->operations->send_all == NULL)
        return refuse(TRIO_ENOTSUP);
    return stream->operations->send_all(stream, data, size, ret_sent);
}

trio_status trio_stream_wait_writable(struct trio_stream *stream)
{
    if (stream->operations->wait_writable == NULL)
        return refuse(TRIO_ENOTSUP);
    return stream->operations->wait_writable(stream);
}

trio_status trio_stream_receive_some(struct trio_stream *stream, void *buffer,
                                     size_t size, size_t *ret_length)
{
    if (stream->operations->receive_some == NULL)
        return refuse(TRIO_ENOTSUP);
    if (size == 0)
        return refuse(TRIO_EINVAL);
    return stream->operations->receive_some(stream, buffer, size, ret_length);
}

trio_status trio_stream_send_eof(struct trio_stream *stream)
{
    if (stream->operations->send_eof == NULL)
        return refuse(TRIO_ENOTSUP);
    return stream->operations->send_eof(stream);
}

trio_status trio_stream_close(struct trio_stream *stream)
{
    if (stream->operations == NULL) // It was never opened.
        return trio_checkpoint();
    return stream->operations->close(stream);
}

void trio_stream_close_forcefully(struct trio_stream *stream)
{
    if (stream->operations != NULL)
        stream->operations->close_forcefully(stream);
}

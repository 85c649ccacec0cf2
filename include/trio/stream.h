// Streams: bytes in order, both ways, over anything.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_STREAM_H
#define TRIO_STREAM_H

#include <trio/base.h>
#include <trio/message.h>
#include <trio/status.h>

// A `trio_stream` sends and receives bytes. It is the first member of every
// kind of stream, and a table of functions: code that is given one works over
// all of them.
//
//     static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream)
//     {
//         char buffer[4096];
//         size_t length;
//         trio_status rc;
//
//         while ((rc = trio_stream_receive_some(stream, buffer,
//                                               sizeof(buffer), &length)) ==
//                TRIO_OK) {
//             rc = trio_stream_send_all(stream, buffer, length, NULL);
//             if (rc != TRIO_OK)
//                 return rc;
//         }
//         return rc == TRIO_EEND ? TRIO_OK : rc;
//     }
//
// One task may send while another receives; two that do the same get
// TRIO_EBUSY. Whoever made the stream closes it. Not thread-safe: use it from
// its loop's thread only.
struct trio_stream {
    const struct trio_stream_operations *operations;
};

// What a kind of stream can do. Each has the meaning, the checkpoint and the
// results of the function of the same name below; NULL: TRIO_ENOTSUP.
struct trio_stream_operations {
    trio_status (*send_all)(struct trio_stream *stream, const void *data,
                            size_t size, size_t *ret_sent);
    trio_status (*wait_writable)(struct trio_stream *stream);
    trio_status (*receive_some)(struct trio_stream *stream, void *buffer,
                                size_t size, size_t *ret_length);
    trio_status (*send_eof)(struct trio_stream *stream);
    trio_status (*close)(struct trio_stream *stream);
    void (*close_forcefully)(struct trio_stream *stream);

    // May be NULL: then the file is read, and sent by send_all.
    trio_status (*send_file)(struct trio_stream *stream, trio_handle file,
                             uint64_t offset, uint64_t length,
                             uint64_t *ret_sent);
};

TRIO_BEGIN_DECLS

// Sends all of `size` bytes. `ret_sent`, which may be NULL, is set in every
// case, to the number of bytes that the stream has taken: after a failure or a
// cancellation in the middle the peer may have a part.
//
// Checkpoint: always.
// Returns: TRIO_OK         the stream has taken all of them.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBROKEN    the peer is gone.
//          TRIO_ECLOSED    the stream, or this half, was closed on this side.
//          TRIO_EBUSY      another task is sending.
//          TRIO_ENOTSUP    this stream does not send.
TRIO_CHECKPOINT trio_status trio_stream_send_all(struct trio_stream *stream,
                                                 const void *data, size_t size,
                                                 size_t *ret_sent);

// Sends `length` bytes of a file, from `offset` on; the file's own position is
// neither used nor moved. Where system and stream allow it, the bytes do not
// pass through this program; else they are read in a thread and sent. The
// meaning is the same, except that other tasks that send meanwhile may then get
// in between. `file` stays the caller's. `ret_sent`, which may be NULL, is set
// in every case, as by trio_stream_send_all.
//
//     uint64_t sent;
//
//     rc = trio_stream_send_file(stream, descriptor, 0, 1000000, &sent);
//     if (rc == TRIO_EEND)
//         printf("there were only %llu bytes\n", (unsigned long long)sent);
//
// Checkpoint: always.
// Returns: TRIO_OK          the stream has taken all of them.
//          TRIO_EEND        the file ended before: all that it had was sent.
//          TRIO_EBADHANDLE  `file` cannot be read.
//          TRIO_ENOMEM      out of memory, or of threads.
//          other            as trio_stream_send_all, or what reading the file
//                           came to.
TRIO_CHECKPOINT trio_status trio_stream_send_file(struct trio_stream *stream,
                                                  trio_handle file,
                                                  uint64_t offset,
                                                  uint64_t length,
                                                  uint64_t *ret_sent);

// Waits until sending a little would probably not wait: for data that is to be
// as fresh as possible.
//
//     rc = trio_stream_wait_writable(stream);
//     if (rc == TRIO_OK)
//         rc = fetch(url, &page); // not before somebody takes it
//
// Checkpoint: always.
// Returns: TRIO_OK         send now.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBROKEN    the peer is gone; some streams say so only when
//                          something is sent.
//          TRIO_ECLOSED    the stream, or this half, was closed on this side.
//          TRIO_EBUSY      another task is sending, or waits for the same.
//          TRIO_ENOTSUP    this stream does not send.
TRIO_CHECKPOINT trio_status
trio_stream_wait_writable(struct trio_stream *stream);

// Receives at least one byte and at most `size`.
//
// Checkpoint: always.
// Returns: TRIO_OK         `*ret_length` bytes are in `buffer`.
//          TRIO_EEND       the peer has sent everything that it will.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was taken.
//          TRIO_EBROKEN    the connection is broken.
//          TRIO_ECLOSED    the stream was closed on this side.
//          TRIO_EBUSY      another task is receiving.
//          TRIO_EINVAL     `size` is 0.
//          TRIO_ENOTSUP    this stream does not receive.
TRIO_CHECKPOINT trio_status trio_stream_receive_some(struct trio_stream *stream,
                                                     void *buffer, size_t size,
                                                     size_t *ret_length);

// Tells the peer that nothing more will be sent, while receiving goes on.
// Again is fine. Sending afterwards is TRIO_ECLOSED.
//
// Checkpoint: always.
// Returns: TRIO_OK         the peer will see the end of the stream.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was done.
//          TRIO_EBROKEN    the peer is gone; some streams say so only once
//                          something was sent to it in vain.
//          TRIO_ECLOSED    the stream was closed on this side.
//          TRIO_EBUSY      another task is sending.
//          TRIO_ENOTSUP    this stream cannot be closed by halves.
TRIO_CHECKPOINT trio_status trio_stream_send_eof(struct trio_stream *stream);

// Closes the stream, in an orderly way where its protocol has one. Tasks that
// use it get TRIO_ECLOSED. Closes also when cancelled, if only forcefully, and
// when an error is returned. Again is fine, and so is a stream that is all
// zeros.
//
// Checkpoint: always.
// Returns: TRIO_OK         it is closed.
//          TRIO_ECANCELED  it is closed; an enclosing scope is cancelled.
//          other           it is closed; saying goodbye failed.
TRIO_CHECKPOINT trio_status trio_stream_close(struct trio_stream *stream);

// Closes the stream at once. Again is fine, and so is a stream that is all
// zeros. A connection over TCP is reset: what the peer has not received yet may
// be lost, also what was sent before, and it gets TRIO_EBROKEN. A stream
// between local sockets just ends: what was sent still arrives. Where the peer
// is to have all of it, close with trio_stream_close.
//
// Checkpoint: never.
void trio_stream_close_forcefully(struct trio_stream *stream);

TRIO_END_DECLS

#endif // TRIO_STREAM_H

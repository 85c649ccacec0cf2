// Stapled streams: one stream out of two that go one way.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_STAPLED_STREAM_H
#define TRIO_STAPLED_STREAM_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_stapled_stream` sends into one stream and receives from another: the
// two pipes of a child process, say, as one stream.
//
//     struct trio_stapled_stream both;
//
//     trio_stapled_stream_init(&both, pipe_in, pipe_out);
//     trio_status rc = echo(&both.stream, NULL);
//     return trio_combine(rc, trio_stream_close(&both.stream)); // closes both
//
// send_eof is the sending stream's own if it has one, else closes that. The
// caller owns the storage, and that of the two, which must outlive it. Not
// thread-safe: use it from its loop's thread only.
struct trio_stapled_stream {
    struct trio_stream stream;
    struct trio_stream *sender;   // Where it sends.
    struct trio_stream *receiver; // Where it receives.
    bool sending;                 // Private. A task is in the sending half.
    bool closed;                  // Private.
};

TRIO_BEGIN_DECLS

// Makes one stream of `sender` and `receiver`.
//
// Checkpoint: never.
void trio_stapled_stream_init(struct trio_stapled_stream *ret_stapled,
                              struct trio_stream *sender,
                              struct trio_stream *receiver);

TRIO_END_DECLS

#endif // TRIO_STAPLED_STREAM_H

// Readers: lines, frames and exact lengths out of any stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_READER_H
#define TRIO_READER_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_reader` receives from a stream into a buffer and hands out whole
// pieces of it. The size of the buffer is the hard limit of a piece.
//
//     static TRIO_CHECKPOINT trio_status tally(struct trio_stream *stream)
//     {
//         char buffer[1024], *line;
//         struct trio_reader reader;
//         size_t length;
//         int lines = 0;
//         trio_status rc;
//
//         trio_reader_init(&reader, stream, buffer, sizeof(buffer));
//         while ((rc = trio_reader_read_line(&reader, &line, &length)) ==
//                TRIO_OK)
//             lines++;
//         return rc == TRIO_EEND ? TRIO_OK : rc;
//     }
//
// A call that fails takes nothing: what was received stays in the reader, and
// the same call may be made again. A piece lies in the buffer and is valid
// until the next call. The caller owns the storage, the buffer and the stream.
// One task reads at a time. Not thread-safe: use it from its loop's thread
// only.
struct trio_reader {
    struct trio_stream *stream; // Where it receives.
    char *buffer;               // Private.
    size_t size;                // Private. Of the buffer.
    size_t start;               // Private. Of what was received, not taken.
    size_t held;                // Private. Bytes of that.
    bool reading;               // Private. A task is in a call.
};

TRIO_BEGIN_DECLS

// Makes a reader of `stream`. `size` is at least 1.
//
// Checkpoint: never.
void trio_reader_init(struct trio_reader *ret_reader,
                      struct trio_stream *stream, void *buffer, size_t size);

// Waits until `length` bytes are there, and takes none of them.
//
// Checkpoint: always.
// Returns: TRIO_OK         they begin at `*ret_data`.
//          TRIO_EMSGSIZE   they do not fit into the buffer.
//          TRIO_EEND       the stream ended before; see trio_reader_held.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing is lost.
//          TRIO_EBUSY      another task is reading.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status trio_reader_peek(struct trio_reader *reader,
                                             size_t length, char **ret_data);

// Takes exactly `length` bytes.
//
// Checkpoint: always.
// Returns: as trio_reader_peek.
TRIO_CHECKPOINT trio_status trio_reader_read(struct trio_reader *reader,
                                             size_t length, char **ret_data);

// Takes what comes before the next `delimiter`, and that, too. It is not
// counted in `*ret_length`.
//
// Checkpoint: always.
// Returns: TRIO_EMSGSIZE  the buffer is full, and there is none in it.
//          other          as trio_reader_peek.
TRIO_CHECKPOINT trio_status trio_reader_read_until(struct trio_reader *reader,
                                                   char delimiter,
                                                   char **ret_data,
                                                   size_t *ret_length);

// Takes a line, which ends with LF or CRLF. The end is not counted in
// `*ret_length`. A last line without one is TRIO_EEND and stays.
//
// Checkpoint: always.
// Returns: as trio_reader_read_until.
TRIO_CHECKPOINT trio_status trio_reader_read_line(struct trio_reader *reader,
                                                  char **ret_line,
                                                  size_t *ret_length);

// Takes a frame: its length in `prefix` bytes, 1 to 8, the highest first, and
// then so many bytes. The prefix has to fit into the buffer as well.
//
//     char buffer[1024], *frame;
//     struct trio_reader reader;
//     size_t length;
//
//     trio_reader_init(&reader, stream, buffer, sizeof(buffer));
//     rc = trio_reader_read_frame(&reader, 2, &frame, &length);
//
// Checkpoint: always.
// Returns: as trio_reader_peek.
TRIO_CHECKPOINT trio_status trio_reader_read_frame(struct trio_reader *reader,
                                                   size_t prefix,
                                                   char **ret_data,
                                                   size_t *ret_length);

// Returns how many bytes were received and not taken. So many can be read
// without waiting: after TRIO_EEND, what came before the end.
//
// Checkpoint: never.
size_t trio_reader_held(const struct trio_reader *reader);

TRIO_END_DECLS

#endif // TRIO_READER_H

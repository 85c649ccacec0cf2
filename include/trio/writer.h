// Writers: many small writes, few sends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_WRITER_H
#define TRIO_WRITER_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_writer` collects what is written in a buffer, and sends that when it
// is full or flushed.
//
//     static TRIO_CHECKPOINT trio_status say_hello(struct trio_stream *stream)
//     {
//         char buffer[512];
//         struct trio_writer writer;
//
//         trio_writer_init(&writer, stream, buffer, sizeof(buffer));
//         trio_status rc = trio_writer_write(&writer, "hello ", 6, NULL);
//         if (rc == TRIO_OK)
//             rc = trio_writer_write(&writer, "world\n", 6, NULL);
//         return rc == TRIO_OK ? trio_writer_flush(&writer) : rc;
//     }
//
// What was not sent by a call that failed or was cancelled stays in the buffer:
// flush again sends each byte once. The caller owns the storage, the buffer and
// the stream. One task writes at a time. Not thread-safe: use it from its
// loop's thread only.
struct trio_writer {
    struct trio_stream *stream; // Where it sends.
    char *buffer;               // Private.
    size_t size;                // Private. Of the buffer.
    size_t start;               // Private. Of what was written, not sent.
    size_t held;                // Private. Bytes of that.
    bool writing;               // Private. A task is in a call.
};

TRIO_BEGIN_DECLS

// Makes a writer to `stream`. `size` is at least 1.
//
// Checkpoint: never.
void trio_writer_init(struct trio_writer *ret_writer,
                      struct trio_stream *stream, void *buffer, size_t size);

// Writes all of `size` bytes; sends only what does not fit. `ret_written`,
// which may be NULL, is set in every case: so many bytes were sent or are held.
//
// Checkpoint: always.
// Returns: TRIO_OK         all of them.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBUSY      another task is writing.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status trio_writer_write(struct trio_writer *writer,
                                              const void *data, size_t size,
                                              size_t *ret_written);

// Sends what is held.
//
// Checkpoint: always.
// Returns: TRIO_OK         nothing is held any more.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBUSY      another task is writing.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status trio_writer_flush(struct trio_writer *writer);

// Returns how many bytes were written and not sent.
//
//     if (trio_writer_held(&writer) > 0)
//         rc = trio_writer_flush(&writer);
//
// Checkpoint: never.
size_t trio_writer_held(const struct trio_writer *writer);

TRIO_END_DECLS

#endif // TRIO_WRITER_H

// The body of a message: a stream that ends where the body does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_BODY_H
#define EXAMPLES_HTTP_BODY_H

#include <trio/reader.h>
#include <trio/stream.h>

enum http_place {
    HTTP_IN_DATA,
    HTTP_BEFORE_CHUNK, // The next line is its size.
    HTTP_AFTER_CHUNK,  // The next line is empty.
    HTTP_IN_TRAILER,   // The next line is a field, or the empty last one.
    HTTP_AT_END
};

// A `http_body` is received from by trio_stream_receive_some; that is all it
// can do. In place of TRIO_EEND it returns
//
//     TRIO_EBROKEN    the connection ended before the body did
//     TRIO_EPROTOCOL  a chunk is not what it should be
//     TRIO_EMSGSIZE   there is more than `limit`, or a line that does not fit
//                     into the reader's buffer.
//
// A cancelled call has taken nothing. The reader is the caller's; there is
// nothing to close.
struct http_body {
    struct trio_stream stream;
    uint64_t limit;             // The most to receive, in bytes. Default: all.
    uint64_t received;          // So many were.
    struct trio_reader *reader; // Private.
    enum http_place place;      // Private.
    bool chunked;               // Private.
    bool until_end;             // Private. It ends with the connection.
    uint64_t left;              // Private. Of the body, or of the chunk.
    unsigned fields;            // Private. Of the trailer.
};

// A body of so many bytes.
void http_body_of_length(struct http_body *ret_body, struct trio_reader *reader,
                         uint64_t length);

// One in chunks, each of which says how long it is.
void http_body_of_chunks(struct http_body *ret_body,
                         struct trio_reader *reader);

// One that ends when the connection does.
void http_body_until_end(struct http_body *ret_body,
                         struct trio_reader *reader);

#endif // EXAMPLES_HTTP_BODY_H

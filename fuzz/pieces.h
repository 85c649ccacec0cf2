// A stream that receives given bytes in given pieces, and takes what is sent.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_PIECES_H
#define FUZZ_PIECES_H

#include <trio/stream.h>

#include "fuzz/target.h"

// A `fuzz_pieces` ends when all was received: TRIO_EEND, or TRIO_EBROKEN.
struct fuzz_pieces {
    struct trio_stream stream;
    struct fuzz_bytes data;
    const uint8_t *sizes; // Of the pieces, less one; over and over.
    size_t size_count;    // 0: as much at once as there is room for.
    size_t piece;         // The next one.
    bool breaks;
};

void fuzz_pieces_init(struct fuzz_pieces *ret_pieces, struct fuzz_bytes data,
                      const uint8_t *sizes, size_t size_count);

#endif // FUZZ_PIECES_H

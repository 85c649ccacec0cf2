// What targets share: bytes taken one after the other, and a check that ends
// the process.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The name that every engine calls.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Ends the process, unless the condition holds.
#define FUZZ_CHECK(condition)                                                  \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,         \
                    #condition);                                               \
            abort();                                                           \
        }                                                                      \
    } while (0)

// What is left of an input.
struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
};

// Takes a byte, 0 if there is none left.
static inline uint8_t fuzz_take(struct fuzz_bytes *bytes)
{
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->at++;
}

// Takes a number below `count`, which is 256 at most.
static inline unsigned fuzz_take_below(struct fuzz_bytes *bytes, unsigned count)
{
    return fuzz_take(bytes) % count;
}

// Takes a number of so many bytes, 8 at most.
static inline uint64_t fuzz_take_number(struct fuzz_bytes *bytes, size_t size)
{
    uint64_t number = 0;

    while (size-- > 0)
        number = number << 8 | fuzz_take(bytes);
    return number;
}

// Takes up to `size` bytes into a buffer; returns how many there were.
static inline size_t fuzz_take_bytes(struct fuzz_bytes *bytes, void *buffer,
                                     size_t size)
{
    if (size > bytes->left)
        size = bytes->left;
    if (size > 0)
        memcpy(buffer, bytes->at, size);
    bytes->at += size;
    bytes->left -= size;
    return size;
}

#endif // FUZZ_TARGET_H

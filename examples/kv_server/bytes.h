// A row of bytes that somebody else holds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_BYTES_H
#define EXAMPLES_KV_SERVER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct kv_bytes {
    const char *data;
    size_t length;
};

// Enough for every integer as text, with its final zero.
#define KV_INTEGER_TEXT_MAX 24

static inline bool kv_bytes_equal(struct kv_bytes one, struct kv_bytes other)
{
    return one.length == other.length &&
           memcmp(one.data, other.data, one.length) == 0;
}

// Says whether they are `word`, which is in upper case, in any case.
bool kv_bytes_are(struct kv_bytes bytes, const char *word);

// Reads a decimal integer that is all of them: no blanks, no plus sign, no
// leading zeros. Returns false if they are none, or if it is out of range.
bool kv_bytes_to_integer(struct kv_bytes bytes, int64_t *ret_value);

// Writes an integer as text into `buffer`, of KV_INTEGER_TEXT_MAX bytes;
// returns the text, which lies at the buffer's end.
struct kv_bytes kv_bytes_from_integer(int64_t value, char *buffer);

// Says whether they fit a pattern: `*` is any bytes, `?` any one, `[a-z]` one
// of a set, `[^a-z]` one that is not of it, and a backslash takes the next one
// as it is. Takes time of the product of the two lengths at most.
bool kv_bytes_match(struct kv_bytes bytes, struct kv_bytes pattern);

// Returns a hash under a secret seed: who does not know it cannot choose bytes
// that collide.
uint64_t kv_bytes_hash(struct kv_bytes bytes, const uint64_t seed[2]);

#endif // EXAMPLES_KV_SERVER_BYTES_H

// SipHash with one round for each word and three at the end, over a secret key
// of 128 bits. A peer chooses the keys of a table, and with a plain hash it
// could choose them all for one bucket.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/bytes.h"

struct state {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void turn(struct state *state)
{
    state->a += state->b;
    state->c += state->d;
    state->b = rotate(state->b, 13) ^ state->a;
    state->d = rotate(state->d, 16) ^ state->c;
    state->a = rotate(state->a, 32);
    state->c += state->b;
    state->a += state->d;
    state->b = rotate(state->b, 17) ^ state->c;
    state->d = rotate(state->d, 21) ^ state->a;
    state->c = rotate(state->c, 32);
}

static inline void take_word(struct state *state, uint64_t word)
{
    state->d ^= word;
    turn(state);
    state->a ^= word;
}

uint64_t kv_bytes_hash(struct kv_bytes bytes, const uint64_t seed[2])
{
    struct state state = {seed[0] ^ UINT64_C(0x736f6d6570736575),
                          seed[1] ^ UINT64_C(0x646f72616e646f6d),
                          seed[0] ^ UINT64_C(0x6c7967656e657261),
                          seed[1] ^ UINT64_C(0x7465646279746573)};
    size_t whole = bytes.length & ~(size_t)7;
    uint64_t word;

    for (size_t at = 0; at < whole; at += 8) {
        memcpy(&word, bytes.data + at, 8);
        take_word(&state, word);
    }
    word = (uint64_t)bytes.length << 56;
    for (size_t at = whole; at < bytes.length; at++)
        word |= (uint64_t)(unsigned char)bytes.data[at] << 8 * (at - whole);
    take_word(&state, word);
    state.c ^= 0xff;
    for (int i = 0; i < 3; i++)
        turn(&state);
    return state.a ^ state.b ^ state.c ^ state.d;
}

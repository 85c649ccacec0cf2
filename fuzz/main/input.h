// What a fuzzer's bytes mean to a program of scenarios.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The first byte says which scenario, modulo their number. Then come records of
// five bytes as in tokens: 3 bits for the kind, 21 for the anchor, 16 for the
// target; a kind that is no deviation's is the seed of random data, in the
// other 37 bits. What is left over means nothing, and no bytes at all are the
// schedule of production.

#ifndef FUZZ_MAIN_INPUT_H
#define FUZZ_MAIN_INPUT_H

#include "sim/search/search.h"

enum { FUZZ_HEAD_BYTES = 1, FUZZ_RECORD_BYTES = 5 };

struct fuzz_input {
    uint8_t scenario;
    uint64_t seed;
    size_t count;
    struct deviation deviations[DEVIATIONS_MAX];
};

// Reads any bytes. More than DEVIATIONS_MAX records are none.
void fuzz_input_read_(struct fuzz_input *ret_input, const uint8_t *data,
                      size_t size);

// Writes what is read as the same again, as much as fits. Returns its size in
// bytes.
size_t fuzz_input_write_(const struct fuzz_input *input, uint8_t *data,
                         size_t size);

// Whether they ask for the same.
bool fuzz_input_equal_(const struct fuzz_input *one,
                       const struct fuzz_input *other);

#endif // FUZZ_MAIN_INPUT_H

// Records are read and written here and nowhere else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/main/input.h"

#include <string.h>

enum {
    RECORD_BITS = 8 * FUZZ_RECORD_BYTES,
    VALUE_BITS = ANCHOR_BITS + TARGET_BITS,
    KIND_SEED = DEVIATE_FAIL_ON + 1
};

_Static_assert(RECORD_BITS - VALUE_BITS == 3, "there are eight kinds");

static uint64_t read_record(const uint8_t *data)
{
    uint64_t record = 0;

    for (size_t i = 0; i < FUZZ_RECORD_BYTES; i++)
        record = record << 8 | data[i];
    return record;
}

static void write_record(uint64_t record, uint8_t *data)
{
    for (size_t i = FUZZ_RECORD_BYTES; i-- > 0; record >>= 8)
        data[i] = (uint8_t)record;
}

static void take(struct fuzz_input *input, uint64_t record)
{
    uint32_t kind = (uint32_t)(record >> VALUE_BITS);
    uint64_t value = record & ((UINT64_C(1) << VALUE_BITS) - 1);

    if (kind == KIND_SEED)
        input->seed = value;
    else if (kind < KIND_SEED && input->count < DEVIATIONS_MAX)
        input->deviations[input->count++] = (struct deviation){
            .kind = (enum deviation_kind)kind,
            .anchor = (uint32_t)(value >> TARGET_BITS),
            .target = (uint32_t)value & ((1u << TARGET_BITS) - 1)};
}

void fuzz_input_read_(struct fuzz_input *ret_input, const uint8_t *data,
                      size_t size)
{
    ret_input->scenario = size > 0 ? data[0] : 0;
    ret_input->seed = 0;
    ret_input->count = 0;
    for (size_t at = FUZZ_HEAD_BYTES; at + FUZZ_RECORD_BYTES <= size;
         at += FUZZ_RECORD_BYTES)
        take(ret_input, read_record(data + at));
}

size_t fuzz_input_write_(const struct fuzz_input *input, uint8_t *data,
                         size_t size)
{
    size_t at = FUZZ_HEAD_BYTES;

    if (size < FUZZ_HEAD_BYTES)
        return 0;
    data[0] = input->scenario;
    if (input->seed != 0 && at + FUZZ_RECORD_BYTES <= size) {
        write_record((uint64_t)KIND_SEED << VALUE_BITS | input->seed,
                     data + at);
        at += FUZZ_RECORD_BYTES;
    }
    for (size_t i = 0; i < input->count && at + FUZZ_RECORD_BYTES <= size;
         i++, at += FUZZ_RECORD_BYTES) {
        const struct deviation *deviation = &input->deviations[i];
        write_record((uint64_t)deviation->kind << VALUE_BITS |
                         (uint64_t)deviation->anchor << TARGET_BITS |
                         deviation->target,
                     data + at);
    }
    return at;
}

bool fuzz_input_equal_(const struct fuzz_input *one,
                       const struct fuzz_input *other)
{
    return one->scenario == other->scenario && one->seed == other->seed &&
           one->count == other->count &&
           memcmp(one->deviations, other->deviations,
                  one->count * sizeof(one->deviations[0])) == 0;
}

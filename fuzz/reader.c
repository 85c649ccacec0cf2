// Readers: lines, frames and pieces out of bytes that come in any portions,
// against a list of bytes that is looked at anew for each call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/reader.h>

#include "fuzz/pieces.h"
#include "fuzz/task.h"

enum { BUFFER_MAX = 32, SIZES = 4, CALLS = 24 };

// What the input says, and what is left of the list.
struct reading {
    size_t size; // Of the buffer.
    bool breaks;
    uint8_t sizes[SIZES];
    uint8_t calls[CALLS];
    struct fuzz_bytes list;
};

// What a call comes to: a status, and a piece at the front of the list.
struct answer {
    trio_status rc;
    size_t skipped; // Bytes before the piece,
    size_t length;  // of it,
    size_t taken;   // and taken in all.
};

// ---- The model: each looks for its piece in the whole list ----

static trio_status end_of(const struct reading *reading)
{
    return reading->breaks ? TRIO_EBROKEN : TRIO_EEND;
}

static struct answer find_exactly(const struct reading *reading, size_t length)
{
    if (length > reading->size)
        return (struct answer){.rc = TRIO_EMSGSIZE};
    if (length > reading->list.left)
        return (struct answer){.rc = end_of(reading)};
    return (struct answer){TRIO_OK, 0, length, length};
}

static struct answer find_delimiter(const struct reading *reading,
                                    uint8_t delimiter)
{
    for (size_t i = 0; i < reading->list.left && i < reading->size; i++)
        if (reading->list.at[i] == delimiter)
            return (struct answer){TRIO_OK, 0, i, i + 1};
    return (struct answer){.rc = reading->list.left >= reading->size
                                     ? TRIO_EMSGSIZE
                                     : end_of(reading)};
}

static struct answer find_line(const struct reading *reading)
{
    struct answer answer = find_delimiter(reading, '\n');

    if (answer.rc == TRIO_OK && answer.length > 0 &&
        reading->list.at[answer.length - 1] == '\r')
        answer.length--;
    return answer;
}

static struct answer find_frame(const struct reading *reading, size_t prefix)
{
    struct answer answer = find_exactly(reading, prefix);
    uint64_t length = 0;

    if (answer.rc != TRIO_OK)
        return answer;
    for (size_t i = 0; i < prefix; i++)
        length = length << 8 | reading->list.at[i];
    if (length > reading->size)
        return (struct answer){.rc = TRIO_EMSGSIZE};
    answer = find_exactly(reading, prefix + (size_t)length);
    answer.skipped = prefix;
    answer.length = (size_t)length;
    return answer;
}

// ---- Both ----

static void check(struct reading *reading, struct answer expected,
                  trio_status rc, const char *data, size_t length)
{
    FUZZ_CHECK(rc == expected.rc);
    if (rc != TRIO_OK)
        return;
    FUZZ_CHECK(length == expected.length);
    FUZZ_CHECK(length == 0 ||
               memcmp(data, reading->list.at + expected.skipped, length) == 0);
    reading->list.at += expected.taken;
    reading->list.left -= expected.taken;
}

static TRIO_CHECKPOINT trio_status call(struct reading *reading,
                                        struct trio_reader *reader,
                                        uint8_t what)
{
    size_t argument = what / 8;
    struct answer expected;
    size_t length = argument;
    char *data = NULL;
    trio_status rc;

    switch (what % 8) {
    case 0:
        expected = find_exactly(reading, argument);
        expected.taken = 0;
        rc = trio_reader_peek(reader, argument, &data);
        break;
    case 1:
        expected = find_exactly(reading, argument);
        rc = trio_reader_read(reader, argument, &data);
        break;
    case 2:
    case 3:
        expected = find_delimiter(reading, (uint8_t)argument);
        rc = trio_reader_read_until(reader, (char)argument, &data, &length);
        break;
    case 4:
    case 5:
        expected = find_line(reading);
        rc = trio_reader_read_line(reader, &data, &length);
        break;
    default:
        expected = find_frame(reading, 1 + argument % 8);
        rc = trio_reader_read_frame(reader, 1 + argument % 8, &data, &length);
    }
    check(reading, expected, rc, data, length);
    FUZZ_CHECK(trio_reader_held(reader) <= reading->list.left);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status read_all(void *arg)
{
    struct reading *reading = arg;
    char *buffer = malloc(reading->size);
    struct trio_reader reader;
    struct fuzz_pieces pieces;
    trio_status rc = TRIO_OK;

    FUZZ_CHECK(buffer != NULL);
    fuzz_pieces_init(&pieces, reading->list, reading->sizes, SIZES);
    pieces.breaks = reading->breaks;
    trio_reader_init(&reader, &pieces.stream, buffer, reading->size);
    for (size_t i = 0; rc == TRIO_OK && i < CALLS; i++)
        rc = call(reading, &reader, reading->calls[i]);
    free(buffer);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading reading = {.size = 0};

    reading.list = (struct fuzz_bytes){data, size};
    reading.size = 1 + fuzz_take_below(&reading.list, BUFFER_MAX);
    reading.breaks = fuzz_take_below(&reading.list, 2) == 1;
    for (size_t i = 0; i < SIZES; i++)
        reading.sizes[i] = (uint8_t)fuzz_take_below(&reading.list, 16);
    for (size_t i = 0; i < CALLS; i++)
        reading.calls[i] = fuzz_take(&reading.list);
    fuzz_run(read_all, &reading);
    return 0;
}

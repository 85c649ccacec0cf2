// The backlog of the example kv_server: what it holds, against the whole.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/backlog.h"
#include "tests/check.h"

#define SIZE 10
#define WHOLE 100

// Says whether all that it holds from `offset` on is the end of the whole.
static bool has_the_end(const struct kv_backlog *backlog, const char *whole,
                        uint64_t begin, uint64_t offset)
{
    while (offset < backlog->end) {
        struct kv_bytes piece = kv_backlog_read(backlog, offset, 4);
        if (piece.length == 0 || piece.length > 4 ||
            memcmp(piece.data, whole + (offset - begin), piece.length) != 0)
            return false;
        offset += piece.length;
    }
    return kv_backlog_read(backlog, offset, 4).length == 0;
}

static void fill(struct kv_backlog *backlog, size_t piece)
{
    uint64_t begin = backlog->end;
    char whole[WHOLE];

    for (size_t i = 0; i < WHOLE; i++)
        whole[i] = (char)('0' + i);
    for (size_t added = 0; added + piece <= WHOLE; added += piece) {
        kv_backlog_add(backlog, whole + added, piece);
        size_t held = added + piece < SIZE ? added + piece : SIZE;
        CHECK_EQ(backlog->end, begin + added + piece);
        CHECK(!kv_backlog_holds(backlog, backlog->end - held - 1));
        CHECK(!kv_backlog_holds(backlog, backlog->end + 1));
        for (size_t back = 0; back <= held; back++)
            CHECK(kv_backlog_holds(backlog, backlog->end - back) &&
                  has_the_end(backlog, whole, begin, backlog->end - back));
    }
}

TEST(kv_backlog, the_last_bytes_are_there_and_no_others)
{
    static const size_t pieces[] = {1, 3, 7, SIZE, SIZE + 1, 2 * SIZE + 3};

    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct kv_backlog backlog;
        if (!kv_backlog_open(&backlog, SIZE, 1 + 1000 * i)) {
            CHECK_OK(TRIO_ENOMEM);
            return;
        }
        fill(&backlog, pieces[i]);
        kv_backlog_close(&backlog);
    }
}

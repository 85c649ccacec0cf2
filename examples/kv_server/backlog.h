// The last bytes of a stream, for whoever lags behind its end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_BACKLOG_H
#define EXAMPLES_KV_SERVER_BACKLOG_H

#include <trio/backend.h>

#include "examples/kv_server/bytes.h"

// A `kv_backlog` holds as many bytes as it has room for; new ones take the
// place of the oldest. Bytes are counted from the first that was ever added.
struct kv_backlog {
    const struct trio_memory *memory;
    char *data;     // Private. NULL: it holds nothing.
    size_t size;    // Of its room.
    uint64_t begin; // Offset of the first byte that it holds.
    uint64_t end;   // Offset behind the last.
};

// Opens one that holds nothing yet, and whose first byte is at `offset`.
// Returns false if there is no memory.
bool kv_backlog_open(struct kv_backlog *ret_backlog, size_t size,
                     uint64_t offset);
void kv_backlog_close(struct kv_backlog *backlog);

// Adds bytes. Cannot fail.
void kv_backlog_add(struct kv_backlog *backlog, const void *data, size_t size);

// Says whether it holds all bytes from `offset` on, be it none.
static inline bool kv_backlog_holds(const struct kv_backlog *backlog,
                                    uint64_t offset)
{
    return offset >= backlog->begin && offset <= backlog->end;
}

// Returns bytes from `offset` on, which it holds: as many as lie in one piece,
// `most` at most. They are valid until some are added.
struct kv_bytes kv_backlog_read(const struct kv_backlog *backlog,
                                uint64_t offset, size_t most);

#endif // EXAMPLES_KV_SERVER_BACKLOG_H

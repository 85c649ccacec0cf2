// The world contract: what the seams of <trio/backend.h> promise, as one suite
// for any world that is written.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_WORLD_CONTRACT_CONTRACT_H
#define TESTS_WORLD_CONTRACT_CONTRACT_H

#include <trio/trio.h>

// What a world need not have. Where it has not, it says TRIO_ENOTSUP at once,
// which is checked.
struct world_traits {
    const char *address; // Of this machine, at port 0: "127.0.0.1:0".
    bool has_local;      // Local sockets without a name, and pairs.
    bool has_pipes;
    bool has_jobs;
    bool hides_refusals;   // Nobody learns that a datagram was not wanted.
    bool holds_names;      // No path of an open file is given to another one.
    bool shares_ports;     // Ports are kept apart by rules of its own.
    bool is_open;          // Others than the run may do something, unasked.
    void (*prepare)(void); // Called first in each run; NULL: nothing is.
    trio_handle (*open_file)(void); // An empty one, to read and to write; NULL:
                                    // there are none.
    const char *(*free_file)(void); // Where a file may be, whose name with an
                                    // "x" more is free, too; NULL: there are
                                    // no files to be opened.
    const char *(*free_path)(void); // Where a local socket may be; NULL: there
                                    // are no paths.
    const char *folder; // Where something else is; NULL: nothing else can be.
};

// One clause, checked in the main task of a run over that world, at whose end
// no handle may be open. Checks are those of tests/check.h.
struct world_clause {
    const char *name;
    void (*check)(const struct world_traits *traits);
};

// The clauses of each part, ended by one without a name.
extern const struct world_clause world_stream_clauses[];
extern const struct world_clause world_datagram_clauses[];
extern const struct world_clause world_handle_clauses[];
extern const struct world_clause world_file_clauses[];
extern const struct world_clause world_disk_clauses[];
extern const struct world_clause world_readiness_clauses[];
extern const struct world_clause world_job_clauses[];
extern const struct world_clause world_port_clauses[];
extern const struct world_clause world_local_clauses[];

// Checks all of them, each in a run of its own: `config` makes the
// configuration of one. `count_handles` returns how many handles are open;
// NULL: it cannot be told.
void world_contract_check(struct trio_config (*config)(void),
                          size_t (*count_handles)(void),
                          const struct world_traits *traits);

#endif // TESTS_WORLD_CONTRACT_CONTRACT_H

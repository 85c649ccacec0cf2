// Disks of simulated hosts: what they hold, and what a power failure leaves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_FILE_H
#define TRIO_SIM_FILE_H

#include <trio/base.h>
#include <trio/sim_net.h>
#include <trio/status.h>

// In a simulated run each host has a disk of its own, which is empty at first;
// <trio/file.h> is for them as for real ones. All folders are there. Paths are
// compared as they are: "a" and "./a" are two. A call is made when the run
// chooses, as each function of trio_thread_run is, and takes no time unless it
// does. The limits are 1 MiB for a file, 16 MiB and 10,000 paths for a disk.
//
//     static const struct trio_file_options adding = {.append = true,
//                                                     .create = true};
//     struct trio_sim_host *home = trio_sim_host_home();
//     struct trio_file log;
//
//     rc = trio_file_open("log", &adding, &log);
//     if (rc == TRIO_OK)
//         rc = trio_path_sync("log");
//     if (rc == TRIO_OK)
//         rc = trio_file_append_all(&log, "one", 3, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_file_sync(&log);
//     if (rc == TRIO_OK)
//         rc = trio_file_append_all(&log, "two", 3, NULL);
//     trio_sim_files_lose(home); // Now it holds "one"; or more, see below.
//     trio_file_close_forcefully(&log);
//
// The failure sweep of a campaign has calls fail: "open a file" with
// TRIO_EMFILE; "make a file" with TRIO_ENOSPC; "write a file" with TRIO_ENOSPC,
// after a half of it was written; "write to the disk", "read a file", "set a
// length", "sync a file", "sync a folder", "rename a file" and "remove a file"
// with TRIO_EIO; "write in one piece", after which the rest is another call. Of
// each open file the first few calls are tried. What a sync that failed was
// asked for never becomes durable, though everybody sees it until the power
// fails.
//
// A power failure, by trio_sim_host_crash or trio_sim_files_lose, loses what
// was not synced; a call that was not yet made never is. The sweep has it come
// out otherwise, one at a time: "unsynced write -> is kept", so that a later
// one may be there and an earlier one not; "is torn", so that its first half is
// there; "unsynced names -> are kept", all those of a folder. Such a run is
// judged as any other: the scenario has asked for the failure.
//
// What differs from real disks: a write is torn in its middle only, names of a
// folder are kept together or not at all, and nothing that was synced is ever
// damaged.

TRIO_BEGIN_DECLS

// Has the power of a host's disk fail and come back: what was not durable is
// lost. What tasks have open there is closed: TRIO_EBADHANDLE is what they get
// from then on, also from closing.
//
// Checkpoint: never; in simulated runs only.
void trio_sim_files_lose(struct trio_sim_host *host);

// Sets how many bytes the files of a host may hold together; what is there
// already stays.
//
//     rc = trio_sim_files_set_size(distant, 100000);
//
// Checkpoint: never; in simulated runs only.
// Returns: TRIO_OK      it is set.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status trio_sim_files_set_size(struct trio_sim_host *host,
                                                  size_t size);

TRIO_END_DECLS

#endif // TRIO_SIM_FILE_H

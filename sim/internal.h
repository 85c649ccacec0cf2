// What the simulation's files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_INTERNAL_H
#define TRIO_SIM_INTERNAL_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/testing.h>

// Advances a generator, of which all 64 bits of state are `*state`, and returns
// its next number. Any state is a good one.
uint64_t trio_sim_next_(uint64_t *state);

// Returns a number from 0 to `bound` - 1, each exactly as likely. `bound` is
// not 0.
uint64_t trio_sim_below_(uint64_t *state, uint64_t bound);

// Makes a scheduler that draws each next task from the generator at `state`.
struct trio_scheduler trio_sim_shuffle_(uint64_t *state);

// Returns a time that no duration of a program comes near.
trio_time trio_sim_starting_time_(uint64_t seed);

// Makes a world of jobs and a network. Its context is `world`, all zeros.
struct trio_world trio_sim_world_of_(struct trio_sim_world_ *world);

// Makes a job ready to be worked.
void trio_sim_work_begin_(struct trio_job *job);

// Does what a thread would do with it.
void trio_sim_work_(struct trio_job *job);

// ---- net/: the network of a world ----

// Whether something has happened to sockets that those who wait for them are
// not told yet, and telling them.
bool trio_sim_has_news_(const struct trio_sim_world_ *world);
void trio_sim_tell_news_(struct trio_sim_world_ *world);

// What every simulated world is called.
extern const char trio_sim_world_name_[];

// Returns the name of the host whose tasks are of a realm; of none: home's.
const char *trio_sim_host_name_(const void *realm);

// Without a picker: has happen what is next to happen by itself, a packet's
// arriving or an alarm, letting time pass until then, unless that is beyond a
// deadline. Returns false if there is nothing.
bool trio_sim_next_happens_(struct trio_sim_world_ *world);
bool trio_sim_will_happen_(const struct trio_sim_world_ *world);

// With one: what is announced is a job with this function.
void trio_sim_link_arrives_(struct trio_sim_job *job);

// Or with this one: an alarm of the network's, and what it says.
void trio_sim_alarm_goes_off_(struct trio_sim_job *job);
const char *trio_sim_alarm_name_(const struct trio_sim_job *job);

// Between which hosts that is, what is its name in tokens, the number of the
// packet that will arrive then, and of the one that was sent last.
void trio_sim_link_names_(const struct trio_sim_job *job, const char **ret_from,
                          const char **ret_to);
uint64_t trio_sim_link_path_(const struct trio_sim_job *job);
uint64_t trio_sim_link_head_(const struct trio_sim_job *job);
uint64_t trio_sim_link_newest_(const struct trio_sim_job *job);

// Has the clock of a run tell the tasks of each host the time of that host.
struct trio_clock trio_sim_clock_by_host_(struct trio_clock clock);

// How long a job takes: one of the resolver's may.
trio_duration trio_sim_job_delay_(const struct trio_sim_world_ *world,
                                  const struct trio_job *job);

// What was opened first of what is open at the end of a run.
struct leftover {
    const char *what;            // "a socket"
    const char *host;            // of this host, NULL: of the scenario's own,
    const char *use;             // ", connected to ", or "": that is all
    struct trio_address address; // this,
    const char *path;            // or of a file this.
};

// Each returns false if nothing is open: no socket and pipe, or no file.
bool trio_sim_network_left_(const struct trio_sim_world_ *world,
                            struct leftover *ret_left);
bool trio_sim_files_left_(const struct trio_sim_world_ *world,
                          struct leftover *ret_left);

// A new run begins, without sockets and files.
void trio_sim_network_reset_(struct trio_sim_world_ *world);

// Gives all memory back.
void trio_sim_network_end_(struct trio_sim_world_ *world);

#endif // TRIO_SIM_INTERNAL_H

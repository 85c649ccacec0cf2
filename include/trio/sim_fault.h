// What goes wrong in simulated runs besides the schedule: faults, by chance.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_FAULT_H
#define TRIO_SIM_FAULT_H

#include <trio/base.h>
#include <trio/time.h>

// Kinds of faults that a scenario asks for. Zero: none of them.
struct trio_sim_fault_options {
    bool calls;  // A call for a socket or a file fails, each as sim_net.h and
                 // sim_file.h say.
    bool memory; // The same of memory, of the stack of a task, of a thread.
    bool loss;   // What is sent over a link is lost: a datagram is gone, of a
                 // connection it is sent again after 200 ms, and what makes
                 // one is sent again by who connects, a second after it began.
    bool duplication; // A datagram arrives twice.
    bool reordering;  // A datagram is 10 ms late, and overtaken meanwhile.
    bool delay;       // What is sent is a second late, and of a connection all
                      // that follows.
    bool reset;       // A connection is reset, for both ends, in place of what
                      // was sent over it.
    bool partition;   // From here on the link is cut, both ways, and mended
                      // after 1 to 30 s.
    bool swizzle;     // From here on some hosts, the sender and others, fall
                      // silent within 5 s, one by one, and speak again within
                      // the next 5 s, in another order.
    bool spurious;    // Who waits for a socket is woken for nothing.
    bool resolver;    // An answer takes 5 s.
    bool drift;       // A host that is opened or restarted gets a slow clock:
                      // it loses 500 millionths of the time.
    bool stall;       // A host, but the scenario's own, stands still for 1 to
                      // 30 s, where a task of it connects, accepts, sends or
                      // receives.
};

TRIO_BEGIN_DECLS

// Says what may go wrong from now on, by chance. In three of four runs of a
// random strategy it does. Such a run draws from its seed which of the kinds it
// has, "accept" and "connect" being two of them, and of each how often: once in
// 4, 8, ... 1,024 calls. Whatever fails so is told, shrunk and replayed as in
// the failure sweep: "server, accept no. 3 -> fails", "3rd segment client ->
// server is lost", "is duplicated", "is overtaken", "is delayed", "is reset",
// "is cut off", "is caught in a swizzle"; "main, call no. 7 -> woken for
// nothing", "-> answered late", "-> given a slow clock", "-> its host stands
// still". After a fault any status of the scenario is as it should be, as in
// each run with something injected.
//
//     static const struct trio_sim_fault_options faults = {.calls = true,
//                                                          .loss = true};
//
//     trio_sim_faults(&faults);
//
// What the program asks for itself, by TRIO_SIM_BUGGIFY, is drawn in any case.
//
// The failure sweep has calls fail in any case, and what goes wrong over links
// where it was asked for. The runner's `--faults on` asks for all kinds, in
// each scenario that stands the failure sweep; `--faults off` has none drawn.
//
// In simulated runs only: elsewhere it is misuse.
//
// Checkpoint: never.
void trio_sim_faults(const struct trio_sim_fault_options *options);

// Ends the phase in which things go wrong. From now on nothing fails, by chance
// or in a sweep, all links are mended, no fault has a host stand still, and
// time passes only when nobody can run, up to what is due next. By then the
// program has to recover: a scenario that neither ends nor calls this again
// within `limit` of virtual time has failed, of "no progress", and the text
// says what each task waits for. A program that tries again for ever where it
// can never succeed is found so, which is neither deadlocked nor wrong in
// anything that it says.
//
//     static const struct trio_sim_fault_options losses = {.loss = true};
//
//     trio_sim_faults(&losses);
//     rc = fetch(url, &page); // It may take its time, or fail.
//     trio_sim_calm(10 * TRIO_SECOND);
//     if (rc != TRIO_ECANCELED)
//         rc = fetch(url, &page); // Now it does not.
//
// trio_sim_faults begins another such phase, without a limit. Cancellations
// are no faults. In simulated runs only: elsewhere it is misuse; the limit
// counts in scenarios.
//
// Checkpoint: never.
void trio_sim_calm(trio_duration limit);

TRIO_END_DECLS

#endif // TRIO_SIM_FAULT_H

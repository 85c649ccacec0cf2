// Signals of the operating system, received like messages.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIGNAL_H
#define TRIO_SIGNAL_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/entry.h>
#include <trio/parking_lot.h>
#include <trio/status.h>

// A `trio_signal_receiver` receives signals while it is open. The same signal
// arriving again before it is taken counts once. Of several receivers that are
// open for the same signal each gets it. While one is open the run is not
// deadlocked.
//
//     static const int signals[] = {SIGINT, SIGTERM};
//     struct trio_signal_receiver receiver;
//     int signal;
//
//     rc = trio_signal_receiver_open(&receiver, signals, 2);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_signal_receiver_receive(&receiver, &signal);
//     trio_signal_receiver_close(&receiver);
//
// The signals are those of the system, by its numbers:
//
//     POSIX    all that can be caught, but for those of faults, such as SIGSEGV
//     Windows  SIGINT and SIGBREAK: Ctrl-C and Ctrl-Break from the console, not
//              what the program raises with raise(). SIGTERM may be asked for,
//              but nobody sends it.
//
// The caller owns the storage, which must not move while it is open.
struct trio_signal_receiver {
    struct trio_signal_watch watch; // Private.
    struct trio_parking_lot lot;    // Private.
    uint8_t queue[64];              // Private. Signals, in order of arrival.
    size_t count;                   // Private.
    bool open;                      // Private.
};

TRIO_BEGIN_DECLS

// Begins to receive `count` signals, 1 to 64. One that is named twice is
// received as if it were named once.
//
// Checkpoint: never.
// Returns: TRIO_OK       the caller closes it.
//          TRIO_EINVAL   not a signal, or not one that can be caught; none, or
//                        more than 64.
//          TRIO_ENOMEM   out of memory.
//          TRIO_ENOTSUP  there are no signals here, as in simulation.
TRIO_MUST_USE trio_status
trio_signal_receiver_open(struct trio_signal_receiver *receiver,
                          const int *signals, size_t count);

// Waits for the next signal, in order of arrival. Of several tasks that wait,
// one gets it. A receiver that is closed by then is misuse.
//
// Checkpoint: always.
// Returns: TRIO_OK         `*ret_signal` is its number.
//          TRIO_ECANCELED  an enclosing scope is cancelled; none was taken.
//          TRIO_ECLOSED    it was closed while this task waited.
TRIO_CHECKPOINT trio_status
trio_signal_receiver_receive(struct trio_signal_receiver *receiver,
                             int *ret_signal);

// Ends receiving: what was there before handles the signals again, also those
// that arrived and were not taken: on Windows what signal() has set. Again is
// fine.
//
// Checkpoint: never.
void trio_signal_receiver_close(struct trio_signal_receiver *receiver);

TRIO_END_DECLS

#endif // TRIO_SIGNAL_H

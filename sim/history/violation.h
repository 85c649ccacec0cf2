// A prefix of a history that no order explains.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_VIOLATION_H
#define TRIO_SIM_HISTORY_VIOLATION_H

#include <trio/history.h>

struct violation {
    int64_t key;   // Whose operations show it.
    uint32_t end;  // The last event of the prefix, a response.
    bool smallest; // No smaller one would do.
};

// Checks all keys.
//
// TRIO_ECONTRACT: `ret_violation` is set. The others as trio_history_check.
TRIO_MUST_USE trio_status trio_history_find_(struct trio_history *history,
                                             struct violation *ret_violation);

#endif // TRIO_SIM_HISTORY_VIOLATION_H

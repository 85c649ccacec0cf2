// Descriptors that guards let pass: what is open when a run ends is missed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_GUARD_DESCRIPTORS_H
#define TRIO_SIM_RUNNER_GUARD_DESCRIPTORS_H

// `name`, called at `place`, has made a descriptor; negative: it has not.
// Returns that.
int trio_sim_guard_made_(int number, const char *name, const void *place);

// One is being closed.
void trio_sim_guard_closed_(int number);

#endif // TRIO_SIM_RUNNER_GUARD_DESCRIPTORS_H

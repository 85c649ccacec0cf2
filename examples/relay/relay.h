// A connection that is passed on to somebody else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_RELAY_RELAY_H
#define EXAMPLES_RELAY_RELAY_H

#include <trio/trio.h>

// Connects to `target` and copies both ways, until both have ended. A failure
// of either way cancels the other, and closes both streams forcefully: whoever
// was cut off must not look as if it had ended. The client's stream stays the
// caller's, who closes it.
TRIO_CHECKPOINT trio_status relay(struct trio_stream *client,
                                  const struct trio_address *target);

#endif // EXAMPLES_RELAY_RELAY_H

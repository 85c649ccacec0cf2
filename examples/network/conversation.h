// One line there, one line back.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_NETWORK_CONVERSATION_H
#define EXAMPLES_NETWORK_CONVERSATION_H

#include <trio/trio.h>

// Sends a line over a stream of any kind and prints the line that comes back.
TRIO_CHECKPOINT trio_status converse(struct trio_stream *stream,
                                     const char *line);

#endif // EXAMPLES_NETWORK_CONVERSATION_H

// One line there, one line back; and to whom.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_NETWORK_CONVERSATION_H
#define EXAMPLES_NETWORK_CONVERSATION_H

#include <trio/trio.h>

// Reads the number of a port; says whether it is one.
bool read_port(const char *text, uint16_t *ret_port);

// Sends a line over a stream of any kind and prints the line that comes back.
TRIO_CHECKPOINT trio_status converse(struct trio_stream *stream,
                                     const char *line);

#endif // EXAMPLES_NETWORK_CONVERSATION_H

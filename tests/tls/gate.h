// A transport that stops taking what is sent, for as long as a test wants.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TLS_GATE_H
#define TESTS_TLS_GATE_H

#include <stdbool.h>

#include <trio/stream.h>

// While it is shut, a send waits, and so does who waits to send; a send that is
// cancelled has sent nothing.
struct gate {
    struct trio_stream stream;
    struct trio_stream *below;
    bool shut; // The test's to set.
};

// Makes a gate that is open.
void open_gate(struct gate *ret_gate, struct trio_stream *below);

#endif // TESTS_TLS_GATE_H

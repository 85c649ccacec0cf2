// What our servers have in common.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_OURS_H
#define BENCH_OURS_H

#include <trio/tls_listener.h>
#include <trio/trio.h>

// Talks to one client until its end, which is TRIO_EEND, or a failure.
typedef trio_status (*ours_talk)(struct trio_stream *stream);

// Is a server_fn in all but its last arguments: a task for each connection,
// over TLS unless `tls` is NULL.
void ours_serve(int report, int connections, struct trio_tls_context *tls,
                ours_talk talk);

#endif // BENCH_OURS_H

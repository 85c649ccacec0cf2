// Streams over the simulated network, made for the stream contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_STREAMS_ENDS_H
#define TESTS_STREAMS_ENDS_H

#include <trio/descriptor_stream.h>
#include <trio/socket_stream.h>
#include <trio/stream_contract.h>
#include <trio/tcp.h>

// Where the ends of a connection are: the argument of all that makes them.
struct ends_kit {
    struct trio_tcp_stream tcp[2];
    struct trio_socket_stream local[2];
    struct trio_descriptor_stream pipe[2];
};

// Each makes a connection, as a trio_stream_maker: of 10.0.0.1 with itself, of
// local sockets, of a pipe.
TRIO_CHECKPOINT trio_status make_tcp(void *arg,
                                     struct trio_stream_ends *ret_ends);
TRIO_CHECKPOINT trio_status make_local(void *arg,
                                       struct trio_stream_ends *ret_ends);
TRIO_CHECKPOINT trio_status make_pipe(void *arg,
                                      struct trio_stream_ends *ret_ends);

// The same, with as much on the way as there can be, in all directions.
TRIO_CHECKPOINT trio_status make_tcp_clogged(void *arg,
                                             struct trio_stream_ends *ret_ends);
TRIO_CHECKPOINT trio_status
make_local_clogged(void *arg, struct trio_stream_ends *ret_ends);
TRIO_CHECKPOINT trio_status
make_pipe_clogged(void *arg, struct trio_stream_ends *ret_ends);

// Fills ends that were made, if `rc` says so, with as much as they take: one
// way, or both. Returns `rc`, or what went wrong; then they are closed.
TRIO_CHECKPOINT trio_status clog_ends(const struct trio_stream_ends *ends,
                                      bool both, trio_status rc);

#endif // TESTS_STREAMS_ENDS_H

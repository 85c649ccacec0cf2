// Local sockets: connections between programs of one machine.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_LOCAL_H
#define TRIO_LOCAL_H

#include <trio/base.h>
#include <trio/socket_listener.h>
#include <trio/socket_stream.h>
#include <trio/status.h>

TRIO_BEGIN_DECLS

// Connects to a path. When cancelled, the socket is closed.
//
//     struct trio_socket_stream store;
//
//     trio_status rc = trio_local_connect("/run/store.sock", &store);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&store.stream, "PING\n", 5, NULL);
//     return trio_combine(rc, trio_stream_close(&store.stream));
//
// Where too many wait to be accepted it waits, too. For abstract names and for
// addresses as text there is trio_socket_connect.
//
// Checkpoint: always.
// Returns: TRIO_OK            `ret_stream` is connected; the caller closes it.
//          TRIO_ECANCELED     an enclosing scope is cancelled.
//          TRIO_EINVAL        the path is empty, or longer than
//                             TRIO_ADDRESS_LOCAL_MAX.
//          TRIO_ENOENT        there is no such path.
//          TRIO_ECONNREFUSED  nobody listens there any more.
//          TRIO_EACCES        not permitted.
//          TRIO_EMFILE        too many open handles.
//          other              what the system said; the record tells more.
TRIO_CHECKPOINT trio_status
trio_local_connect(const char *path, struct trio_socket_stream *ret_stream);

// Listens on a path; see trio_socket_listener_open. `options` may be NULL.
//
//     struct trio_socket_listener local;
//     struct trio_server server = TRIO_SERVER_INIT;
//
//     trio_status rc = trio_local_listen("/run/store.sock", NULL, &local);
//     if (rc == TRIO_OK)
//         rc = trio_serve(&server, &local, 1, NULL, echo, NULL);
//
// Checkpoint: never.
// Returns: TRIO_EINVAL  the path is empty, or longer than
//                       TRIO_ADDRESS_LOCAL_MAX.
//          other        as trio_socket_listener_open.
TRIO_MUST_USE trio_status
trio_local_listen(const char *path, const struct trio_listen_options *options,
                  struct trio_socket_listener *ret_listener);

TRIO_END_DECLS

#endif // TRIO_LOCAL_H

// Serving: a task for every connection, and a graceful end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SERVE_H
#define TRIO_SERVE_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/cancel_scope.h>
#include <trio/listener.h>
#include <trio/status.h>
#include <trio/stream.h>
#include <trio/tcp.h>

// What serves one connection. The stream is closed after it has returned, by
// trio_stream_close, also if it failed or was cancelled: over TCP the peer then
// sees a normal end (TRIO_EEND). A handler that has left something out closes
// it before, by trio_stream_close_forcefully: that peer gets TRIO_EBROKEN.
typedef trio_status (*trio_handler_fn)(struct trio_stream *stream, void *arg);

// A `trio_server` is what trio_serve and trio_serve_stop have in common.
//
//     struct trio_server server = TRIO_SERVER_INIT;
//
//     rc = trio_serve(&server, &listener, 1, NULL, echo, NULL);
//
// The caller owns the storage; it must outlive trio_serve.
struct trio_server {
    struct trio_nursery *accepting; // Private. Of the accept loops.
    struct trio_nursery *handling;  // Private. Of everything.
    size_t connections;             // Connections that are open now.
    uint64_t accepted;              // Connections in all.
    size_t connections_peak;        // Private.
    uint64_t pauses;                // Private.
    bool stopping;                  // Private.
    bool reported;                  // Private. on_error's default.
};

#define TRIO_SERVER_INIT                                                       \
    {                                                                          \
        NULL, NULL, 0, 0, 0, 0, false, false                                \
    }

struct trio_server_statistics {
    size_t connections;      // Connections that are open now.
    size_t connections_peak; // The most that were open at once.
    uint64_t accepted;       // Connections in all.
    uint64_t pauses;         // How often accepting stopped for
                             // connections_max, by a listener each.
};

// How to serve. Zero, or NULL for the whole, is the default.
struct trio_serve_options {
    // Called when a handler failed, or closing its stream did, once that is
    // closed. The default reports the first failure of a server and goes on.
    // Must not park.
    void (*on_error)(const struct trio_address *peer, trio_status rc,
                     void *arg);
    void *on_error_arg;
    size_t stack_size; // Of each handler's task. Default 256 KiB.

    // Most connections that are open at once; 0 is no limit. While there are so
    // many no more are accepted: they wait in the system's backlog. Of several
    // listeners, each but one may have accepted one more, which then waits to
    // be handled.
    size_t connections_max;

    // How long accepting pauses while handles or memory are used up. Default
    // 100 ms.
    trio_duration accept_pause;

    // Of trio_serve_until_signal only: how to listen.
    const struct trio_listen_options *listen;

    // Of that and trio_serve_listeners_until_signal:
    trio_duration grace; // For handlers to end, at the signal. Default 10 s.
    // Called for each address at which it listens. Must not park.
    void (*on_listening)(const struct trio_address *address, void *arg);
    void *on_listening_arg;
};

TRIO_BEGIN_DECLS

// Accepts connections on all listeners and runs `fn(stream, arg)` in a task for
// each, until it is stopped or cancelled; then the listeners are closed. Goes
// on after errors of single connections and of handlers; while handles or
// memory are used up it pauses, `accept_pause` at a time. `options` may be
// NULL.
//
// Checkpoint: always.
// Returns: TRIO_OK         trio_serve_stop was called, and all is done.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EINVAL     there is no listener.
//          other           a listener failed.
TRIO_CHECKPOINT trio_status trio_serve(struct trio_server *server,
                                       struct trio_socket_listener *listeners,
                                       size_t count,
                                       const struct trio_serve_options *options,
                                       trio_handler_fn fn, void *arg);

// Does what trio_serve does with listeners of any kind:
//
//     struct trio_listener *doors[] = {&listener.listener, door};
//     struct trio_server server = TRIO_SERVER_INIT;
//
//     rc = trio_serve_listeners(&server, doors, 2, NULL, echo, NULL);
//
// Checkpoint: always.
// Returns: as trio_serve.
TRIO_CHECKPOINT trio_status trio_serve_listeners(
    struct trio_server *server, struct trio_listener *const *listeners,
    size_t count, const struct trio_serve_options *options, trio_handler_fn fn,
    void *arg);

// Is a whole server: listens, runs `fn(stream, arg)` for each connection, and
// stops at the first SIGINT or SIGTERM, when it accepts no more and gives the
// handlers `options->grace` to end before they are cancelled. A second signal
// does what it did before: end the program, or interrupt the run.
//
//     static TRIO_CHECKPOINT trio_status run_server(void *arg)
//     {
//         return trio_serve_until_signal("*:8080", NULL, echo, arg);
//     }
//
// `where` is an address as trio_address_parse reads it, of TCP or a local
// socket; or "localhost:8080", a name, with which trio_tcp_listen_all does what
// it does; or "*:8080", that port of all addresses of this machine. `options`
// may be NULL.
//
// Checkpoint: always.
// Returns: TRIO_OK         a signal came, and all is done.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EINVAL     `where` is not an address.
//          TRIO_ENOTSUP    there are no signals here.
//          other           as trio_tcp_listen_all, or a listener failed.
TRIO_CHECKPOINT trio_status trio_serve_until_signal(
    const char *where, const struct trio_serve_options *options,
    trio_handler_fn fn, void *arg);

// Does what trio_serve_until_signal does with listeners of any kind, which are
// closed in the end:
//
//     struct trio_listener *doors[] = {&listener.listener, door};
//     struct trio_server server = TRIO_SERVER_INIT;
//
//     rc = trio_serve_listeners_until_signal(&server, doors, 2, NULL, echo,
//                                            NULL);
//
// Checkpoint: always.
// Returns: TRIO_OK         a signal came, or trio_serve_stop was called, and
//                          all is done.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EINVAL     there is no listener.
//          TRIO_ENOTSUP    there are no signals here.
//          other           a listener failed.
TRIO_CHECKPOINT trio_status trio_serve_listeners_until_signal(
    struct trio_server *server, struct trio_listener *const *listeners,
    size_t count, const struct trio_serve_options *options, trio_handler_fn fn,
    void *arg);

// Stops a server gracefully: it accepts no more and gives the handlers `grace`
// nanoseconds to end before they are cancelled. Calling it again can only
// shorten the grace. Called before trio_serve, it makes that return at once.
//
//     static TRIO_CHECKPOINT trio_status stop_when_told(void *arg)
//     {
//         trio_status rc = trio_event_wait(&stop);
//         if (rc == TRIO_OK)
//             trio_serve_stop(arg, 10 * TRIO_SECOND); // a server
//         return rc;
//     }
//
// Checkpoint: never. Also from entry callbacks.
void trio_serve_stop(struct trio_server *server, trio_duration grace);

// Reads the server's statistics.
//
//     struct trio_server_statistics seen = trio_server_statistics(server);
//
//     printf("%zu of %zu at most\n", seen.connections, seen.connections_peak);
//
// Checkpoint: never.
struct trio_server_statistics
trio_server_statistics(const struct trio_server *server);

TRIO_END_DECLS

#endif // TRIO_SERVE_H

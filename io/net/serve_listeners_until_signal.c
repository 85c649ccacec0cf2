// The signals are received before anything else happens, so that none comes too
// early and ends the program in the middle; they are given back as soon as the
// first has come, so that a second one does just that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include <trio/nursery.h>
#include <trio/signal.h>
#include <trio/task.h>
#include <trio/time.h>

#define GRACE_DEFAULT (10 * TRIO_SECOND)

// SIGINT and SIGTERM, which have these numbers on every system.
static const int signals[] = {2, 15};

static const struct trio_serve_options defaults = {0};

struct end {
    struct trio_server *server;
    trio_duration grace;
};

static TRIO_CHECKPOINT trio_status stop_at_signal(void *arg)
{
    const struct end *end = arg;
    struct trio_signal_receiver receiver;
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 2);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    rc = trio_signal_receiver_receive(&receiver, &signal);
    trio_signal_receiver_close(&receiver);
    if (rc == TRIO_OK)
        trio_serve_stop(end->server, end->grace);
    return rc;
}

static void announce(struct trio_listener *const *listeners, size_t count,
                     const struct trio_serve_options *options)
{
    for (size_t i = 0; i < count && options->on_listening != NULL; i++) {
        struct trio_address address = trio_listener_address(listeners[i]);
        options->on_listening(&address, options->on_listening_arg);
    }
}

trio_status trio_serve_listeners_until_signal(
    struct trio_server *server, struct trio_listener *const *listeners,
    size_t count, const struct trio_serve_options *options, trio_handler_fn fn,
    void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_nursery nursery;

    if (options == NULL)
        options = &defaults;
    struct end end = {server,
                      options->grace != 0 ? options->grace : GRACE_DEFAULT};
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start(&nursery, stop_at_signal, &end, NULL);
    if (rc == TRIO_OK) {
        announce(listeners, count, options);
        rc = trio_serve_listeners(server, listeners, count, options, fn, arg);
    }
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    rc = trio_nursery_close(&nursery, rc);
    for (size_t i = 0; i < count; i++)
        trio_listener_close(listeners[i]);
    return rc;
}

// The empty world answers every question truthfully: no handle is open, and
// nothing is in flight but jobs. It never waits, since there is nothing that a
// wait could end; time passes by the clock's jumps alone. Jobs are done when
// nobody can run, in the order of starting.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>

#include "sim/internal.h"

static trio_status begin(struct trio_world *world)
{
    (void)world;
    return TRIO_OK;
}

// What is left is never done: the run may have been abandoned, and with it what
// the work would look at.
static void end(struct trio_world *world)
{
    struct trio_job **jobs = world->context;

    while (*jobs != NULL) {
        struct trio_job *job = *jobs;
        *jobs = job->next;
        job->lost(job);
    }
}

// ---- Readiness ----

// Whether the loop has something to do, now.
static bool somebody_goes_on(void)
{
    struct trio_run_statistics now = trio_run_statistics();

    return now.tasks_runnable > 0 || now.entries_queued > 0 ||
           now.next_deadline_after == 0;
}

static void poll(void *context, trio_duration limit)
{
    struct trio_job **jobs = context;

    (void)limit;
    while (*jobs != NULL && !somebody_goes_on()) {
        struct trio_job *job = *jobs;
        *jobs = job->next;
        trio_sim_work_(job);
    }
}

static trio_status arm(void *context, struct trio_io_waiter *waiter)
{
    (void)context, (void)waiter;
    return TRIO_EBADHANDLE;
}

static void disarm(void *context, struct trio_io_waiter *waiter)
{
    (void)context, (void)waiter;
}

static void closing(void *context, trio_handle handle)
{
    (void)context, (void)handle;
}

static size_t waiters(void *context)
{
    (void)context;
    return 0;
}

static bool can_wake(void *context)
{
    struct trio_job **jobs = context;
    return *jobs != NULL;
}

static void wake(void *context)
{
    (void)context;
}

static int last_error(void *context)
{
    (void)context;
    return 0;
}

static const struct trio_io io = {.name = "empty",
                                  .poll = poll,
                                  .arm = arm,
                                  .disarm = disarm,
                                  .closing = closing,
                                  .waiters = waiters,
                                  .can_wake = can_wake,
                                  .wake = wake,
                                  .last_error = last_error};

// ---- Sockets: none can be opened, so no handle is one ----

static trio_status open_socket(void *context, enum trio_address_family family,
                               enum trio_socket_type type,
                               trio_handle *ret_handle)
{
    (void)context, (void)family, (void)type, (void)ret_handle;
    return TRIO_ENOTSUP;
}

static trio_status open_pair(void *context, enum trio_socket_type type,
                             trio_handle ret_handles[2])
{
    (void)context, (void)type, (void)ret_handles;
    return TRIO_ENOTSUP;
}

static trio_status adopt(void *context, trio_handle handle,
                         enum trio_address_family *ret_family,
                         enum trio_socket_type *ret_type)
{
    (void)context, (void)handle, (void)ret_family, (void)ret_type;
    return TRIO_EBADHANDLE;
}

static void release(void *context, trio_handle handle)
{
    (void)context, (void)handle;
}

static trio_status use_address(void *context, trio_handle handle,
                               const struct trio_address *address)
{
    (void)context, (void)handle, (void)address;
    return TRIO_EBADHANDLE;
}

static trio_status listen(void *context, trio_handle handle, int backlog)
{
    (void)context, (void)handle, (void)backlog;
    return TRIO_EBADHANDLE;
}

static trio_status accept(void *context, trio_handle handle,
                          trio_handle *ret_handle,
                          struct trio_address *ret_peer)
{
    (void)context, (void)handle, (void)ret_handle, (void)ret_peer;
    return TRIO_EBADHANDLE;
}

static trio_status use_handle(void *context, trio_handle handle)
{
    (void)context, (void)handle;
    return TRIO_EBADHANDLE;
}

static trio_status receive(void *context, trio_handle handle, void *data,
                           size_t size, size_t *ret_length)
{
    (void)context, (void)handle, (void)data, (void)size, (void)ret_length;
    return TRIO_EBADHANDLE;
}

static trio_status send(void *context, trio_handle handle, const void *data,
                        size_t size, size_t *ret_length)
{
    (void)context, (void)handle, (void)data, (void)size, (void)ret_length;
    return TRIO_EBADHANDLE;
}

static trio_status open_pipe(void *context, trio_handle ret_handles[2])
{
    (void)context, (void)ret_handles;
    return TRIO_ENOTSUP;
}

static trio_status adopt_descriptor(void *context, trio_handle handle,
                                    struct trio_descriptor *ret_descriptor)
{
    (void)context, (void)handle, (void)ret_descriptor;
    return TRIO_EBADHANDLE;
}

static trio_status read_file(void *context, trio_handle handle, int64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error)
{
    (void)context, (void)handle, (void)offset, (void)data, (void)size;
    (void)ret_length, (void)ret_error;
    return TRIO_EBADHANDLE;
}

static trio_status write_file(void *context, trio_handle handle, int64_t offset,
                              const void *data, size_t size, size_t *ret_length,
                              int *ret_error)
{
    (void)context, (void)handle, (void)offset, (void)data, (void)size;
    (void)ret_length, (void)ret_error;
    return TRIO_EBADHANDLE;
}

static trio_status receive_message(void *context, trio_handle handle,
                                   struct trio_message *message)
{
    (void)context, (void)handle, (void)message;
    return TRIO_EBADHANDLE;
}

static trio_status send_message(void *context, trio_handle handle,
                                const struct trio_message *message,
                                size_t *ret_length)
{
    (void)context, (void)handle, (void)message, (void)ret_length;
    return TRIO_EBADHANDLE;
}

static trio_status send_file(void *context, trio_handle handle,
                             trio_handle file, uint64_t offset, uint64_t size,
                             uint64_t *ret_length)
{
    (void)context, (void)handle, (void)file, (void)offset, (void)size;
    (void)ret_length;
    return TRIO_EBADHANDLE;
}

static trio_status get_option(void *context, trio_handle handle,
                              enum trio_socket_option option, int *ret_value)
{
    (void)context, (void)handle, (void)option, (void)ret_value;
    return TRIO_EBADHANDLE;
}

static trio_status set_member(void *context, trio_handle handle,
                              const struct trio_address *group,
                              uint32_t interface_number, bool member)
{
    (void)context, (void)handle, (void)group;
    (void)interface_number, (void)member;
    return TRIO_EBADHANDLE;
}

static trio_status set_option(void *context, trio_handle handle,
                              enum trio_socket_option option, int value)
{
    (void)context, (void)handle, (void)option, (void)value;
    return TRIO_EBADHANDLE;
}

static trio_status get_address(void *context, trio_handle handle,
                               struct trio_address *ret_address)
{
    (void)context, (void)handle, (void)ret_address;
    return TRIO_EBADHANDLE;
}

static trio_status
get_path_id(void *context, const struct trio_address *address, uint64_t *ret_id)
{
    (void)context, (void)address, (void)ret_id;
    return TRIO_ENOENT;
}

static trio_status remove_path(void *context,
                               const struct trio_address *address)
{
    (void)context, (void)address;
    return TRIO_ENOENT;
}

static void close_handle(void *context, trio_handle handle, bool reset)
{
    (void)context, (void)handle, (void)reset;
}

static const struct trio_net net = {.open = open_socket,
                                    .pair = open_pair,
                                    .adopt = adopt,
                                    .release = release,
                                    .open_pipe = open_pipe,
                                    .adopt_descriptor = adopt_descriptor,
                                    .read_file = read_file,
                                    .write_file = write_file,
                                    .bind = use_address,
                                    .listen = listen,
                                    .accept = accept,
                                    .connect = use_address,
                                    .connect_result = use_handle,
                                    .receive = receive,
                                    .send = send,
                                    .receive_message = receive_message,
                                    .send_message = send_message,
                                    .send_file = send_file,
                                    .shutdown_send = use_handle,
                                    .set_option = set_option,
                                    .get_option = get_option,
                                    .set_member = set_member,
                                    .local_address = get_address,
                                    .peer_address = get_address,
                                    .path_id = get_path_id,
                                    .remove_path = remove_path,
                                    .close = close_handle};

// ---- Jobs: there are no signals, and no threads to pause ----

static trio_status submit(void *context, struct trio_job *job)
{
    struct trio_job **link = context;

    trio_sim_work_begin_(job);
    while (*link != NULL)
        link = &(*link)->next;
    *link = job;
    return TRIO_OK;
}

static void leave(void *context, struct trio_job *job)
{
    (void)context, (void)job;
}

static bool is_busy(void *context)
{
    (void)context;
    return false;
}

static trio_status watch_signals(void *context, struct trio_signal_watch *watch)
{
    (void)context, (void)watch;
    return TRIO_ENOTSUP;
}

static void unwatch_signals(void *context, struct trio_signal_watch *watch)
{
    (void)context, (void)watch;
}

static void raise_signal(void *context, int signal)
{
    (void)context, (void)signal;
}

static trio_status catch_interrupt(void *context, struct trio_poster *poster,
                                   struct trio_entry *entry)
{
    (void)context, (void)poster, (void)entry;
    return TRIO_ENOTSUP;
}

static void release_interrupt(void *context)
{
    (void)context;
}

static void look_up(struct trio_lookup *lookup)
{
    lookup->status = TRIO_ENOTSUP;
}

static const struct trio_jobs seam_jobs = {
    .submit = submit,
    .leave = leave,
    .busy = is_busy,
    .lookup_addresses = look_up,
    .lookup_name = look_up,
    .watch_signals = watch_signals,
    .unwatch_signals = unwatch_signals,
    .raise_signal = raise_signal,
    .catch_interrupt = catch_interrupt,
    .release_interrupt = release_interrupt};

struct trio_world trio_sim_empty_world_(struct trio_job **jobs)
{
    return (struct trio_world){.context = jobs,
                               .begin = begin,
                               .end = end,
                               .io = &io,
                               .net = &net,
                               .jobs = &seam_jobs};
}

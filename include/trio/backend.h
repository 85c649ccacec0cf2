// The seams: everything that a run asks of the world outside it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_BACKEND_H
#define TRIO_BACKEND_H

#include <stdarg.h>

#include <trio/address.h>
#include <trio/base.h>
#include <trio/entry.h>
#include <trio/error.h>
#include <trio/file.h>
#include <trio/message.h>
#include <trio/realm.h>
#include <trio/resolve.h>
#include <trio/status.h>
#include <trio/time.h>

struct trio_task;

// ---- Clock ----

// Tells the time. A virtual clock can also be moved by the loop, when nothing
// else is left to do.
struct trio_clock {
    void *context;

    // Returns now. Never goes back.
    trio_time (*now)(void *context);

    // Returns now or a little less, for less: never later than `now`, and at
    // most `coarse_resolution` nanoseconds before it. NULL: there is no such.
    trio_time (*now_coarse)(void *context);
    trio_duration coarse_resolution;

    // Returns how long, in real time, to wait for `deadline` to come: 0 if it
    // has; TRIO_FOREVER if the clock does not get there by itself.
    trio_duration (*until)(void *context, trio_time deadline);

    // Moves the clock to `deadline`; NULL, or false, if it does not jump.
    bool (*jump)(void *context, trio_time deadline);

    // Says whether the clock would jump now. NULL: never.
    bool (*can_jump)(void *context);

    // How long, in real time, to leave a world that may still wake us before
    // the clock jumps, in nanoseconds.
    trio_duration jump_threshold;

    // Returns a time of this clock as the machine of the current task tells it,
    // and what a told time means: the first time at which it is told, or a
    // later one. That is told as just that time. NULL, both: as it is.
    trio_time (*told)(void *context, trio_time time);
    trio_time (*meant)(void *context, trio_time told);
};

// ---- World: readiness, sockets, jobs ----

enum trio_direction { TRIO_READABLE, TRIO_WRITABLE };

// One task's wait for one direction of one handle, on the task's stack.
struct trio_io_waiter {
    struct trio_task *task;        // Who waits, or NULL: nobody any more.
    trio_handle handle;            // For what.
    enum trio_direction direction; // For which side of it.
    struct trio_io_waiter *next;   // The world's, while armed.
    bool ready;                    // Set by trio_io_ready.
    trio_status result;            // Set with it.
};

// Readiness. Each function gets the world's context.
struct trio_io {
    // "epoll". A world knows itself by it: what is made of another one's, but
    // with a context of its own, needs a name of its own.
    const char *name;

    // Waits up to `limit` nanoseconds (0: looks only; TRIO_FOREVER) for
    // something to happen, and calls trio_io_ready for each waiter that is
    // ready, which is disarmed by that. Returns early when woken or
    // interrupted.
    void (*poll)(void *context, trio_duration limit);

    // Registers interest. TRIO_OK: trio_io_ready will be called, never from
    // within arm. Otherwise nothing was registered. TRIO_EEXIST: it is ready
    // already. TRIO_EBUSY: somebody else waits for this direction.
    // TRIO_EBADHANDLE, TRIO_ENOTSUP: not a handle that can be waited for.
    trio_status (*arm)(void *context, struct trio_io_waiter *waiter);

    // Withdraws an armed waiter.
    void (*disarm)(void *context, struct trio_io_waiter *waiter);

    // Says that a handle is about to be closed: its waiters are made ready with
    // TRIO_ECLOSED, and whatever is registered for it is forgotten.
    void (*closing)(void *context, trio_handle handle);

    // Returns how many waiters are armed.
    size_t (*waiters)(void *context);

    // Says whether anything in flight can still make a waiter ready, or end a
    // job.
    bool (*can_wake)(void *context);

    // Ends the current or the next poll early. From any thread and from signal
    // handlers.
    void (*wake)(void *context);

    // Returns the system's number for the last failure of a call to the world
    // in this run, 0 if there was none.
    int (*last_error)(void *context);
};

enum trio_socket_type { TRIO_SOCKET_STREAM = 1, TRIO_SOCKET_DATAGRAM };

enum trio_socket_option {
    TRIO_SOCKET_NO_DELAY,            // Send small segments at once. 0 or 1.
    TRIO_SOCKET_REUSE_ADDRESS,       // Listen on a port in TIME_WAIT. 0 or 1.
    TRIO_SOCKET_REUSE_PORT,          // Several listeners on one port. 0 or 1.
    TRIO_SOCKET_V6_ONLY,             // No IPv4 on an IPv6 socket. 0 or 1.
    TRIO_SOCKET_KEEP_ALIVE,          // Ask silent peers. 0 or 1.
    TRIO_SOCKET_KEEP_ALIVE_IDLE,     // After so many seconds of silence,
    TRIO_SOCKET_KEEP_ALIVE_INTERVAL, // and again after so many; to be broken
    TRIO_SOCKET_KEEP_ALIVE_COUNT,    // after so many questions. From 1.
    TRIO_SOCKET_SEND_BUFFER,         // In bytes.
    TRIO_SOCKET_RECEIVE_BUFFER,      // In bytes.
    TRIO_SOCKET_BROADCAST,           // Send to broadcast addresses. 0 or 1.
    TRIO_SOCKET_TTL,                 // Routers on the way at most, 1 to 255.
    TRIO_SOCKET_MULTICAST_TTL,       // The same, to multicast groups. 0 to 255.
    TRIO_SOCKET_MULTICAST_LOOP,      // Hear what is sent to own groups. 0 or 1.
    TRIO_SOCKET_MULTICAST_INTERFACE  // Where to send to multicast groups: the
                                     // interface's number, or 0. Set only.
};

// What a descriptor is good for.
struct trio_descriptor {
    bool receives;
    bool sends;
    bool is_file; // It never makes anybody wait, but calls may take long.
};

// Non-blocking socket calls by handle. Each function gets the world's context
// and returns TRIO_EWOULDBLOCK where it would wait; interruptions are retried
// inside.
struct trio_net {
    trio_status (*open)(void *context, enum trio_address_family family,
                        enum trio_socket_type type, trio_handle *ret_handle);

    // Opens two local sockets, connected with each other.
    trio_status (*pair)(void *context, enum trio_socket_type type,
                        trio_handle ret_handles[2]);

    // Takes over a handle that was opened elsewhere; TRIO_EBUSY: it is this
    // world's already, or somebody waits for it. And gives it up again, after
    // making its waiters ready with TRIO_ECLOSED.
    trio_status (*adopt)(void *context, trio_handle handle,
                         enum trio_address_family *ret_family,
                         enum trio_socket_type *ret_type);
    void (*release)(void *context, trio_handle handle);

    // Opens a pipe, of which [0] receives what is sent into [1].
    trio_status (*open_pipe)(void *context, trio_handle ret_handles[2]);

    // Takes over what is no socket, or need not be one: `receive`, `send`,
    // `close` and `release` are for it then; a file only for the latter two.
    // Closing and releasing restore whether it blocks.
    trio_status (*adopt_descriptor)(void *context, trio_handle handle,
                                    struct trio_descriptor *ret_descriptor);

    // Reads a file, or writes it, at `offset`; -1: at its own position. May
    // block, is for jobs, and can be called from any thread; `ret_error` is
    // the system's number of a failure.
    trio_status (*read_file)(void *context, trio_handle handle, int64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error);
    trio_status (*write_file)(void *context, trio_handle handle, int64_t offset,
                              const void *data, size_t size, size_t *ret_length,
                              int *ret_error);

    trio_status (*bind)(void *context, trio_handle handle,
                        const struct trio_address *address);
    trio_status (*listen)(void *context, trio_handle handle, int backlog);
    // What is accepted has the options that the listening socket has; the sizes
    // of the buffers of a local one need not be the same.
    trio_status (*accept)(void *context, trio_handle handle,
                          trio_handle *ret_handle,
                          struct trio_address *ret_peer);

    // Begins to connect. TRIO_EWOULDBLOCK: wait until writable, then ask
    // connect_result.
    trio_status (*connect)(void *context, trio_handle handle,
                           const struct trio_address *address);
    trio_status (*connect_result)(void *context, trio_handle handle);

    // TRIO_EEND at the end of a stream. TRIO_ETRUNCATED: a datagram did not
    // fit.
    trio_status (*receive)(void *context, trio_handle handle, void *data,
                           size_t size, size_t *ret_length);

    // Sends what fits, at least a byte, of a datagram all. Never raises a
    // signal.
    trio_status (*send)(void *context, trio_handle handle, const void *data,
                        size_t size, size_t *ret_length);

    // The same, with everything that <trio/message.h> has. TRIO_ENOBUFS: it is
    // not to be had when there will be room.
    trio_status (*receive_message)(void *context, trio_handle handle,
                                   struct trio_message *message);
    trio_status (*send_message)(void *context, trio_handle handle,
                                const struct trio_message *message,
                                size_t *ret_length);

    // Sends from a file, as `send` does. TRIO_ENOTSUP: not from this one, or
    // not over this handle. TRIO_EEND: the file has nothing there.
    trio_status (*send_file)(void *context, trio_handle handle,
                             trio_handle file, uint64_t offset, uint64_t size,
                             uint64_t *ret_length);
    trio_status (*shutdown_send)(void *context, trio_handle handle);
    trio_status (*set_option)(void *context, trio_handle handle,
                              enum trio_socket_option option, int value);
    trio_status (*get_option)(void *context, trio_handle handle,
                              enum trio_socket_option option, int *ret_value);

    // Joins a multicast group on an interface, by its number, or leaves it.
    trio_status (*set_member)(void *context, trio_handle handle,
                              const struct trio_address *group,
                              uint32_t interface_number, bool member);
    trio_status (*local_address)(void *context, trio_handle handle,
                                 struct trio_address *ret_address);
    trio_status (*peer_address)(void *context, trio_handle handle,
                                struct trio_address *ret_address);

    // Returns a number that is another one if the path of a local address
    // comes to name another socket; never 0. TRIO_ENOENT: it names nothing.
    // TRIO_EEXIST: it names something else than a socket.
    trio_status (*path_id)(void *context, const struct trio_address *address,
                           uint64_t *ret_id);
    // Removes such a path.
    trio_status (*remove_path)(void *context,
                               const struct trio_address *address);

    // Closes the handle, in every case; `reset` throws unsent data away and
    // resets the connection. Wakes its waiters with TRIO_ECLOSED.
    void (*close)(void *context, trio_handle handle, bool reset);
};

// Files by path and handle. Each function may block, is for jobs, and can be
// called from any thread; `ret_error` is the system's number of a failure.
// Interruptions are retried inside.
struct trio_files {
    // Opens a regular file; the options make sense. TRIO_ENOTSUP: it is none.
    trio_status (*open)(void *context, const char *path,
                        const struct trio_file_options *options,
                        trio_handle *ret_handle, int *ret_error);

    // Closes the handle, in every case.
    trio_status (*close)(void *context, trio_handle handle, int *ret_error);

    // Reads or writes some, at least a byte. TRIO_EEND: there is nothing. What
    // was opened to append is written at its end, whatever the offset.
    trio_status (*read)(void *context, trio_handle handle, uint64_t offset,
                        void *data, size_t size, size_t *ret_length,
                        int *ret_error);
    trio_status (*write)(void *context, trio_handle handle, uint64_t offset,
                         const void *data, size_t size, size_t *ret_length,
                         int *ret_error);
    trio_status (*size)(void *context, trio_handle handle, uint64_t *ret_size,
                        int *ret_error);
    trio_status (*truncate)(void *context, trio_handle handle, uint64_t size,
                            int *ret_error);

    // Makes durable what was written, and the length. TRIO_ENOTSUP: that cannot
    // be done; any other failure: nobody can tell.
    trio_status (*sync)(void *context, trio_handle handle, int *ret_error);

    trio_status (*rename)(void *context, const char *from, const char *path,
                          int *ret_error);
    trio_status (*remove)(void *context, const char *path, int *ret_error);

    // Makes durable what the folder of a path has under each of its names.
    trio_status (*sync_path)(void *context, const char *path, int *ret_error);
};

// One interest in some signals. The world posts `entry` through `poster` when
// one of them arrives, after setting its bit in `pending`.
struct trio_signal_watch {
    uint64_t signals; // Bit n - 1: signal n.
    uint64_t pending; // Accessed atomically.
    struct trio_poster *poster;
    struct trio_entry *entry;
    struct trio_signal_watch *next; // The world's.
};

// A function to be called beside the loop, and what is called after it. The
// owner fills in the first five members and keeps it in place until `done` or
// `lost` is called. If the run is abandoned in between, neither may be.
struct trio_job {
    void (*work)(struct trio_job *job); // Beside the loop, once.
    void (*done)(struct trio_job *job); // Then, in the run's thread.
    void (*lost)(struct trio_job *job); // Or this, if the run is over: in the
                                        // thread of `work`.
    const char *name;                   // Of the thread meanwhile, or NULL.
    struct trio_poster *poster;         // Open until `done` or `lost`.
    struct trio_entry entry;            // The world's, and so is the rest.
    struct trio_job *next;
    void *thread;
    bool awaited;
};

// A question to the system's resolver, and its answer.
struct trio_lookup {
    char host[TRIO_HOST_SIZE];
    enum trio_address_family family; // 0: any.
    struct trio_address addresses[TRIO_RESOLVE_MAX];
    size_t count;
    trio_status status;
    int os_error;
    char reason[TRIO_ERROR_TEXT_MAX]; // What the system said, or empty.
};

// What happens beside the loop.
struct trio_jobs {
    // Starts a job. From then on can_wake is true until it is done, and a task
    // waits for it until `leave`. A world may call `work` in the run's own
    // thread, outside any task, at any moment.
    trio_status (*submit)(void *context, struct trio_job *job);

    // Says that no task waits for a job any more, which goes on all the same.
    void (*leave)(void *context, struct trio_job *job);

    // Says whether a task waits for a job: then a clock does not jump, and
    // tasks do not count as blocked. A world that chooses itself when a job is
    // done says no.
    bool (*busy)(void *context);

    // Blocks the thread in which a job's `work` is under way until `resume`,
    // which may come first; and that, from any thread. Both may be NULL where
    // `work` is called in the run's own thread.
    void (*pause)(struct trio_job *job);
    void (*resume)(struct trio_job *job);

    // Finds the addresses of `host`, or the name of the first of `addresses`.
    // They block: for a job's `work`.
    void (*lookup_addresses)(struct trio_lookup *lookup);
    void (*lookup_name)(struct trio_lookup *lookup);

    // Begins to watch signals, or stops. Stopping restores the dispositions
    // that were found. TRIO_EINVAL: one of them cannot be watched.
    trio_status (*watch_signals)(void *context,
                                 struct trio_signal_watch *watch);
    void (*unwatch_signals)(void *context, struct trio_signal_watch *watch);

    // Raises a signal again for whoever handled it before us.
    void (*raise_signal)(void *context, int signal);

    // Has Ctrl-C post `entry`, if its disposition is the default one and this
    // is the main thread; a second one restores the default and raises it
    // again. TRIO_ENOTSUP: it is somebody else's; that is fine.
    trio_status (*catch_interrupt)(void *context, struct trio_poster *poster,
                                   struct trio_entry *entry);
    void (*release_interrupt)(void *context);
};

// The world: its tables over one context, because they share handles.
struct trio_world {
    void *context;
    // Prepares for one run, in its thread; may set `context`. A failure is the
    // run's status.
    trio_status (*begin)(struct trio_world *world);
    void (*end)(struct trio_world *world);
    const struct trio_io *io;
    const struct trio_net *net;
    const struct trio_jobs *jobs;
    const struct trio_files *files; // NULL: there are none.
};

// What the resolver keeps of a run.
struct trio_names {
    const struct trio_resolver *resolver; // NULL: the system's.
    struct trio_question_ *questions;     // That somebody waits for.
};

// ---- Scheduler ----

// Chooses. A NULL `pick` is first in, first out, and the fastest.
struct trio_scheduler {
    void *context;

    // Returns which of `count` tasks goes next, less than `count`. They are in
    // the order in which they became runnable; count is at least 1. It is
    // called outside any task, and may do what an entry callback may. Before
    // the first step of a pass it may also return `count`: the loop looks once
    // more at the world, the clock and the entries, and whom that wakes is in
    // line, too, when it asks again.
    size_t (*pick)(void *context, struct trio_task *const *tasks, size_t count);

    // Whether a pass is one step, so that any runnable task may be next. If
    // not, each task that is runnable when a pass begins is picked once.
    bool single_steps;

    // Whether a soft point, trio_sim_point, lets other tasks run: only where a
    // pass is one step. Who comes to one stays first in line.
    bool soft_points;

    // Returns whether something rare is to happen now, trio_sim_buggify. NULL:
    // never.
    bool (*buggify)(void *context, const char *name);
};

// ---- Memory ----

// A task's stack: `base` is the lowest address that may be used, and
// `base + size`, aligned to 16, is where it begins.
struct trio_stack {
    void *base;
    size_t size;
    size_t guard; // So many bytes below `base` fault on each access.
};

// The guard of a stack where `stack_guard` says nothing, and the largest one.
#define TRIO_STACK_GUARD_DEFAULT ((size_t)64 << 10)
#define TRIO_STACK_GUARD_MAX ((size_t)1 << 20)

struct trio_memory {
    void *context;

    // How many bytes below each stack are to fault, rounded up to pages; 0 is
    // TRIO_STACK_GUARD_DEFAULT. A frame that is larger than that can step over
    // the guard, unless its code was compiled with -fstack-clash-protection.
    // More than TRIO_STACK_GUARD_MAX: begin fails with TRIO_EINVAL.
    size_t stack_guard;

    // The largest stack that may be asked for, for error records; `begin` sets
    // it. 0: not known.
    size_t stack_max;

    // Prepares for one run, in its thread; may set `context`.
    trio_status (*begin)(struct trio_memory *memory);
    void (*end)(struct trio_memory *memory);

    // Returns a block aligned as by malloc, or NULL.
    void *(*allocate)(void *context, size_t size);

    // Gives a block back. From any thread, and also after `end`: posters and
    // the error tree of a run may outlive it.
    void (*release)(void *context, void *block, size_t size);

    // Promises that one later stack_take of this size will succeed.
    // TRIO_ENOMEM: no. TRIO_EINVAL: there are no stacks that large.
    trio_status (*stack_reserve)(void *context, size_t size);
    void (*stack_unreserve)(void *context, size_t size);

    // Returns a stack of at least about `size` bytes. Uses up a reservation.
    struct trio_stack (*stack_take)(void *context, size_t size);
    void (*stack_give)(void *context, struct trio_stack stack);

    // The loop is about to sleep: a chance to give unused memory back.
    void (*stack_trim)(void *context);
};

// ---- Random ----

struct trio_random {
    void *context;
    uint64_t (*next)(void *context); // 64 random bits.
};

// ---- Report ----

// What the CPU was about to do in a parked task.
struct trio_registers {
    void *pc;
    void *sp;
    void *fp;
};

struct trio_report {
    void *context;

    // Prints one line, given without its newline.
    void (*line)(void *context, const char *text);

    // Formats as vsnprintf does. Used also where nothing is printed.
    int (*format)(void *context, char *buffer, size_t size, const char *format,
                  va_list arguments) TRIO_PRINTF(4, 0);

    // Writes the name of a place in the code, as "program(+0x1234)".
    void (*place)(void *context, const void *place, char *buffer, size_t size);

    // Fills `ret_places` with the return addresses of a parked task whose
    // stack ends at `top`; returns how many. Never reads at or past `top`.
    size_t (*backtrace)(void *context, struct trio_registers registers,
                        const void *top, const void **ret_places, size_t max);

    // Fills `ret_places` with the calls that are under way here, the innermost
    // first, from the one on that returns to `from`; returns how many. Leaves
    // out those of the library itself, as far as it can tell them. `top` is the
    // end of the stack, or NULL: that of a thread. NULL: reports of misuse do
    // not say who called.
    size_t (*callers)(void *context, const void *from, const void *top,
                      const void **ret_places, size_t max);

    // As `place`, with the name of the function also where that has to be
    // looked for in files. NULL: `place` is all there is.
    void (*call)(void *context, const void *place, char *buffer, size_t size);

    // Ends the process, or the run if it can. Does not return.
    __attribute__((noreturn)) void (*stop)(void *context);
};

TRIO_BEGIN_DECLS

// Returns the platform's report, which also serves where there is no run.
//
//     struct trio_report report = trio_report_platform();
//
//     report.line(report.context, "no run yet");
//
// Checkpoint: never.
struct trio_report trio_report_platform(void);

// Gives up the current run from wherever its code stands, on whatever stack:
// trio_run_with returns `status` at once. Nothing is unwound, and what the
// tasks own is not given back; the memory and the world of the run are ended.
// Posters learn that it is over, entries that were queued are not called.
// For a `stop` of reports that takes everything back by itself.
//
//     static void stop_the_test(void *context)
//     {
//         trio_run_abandon(QUOTA_EXCEEDED); // trio_run_with returns that
//     }
//
// Checkpoint: never.
__attribute__((noreturn)) void trio_run_abandon(trio_status status);

// Tells the core that a waiter's handle is ready, or why it will never be:
// TRIO_OK or TRIO_ECLOSED. For worlds, from within poll, closing, or any call
// that finds a handle closed behind its back, or another waiter's registration
// lost; the waiter is no longer the world's. Its task is woken, if it is
// parked.
//
//     static void close_all(struct trio_io_waiter **waiters, size_t length)
//     {
//         for (size_t i = 0; i < length; i++)
//             trio_io_ready(waiters[i], TRIO_ECLOSED);
//     }
//
// Checkpoint: never.
void trio_io_ready(struct trio_io_waiter *waiter, trio_status result);

// Returns the world of the current run. Misuse outside a run.
//
//     const struct trio_world *world = trio_run_world();
//
//     if (world->jobs->busy(world->context))
//         return TRIO_EBUSY;
//
// Checkpoint: never.
const struct trio_world *trio_run_world(void);

// Returns the memory of the current run. Misuse outside a run.
//
// Checkpoint: never.
const struct trio_memory *trio_run_memory(void);

// Returns what the resolver keeps of the current run. Misuse outside a run.
//
//     if (trio_run_names()->questions != NULL)
//         return TRIO_EBUSY; // Somebody waits for an answer.
//
// Checkpoint: never.
struct trio_names *trio_run_names(void);

// Reports a stack overflow, and stops, if `address` lies in the guard of the
// stack that is in use: the current task's, also while an abort function or an
// observer stands on it. Returns false if it does not. For the handler of
// memory faults.
//
//     static void on_fault(int signal, siginfo_t *info, void *registers)
//     {
//         if (!trio_run_overflowed(info->si_addr))
//             abort(); // It was another fault.
//     }
//
// Checkpoint: never.
bool trio_run_overflowed(const void *address);

TRIO_END_DECLS

#endif // TRIO_BACKEND_H

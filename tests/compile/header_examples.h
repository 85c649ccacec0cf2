// What the examples in the headers' comments take for granted.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_COMPILE_HEADER_EXAMPLES_H
#define TESTS_COMPILE_HEADER_EXAMPLES_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <unistd.h>

#include <trio/campaign.h>
#include <trio/clock.h>
#include <trio/history.h>
#include <trio/kqueue.h>
#include <trio/rapidcheck.h>
#include <trio/scenario.h>
#include <trio/sim_file.h>
#include <trio/sim_job.h>
#include <trio/sim_link.h>
#include <trio/sim_net.h>
#include <trio/testing.h>
#include <trio/tls.h>
#include <trio/tls_listener.h>
#include <trio/tls_open.h>
#include <trio/trio.h>

#define QUOTA_EXCEEDED ((trio_status)-1001)

// Each is declared again by the examples that have their own.
static trio_status rc;

struct page {
    char text[4096];
};
extern const char *url;
extern struct page page;
extern pid_t pid;
extern struct trio_kqueue_event event;
void reap(pid_t child);
TRIO_CHECKPOINT trio_status fetch(const char *from, struct page *ret_page);
TRIO_CHECKPOINT trio_status fetch_page(void *page);
void drop_page(void *page);
void print_page(const struct page *page);

TRIO_CHECKPOINT trio_status look_into_table(void *context, const char *host,
                                            enum trio_address_family family,
                                            struct trio_address *ret_addresses,
                                            size_t max, size_t *ret_count);

TRIO_MUST_USE trio_status read_file(struct page *ret_page);

extern char ada[], grace[];
TRIO_CHECKPOINT trio_status greet(void *arg);
TRIO_CHECKPOINT trio_status program(void *arg);
#ifndef EXAMPLES_OF_STREAM // They define another.
TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg);
#endif

struct job {
    struct trio_entry entry;
    struct trio_task *task;
};
extern struct job *job;
extern struct trio_poster *poster;

struct pool {
    size_t taken, size;
};
#define POOL_INIT {0, 0}
extern struct pool *pool;
TRIO_CHECKPOINT trio_status use_pool(struct pool *used);
extern void *connection;
extern void *machine;
void close_all_handles_of(void *owner);
extern struct trio_sim_host *here, *distant;
extern size_t seen;
char *make_table(void);

struct request {
    struct trio_sim_job job;
    struct trio_task *task;
    bool answered;
};
extern struct request *request;

#ifndef EXAMPLES_OF_SIM_JOB // They define it.
void finish(struct trio_sim_job *job);
#endif

// What a task has of a pool.
struct lease {
    struct trio_task_exit exit;
    struct trio_task *owner;
    struct pool *pool;
};
extern struct lease *lease;

struct slot {
    struct trio_task *task;
};
extern struct slot *slot;
extern const struct trio_wait slot_wait;

extern const char *user;
extern size_t count;
extern int descriptor;
extern char buffer[4096];
extern ssize_t length;
extern struct trio_address address;
extern struct trio_tcp_listener listener;
extern struct trio_listener *door;
extern void *storage;
extern struct trio_socket udp, guest;
extern struct trio_server *server;
extern struct trio_tls_stream *tls;
extern struct trio_writer writer;
extern struct trio_memory_stream wires[2];
TRIO_CHECKPOINT trio_status make_full_wires(void *arg,
                                            struct trio_stream_ends *ends);
void compute_row(void *matrix, int row);
extern struct trio_stream *stream, *pipe_in, *pipe_out, *transport;
extern struct trio_tls_context context;

extern struct trio_parking_lot *lot, lots[2];
extern struct trio_mock_clock *mock;
extern struct trio_campaign *campaign;
extern struct trio_campaign_result result;
extern struct trio_scenario *scenario;
extern struct trio_history *history;
extern size_t id;
extern struct trio_file file;
extern size_t held;
extern struct trio_cancel_scope scope;
extern struct trio_cancel_handle *others;
extern struct trio_capacity_limiter *limiter;
extern struct trio_condition *condition;
extern struct trio_lock lock;
extern struct trio_rc_source *source;
bool property(struct trio_rc_source *from, void *arg);
extern const struct trio_rc_machine lift;
TRIO_CHECKPOINT trio_status use_pool_by(void *steps);
extern struct trio_semaphore slots;
extern struct trio_queue *queue;
extern struct trio_select choice;
extern struct trio_sender sender;
extern struct trio_receiver receiver;
extern struct trio_event stop;
extern int number;
void use(int value);

#endif // TESTS_COMPILE_HEADER_EXAMPLES_H

// A host crashes while its tasks wait, for whatever there is to wait for: none
// of them goes on, and nothing keeps knowing of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/check.h"
#include "tests/hosts.h"

// ---- Waits ----

TEST(sim_host_waits, crashes_while_a_task_sleeps)
{
    trio_time begin = trio_now();

    CHECK_OK(crash_while(sleep_long, NULL));
    CHECK_EQ(trio_now(), begin);
}

static TRIO_CHECKPOINT trio_status wait_for_event(void *arg)
{
    struct trio_event event = TRIO_EVENT_INIT;

    (void)arg;
    return never(trio_event_wait(&event));
}

TEST(sim_host_waits, crashes_while_a_task_waits_for_an_event)
{
    CHECK_OK(crash_while(wait_for_event, NULL));
}

TEST(sim_host_waits, crashes_while_one_holds_a_lock_and_another_waits_for_it)
{
    CHECK_OK(crash_while(contend, NULL));
}

// What waits for a lock that is not the host's leaves its list.
TEST(sim_host_waits, leaves_the_lists_of_what_belongs_to_others)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    trio_status rc = trio_lock_acquire(&lock);

    CHECK_OK(rc);
    if (rc != TRIO_OK)
        return;
    CHECK_OK(crash_while(take_lock, &lock));
    CHECK_EQ(trio_lock_statistics(&lock).waiting, 0);
    trio_lock_release(&lock);
    CHECK(trio_lock_try_acquire(&lock));
    trio_lock_release(&lock);
}

static TRIO_CHECKPOINT trio_status notify_never(void *arg)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;

    (void)arg;
    trio_status rc = trio_condition_acquire(&condition);
    if (rc != TRIO_OK)
        return rc;
    rc = never(trio_condition_wait(&condition));
    trio_condition_release(&condition);
    return rc;
}

TEST(sim_host_waits, crashes_while_a_task_waits_for_a_condition)
{
    CHECK_OK(crash_while(notify_never, NULL));
}

static TRIO_CHECKPOINT trio_status send_to_nobody(void *arg)
{
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    int item = 1;

    (void)arg;
    trio_channel_open(&channel, sizeof(item), NULL, 0, &sender, &receiver);
    trio_status rc = never(trio_channel_send(&sender, &item));
    trio_sender_close(&sender);
    trio_receiver_close(&receiver);
    return rc;
}

TEST(sim_host_waits, crashes_while_a_task_sends_to_a_channel)
{
    CHECK_OK(crash_while(send_to_nobody, NULL));
}

static TRIO_CHECKPOINT trio_status receive_from_nobody(void *arg)
{
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    int item;

    (void)arg;
    trio_channel_open(&channel, sizeof(item), NULL, 0, &sender, &receiver);
    trio_status rc = never(trio_channel_receive(&receiver, &item));
    trio_sender_close(&sender);
    trio_receiver_close(&receiver);
    return rc;
}

TEST(sim_host_waits, crashes_while_a_task_receives_from_a_channel)
{
    CHECK_OK(crash_while(receive_from_nobody, NULL));
}

// Waits for an event, a handle and a moment, whichever comes first.
static TRIO_CHECKPOINT trio_status select_any(void *arg)
{
    struct trio_event event = TRIO_EVENT_INIT;
    struct trio_select select = TRIO_SELECT_INIT;
    struct trio_socket socket;
    size_t index;

    (void)arg;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(&socket, &port_80);
    struct trio_case cases[] = {
        trio_case_event(&event), trio_case_readable(socket.handle),
        trio_case_at(trio_time_add(trio_now(), TRIO_HOUR))};
    if (rc == TRIO_OK)
        rc = never(trio_select(&select, cases, COUNT(cases), &index));
    trio_socket_close(&socket);
    return rc;
}

TEST(sim_host_waits, crashes_while_a_task_selects)
{
    CHECK_OK(crash_while(select_any, NULL));
}

// A select that was woken has not forgotten its handle by the time.
static TRIO_CHECKPOINT trio_status select_both(void *arg)
{
    struct trio_event *event = arg;
    struct trio_select select = TRIO_SELECT_INIT;
    struct trio_socket socket;
    size_t index;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(&socket, &port_80);
    struct trio_case cases[] = {trio_case_event(event),
                                trio_case_readable(socket.handle)};
    if (rc == TRIO_OK)
        rc = trio_select(&select, cases, COUNT(cases), &index);
    trio_socket_close(&socket);
    return rc;
}

TEST(sim_host_waits, crashes_between_a_wake_and_the_step_that_it_is_for)
{
    struct trio_event event = TRIO_EVENT_INIT;
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(host, &nursery, select_both, &event);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    trio_event_set(&event);
    if (rc == TRIO_OK)
        trio_sim_host_crash(host);
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

TEST(sim_host_waits, crashes_while_a_task_accepts)
{
    CHECK_OK(crash_while(accept_nobody, NULL));
}

// Sends to home, where nobody reads.
static TRIO_CHECKPOINT trio_status fill_up(void *arg)
{
    struct trio_tcp_stream stream;
    char data[4096] = {0};
    trio_status rc = trio_tcp_connect(arg, &stream);

    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK)
        rc = trio_stream_send_all(&stream.stream, data, sizeof(data), NULL);
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

TEST_ONCE(sim_host_waits, crashes_while_a_task_waits_for_room_to_send)
{
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, 80);
    struct trio_tcp_listener listener;

    CHECK_OK(trio_tcp_listen(&port_80, NULL, &listener));
    CHECK_OK(crash_while(fill_up, &address));
    trio_tcp_listener_close(&listener);
}

TEST(sim_host_waits, crashes_while_a_task_connects)
{
    struct trio_sim_host *silent;
    trio_status rc = trio_sim_host_open("silent", NULL, &silent);

    if (rc == TRIO_OK) {
        struct trio_address address =
            trio_sim_host_address(silent, TRIO_ADDRESS_IPV4, 80);
        trio_sim_host_crash(silent);
        rc = crash_while(connect_to, &address);
        trio_sim_host_restart(silent);
    }
    CHECK_OK(rc);
}

static trio_status work_once(void *arg)
{
    *(int *)arg += 1;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_thread(void *arg)
{
    return trio_thread_run(NULL, work_once, arg);
}

// It is a job by then, and nobody waits for it.
TEST(sim_host_waits, crashes_while_a_thread_is_to_work)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    int worked = 0;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(host, &nursery, run_thread, &worked);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    int before = worked;
    if (rc == TRIO_OK)
        trio_sim_host_crash(host);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    CHECK(rc != TRIO_OK || worked == before);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    if (rc == TRIO_OK)
        CHECK_EQ(
            trio_capacity_limiter_statistics(trio_thread_limiter()).borrowed,
            0);
}

static TRIO_CHECKPOINT trio_status resolve_itself(void *arg)
{
    struct trio_address addresses[4];
    size_t count;

    (void)arg;
    return trio_resolve("server", 80, NULL, addresses, COUNT(addresses),
                        &count);
}

TEST(sim_host_waits, crashes_while_a_task_resolves_a_name)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(host, &nursery, resolve_itself, NULL);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        trio_sim_host_crash(host);
    rc = trio_nursery_close(&nursery, rc);
    if (rc == TRIO_OK)
        rc = resolve_itself(NULL); // Nobody's question is in its way.
    CHECK_OK(rc);
}

// ---- Nurseries and scopes ----

// Of who is gone nothing passes any more.
static void check_no_deadline(void)
{
    CHECK_EQ(trio_run_statistics().next_deadline_after, TRIO_FOREVER);
}

static TRIO_CHECKPOINT trio_status nest(void *arg)
{
    int depth = *(int *)arg - 1;
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;

    if (depth < 0)
        return sleep_long(NULL);
    trio_fail_after(&scope, TRIO_HOUR);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, nest, &depth);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, nest, &depth);
    rc = trio_nursery_close(&nursery, rc);
    return trio_cancel_scope_close(&scope, rc);
}

TEST(sim_host_waits, crashes_inside_nested_nurseries)
{
    int depth = 3;

    CHECK_OK(crash_while(nest, &depth));
    check_no_deadline();
}

static TRIO_CHECKPOINT trio_status clean_up_shielded(void *arg)
{
    struct trio_cancel_scope scope;

    trio_status rc = trio_sleep(TRIO_SECOND);
    trio_shield_after(&scope, TRIO_FOREVER);
    trio_ignore(trio_sleep(TRIO_HOUR));
    *(bool *)arg = true;
    return trio_cancel_scope_close(&scope, rc);
}

TEST_ONCE(sim_host_waits, crashes_in_the_middle_of_a_shielded_cleanup)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    bool cleaned = false;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(
        trio_sim_host_start_soon(host, &nursery, clean_up_shielded, &cleaned));
    CHECK_OK(trio_sleep(TRIO_MS));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_cancel_shielded_checkpoint();
    trio_sim_host_crash(host);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!cleaned);
}

static TRIO_CHECKPOINT trio_status start_slowly(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(TRIO_HOUR);
    trio_started(NULL);
    return rc;
}

static TRIO_CHECKPOINT trio_status start_in(void *arg)
{
    return trio_nursery_start(arg, start_slowly, NULL, NULL);
}

// A task that is not started yet belongs to the caller, and goes with it.
TEST(sim_host_waits, crashes_while_a_task_is_started_in_a_nursery_of_others)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery, target;

    trio_nursery_open(&nursery);
    trio_nursery_open(&target);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(host, &nursery, start_in, &target);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK)
        trio_sim_host_crash(host);
    rc = trio_nursery_close(&target, rc);
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

static void on_exit(struct trio_task_exit *node)
{
    (void)node;
    TRIO_SIM_ALWAYS(false, "no exit function is called");
}

static TRIO_CHECKPOINT trio_status leave_it_to_the_end(void *arg)
{
    static struct trio_task_exit node;
    trio_status rc;

    (void)arg;
    trio_task_on_exit(&node, on_exit);
    rc = trio_sleep(TRIO_HOUR);
    trio_task_cancel_exit(trio_task_current(), &node);
    return rc;
}

TEST(sim_host_waits, no_exit_function_is_called)
{
    CHECK_OK(crash_while(leave_it_to_the_end, NULL));
}

// It is in a nursery of a task that is no more.
static TRIO_CHECKPOINT trio_status start_at_home(void *arg)
{
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_start_soon(trio_sim_host_home(), &nursery,
                                              sleep_long, NULL);
    return trio_nursery_close(&nursery, rc);
}

TEST(sim_host_waits, who_is_in_a_nursery_of_its_tasks_is_given_up_too)
{
    CHECK_OK(crash_while(start_at_home, NULL));
}

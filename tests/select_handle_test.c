// What trio/select.h promises of handles. They are the kernel's, and so is what
// is tested here: this runs in the real world.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/realm.h>
#include <trio/select.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"

enum { NONE = 99 };

struct ends {
    int reader;
    int writer;
};

static struct ends open_ends(void)
{
    int descriptors[2];

    REQUIRE(pipe2(descriptors, O_NONBLOCK | O_CLOEXEC) == 0);
    return (struct ends){descriptors[0], descriptors[1]};
}

static void close_ends(struct ends ends)
{
    close(ends.reader);
    close(ends.writer);
}

static size_t waiters(void)
{
    return trio_run_statistics().world_waiters;
}

// S60
TEST_REAL(select, a_handle_that_is_ready_gets_its_turn)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event set = TRIO_EVENT_INIT;
    struct ends ends = open_ends();

    trio_event_set(&set);
    for (size_t i = 0; i < 4; i++) {
        struct trio_case cases[] = {trio_case_writable(ends.writer),
                                    trio_case_event(&set)};
        size_t index = NONE;

        CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
        CHECK_EQ(index, i % 2);
        CHECK_EQ(waiters(), 0);
    }
    close_ends(ends);
}

// S60
TEST_REAL(select, a_handle_that_is_not_ready_does_not_hold_up_the_others)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event set = TRIO_EVENT_INIT;
    struct ends ends = open_ends();

    trio_event_set(&set);
    for (size_t i = 0; i < 4; i++) {
        struct trio_case cases[] = {trio_case_readable(ends.reader),
                                    trio_case_event(&set)};
        size_t index = NONE;

        CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
        CHECK_EQ(index, 1);
        CHECK_EQ(waiters(), 0);
    }
    close_ends(ends);
}

// S60
TEST_REAL(select, a_handle_out_of_turn_is_not_asked_where_another_case_is_ready)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event unset = TRIO_EVENT_INIT;
    struct trio_event set = TRIO_EVENT_INIT;
    struct ends ends = open_ends();
    struct trio_case cases[] = {trio_case_event(&unset),
                                trio_case_writable(ends.writer),
                                trio_case_event(&set)};
    size_t index = NONE;

    trio_event_set(&set);
    CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
    CHECK_EQ(index, 2);
    close_ends(ends);
}

// S60: what the library does not know of a socket of its own, a try will tell.
TEST_REAL(select, a_socket_that_nobody_has_tried_is_ready)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event unset = TRIO_EVENT_INIT;
    const struct trio_world *world = trio_run_world();
    trio_handle handle = TRIO_HANDLE_NONE;
    size_t index = NONE;

    CHECK_OK(world->net->open(world->context, TRIO_ADDRESS_IPV4,
                              TRIO_SOCKET_STREAM, &handle));
    struct trio_case cases[] = {trio_case_event(&unset),
                                trio_case_readable(handle)};
    CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
    CHECK_EQ(index, 1);
    world->net->close(world->context, handle, false);
}

struct reader {
    struct ends first;
    struct ends second;
    struct trio_event event;
    trio_duration limit;
    size_t index;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status choose_handle(void *arg)
{
    struct reader *reader = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_case cases[] = {
        trio_case_event(&reader->event),
        trio_case_readable(reader->first.reader),
        trio_case_readable(reader->second.reader),
        trio_case_at(trio_time_add(trio_now(), reader->limit))};

    reader->index = NONE;
    reader->rc = trio_select(&choice, cases, COUNT(cases), &reader->index);
    CHECK_EQ(waiters(), 0);
    return reader->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_PARKS void reader_open(struct reader *reader,
                                   struct trio_nursery *nursery)
{
    *reader = (struct reader){
        .first = open_ends(), .second = open_ends(), .limit = TRIO_HOUR};
    CHECK_OK(trio_nursery_start_soon(nursery, choose_handle, reader));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(waiters(), 2);
}

static void reader_close(const struct reader *reader)
{
    CHECK_EQ(waiters(), 0);
    close_ends(reader->first);
    close_ends(reader->second);
}

// S60
TEST_REAL(select, a_handle_that_becomes_ready_ends_the_wait)
{
    struct trio_nursery nursery;
    struct reader reader;

    trio_nursery_open(&nursery);
    reader_open(&reader, &nursery);
    CHECK_EQ(write(reader.second.writer, "x", 1), 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(reader.rc);
    CHECK_EQ(reader.index, 2);
    reader_close(&reader);
}

// S60: one is told, the other one stays as ready as it is.
TEST_REAL(select, two_handles_may_become_ready_in_one_batch)
{
    struct trio_nursery nursery;
    struct reader reader;

    trio_nursery_open(&nursery);
    reader_open(&reader, &nursery);
    CHECK_EQ(write(reader.first.writer, "x", 1), 1);
    CHECK_EQ(write(reader.second.writer, "x", 1), 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(reader.rc);
    CHECK_EQ(reader.index, 1);
    CHECK_OK(trio_wait_readable(reader.second.reader));
    reader_close(&reader);
}

// S60
TEST_REAL(select, an_event_withdraws_the_handles)
{
    struct trio_nursery nursery;
    struct reader reader;

    trio_nursery_open(&nursery);
    reader_open(&reader, &nursery);
    trio_event_set(&reader.event);
    CHECK_EQ(write(reader.first.writer, "x", 1), 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(reader.rc);
    CHECK_EQ(reader.index, 0);
    reader_close(&reader);
}

// S60
TEST_REAL(select, a_cancellation_withdraws_the_handles)
{
    struct trio_nursery nursery;
    struct reader reader;

    trio_nursery_open(&nursery);
    reader_open(&reader, &nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(waiters(), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(reader.rc, TRIO_ECANCELED);
    CHECK_EQ(reader.index, NONE);
    reader_close(&reader);
}

// S60
TEST_REAL(select, a_time_withdraws_the_handles)
{
    struct reader reader = {
        .first = open_ends(), .second = open_ends(), .limit = TRIO_MS};

    CHECK_OK(choose_handle(&reader));
    CHECK_OK(reader.rc);
    CHECK_EQ(reader.index, 3);
    reader_close(&reader);
}

// S45, S60
TEST_REAL(select, a_handle_that_is_closing_ends_it_with_its_status)
{
    struct trio_nursery nursery;
    struct reader reader;

    trio_nursery_open(&nursery);
    reader_open(&reader, &nursery);
    trio_notify_closing(reader.first.reader);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(reader.rc, TRIO_ECLOSED);
    CHECK_EQ(reader.index, 1);
    reader_close(&reader);
}

static TRIO_CHECKPOINT trio_status choose_both_ways(void *arg)
{
    int descriptor = *(int *)arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_case cases[] = {trio_case_readable(descriptor),
                                trio_case_writable(descriptor)};
    size_t index = NONE;

    return trio_select(&choice, cases, COUNT(cases), &index);
}

// S40, S45, S60: withdrawing one finds that out, and tells the other.
TEST_REAL(select, cancelled_over_a_descriptor_that_is_gone_it_is_cancelled)
{
    struct trio_nursery nursery;
    int descriptors[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, descriptors) ==
            0);
    while (write(descriptors[0], "much", 4) > 0)
        continue;
    trio_nursery_open(&nursery);
    CHECK_OK(
        trio_nursery_start_soon(&nursery, choose_both_ways, &descriptors[0]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(waiters(), 2);
    close(descriptors[0]);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(waiters(), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    close(descriptors[1]);
}

// S44, S60
TEST_REAL(select, a_handle_that_cannot_be_waited_for_ends_it_with_its_status)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event unset = TRIO_EVENT_INIT;
    struct ends ends = open_ends();

    for (int i = 0; i < 2; i++) {
        struct trio_case cases[] = {
            trio_case_readable(ends.reader), trio_case_event(&unset),
            trio_case_readable(i == 0 ? ends.reader : TRIO_HANDLE_NONE)};
        size_t index = NONE;

        CHECK_STATUS(trio_select(&choice, cases, COUNT(cases), &index),
                     i == 0 ? TRIO_EBUSY : TRIO_EBADHANDLE);
        CHECK_EQ(index, 2);
        CHECK_EQ(waiters(), 0);
    }
    close_ends(ends);
}

struct two_waits {
    int reader;
    struct trio_event event;
};

static TRIO_CHECKPOINT trio_status select_either(void *arg)
{
    struct two_waits *waits = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_case cases[] = {trio_case_readable(waits->reader),
                                trio_case_event(&waits->event)};
    size_t index = NONE;

    *trio_task_realm() = waits;
    return trio_select(&choice, cases, COUNT(cases), &index);
}

// One of them has been woken, and does not come to withdraw the rest.
TEST_REAL(select, who_is_given_up_waits_for_no_handle_any_more)
{
    for (int woken = 0; woken < 2; woken++) {
        struct ends ends = open_ends();
        struct two_waits waits = {ends.reader, TRIO_EVENT_INIT};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, select_either, &waits));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
        CHECK_EQ(waiters(), 1);
        if (woken == 1)
            trio_event_set(&waits.event);
        CHECK(!trio_realm_abandon(&waits));
        CHECK_EQ(waiters(), 0);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        close_ends(ends);
    }
}

// The stream contract holds for every stream of the library, and is broken by
// streams that were written to break it, one clause each.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/stream_contract.h>

#include <sys/socket.h>

#include <trio/stapled_stream.h>

#include "tests/check.h"
#include "tests/sockets.h"

static void set_ends(struct trio_stream_ends *ret_ends,
                     struct trio_stream *sender, struct trio_stream *receiver)
{
    ret_ends->sender = sender;
    ret_ends->receiver = receiver;
}

// Says what was found, if it was the contract that is broken.
static void check_kept(trio_status rc)
{
    if (!CHECK_OK(rc) && trio_error_find(rc) != NULL)
        CHECK_STRING(trio_error_find(rc)->text, "");
}

// ---- Streams that keep it ----

struct kit {
    struct trio_memory_stream memory[4];
    struct trio_lockstep_stream lockstep[4];
    struct trio_stapled_stream stapled[2];
    struct pair tcp;
    struct trio_socket_stream local[2];
    struct trio_descriptor_stream pipe[2];
};

static trio_status make_memory(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_memory_stream_pair(&kit->memory[0], &kit->memory[1]);
    set_ends(ret_ends, &kit->memory[0].stream, &kit->memory[1].stream);
    return TRIO_OK;
}

static trio_status make_memory_one_way(void *arg,
                                       struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_memory_stream_one_way_pair(&kit->memory[0], &kit->memory[1]);
    set_ends(ret_ends, &kit->memory[0].stream, &kit->memory[1].stream);
    return TRIO_OK;
}

// Nothing waits to be received at first: these begin clogged.
static trio_status make_lockstep(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_lockstep_stream_pair(&kit->lockstep[0], &kit->lockstep[1]);
    set_ends(ret_ends, &kit->lockstep[0].stream, &kit->lockstep[1].stream);
    return TRIO_OK;
}

static trio_status make_lockstep_one_way(void *arg,
                                         struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    trio_lockstep_stream_one_way_pair(&kit->lockstep[0], &kit->lockstep[1]);
    set_ends(ret_ends, &kit->lockstep[0].stream, &kit->lockstep[1].stream);
    return TRIO_OK;
}

static trio_status staple(struct kit *kit, struct trio_stream *streams[4],
                          struct trio_stream_ends *ret_ends)
{
    trio_stapled_stream_init(&kit->stapled[0], streams[0], streams[3]);
    trio_stapled_stream_init(&kit->stapled[1], streams[2], streams[1]);
    set_ends(ret_ends, &kit->stapled[0].stream, &kit->stapled[1].stream);
    return TRIO_OK;
}

static trio_status make_stapled(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    struct trio_memory_stream *memory = kit->memory;
    struct trio_stream *streams[] = {&memory[0].stream, &memory[1].stream,
                                     &memory[2].stream, &memory[3].stream};

    trio_memory_stream_one_way_pair(&memory[0], &memory[1]);
    trio_memory_stream_one_way_pair(&memory[2], &memory[3]);
    return staple(kit, streams, ret_ends);
}

static trio_status make_stapled_lockstep(void *arg,
                                         struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    struct trio_lockstep_stream *lockstep = kit->lockstep;
    struct trio_stream *streams[] = {&lockstep[0].stream, &lockstep[1].stream,
                                     &lockstep[2].stream, &lockstep[3].stream};

    trio_lockstep_stream_one_way_pair(&lockstep[0], &lockstep[1]);
    trio_lockstep_stream_one_way_pair(&lockstep[2], &lockstep[3]);
    return staple(kit, streams, ret_ends);
}

// S64
TEST(stream_contract, memory_streams_keep_it)
{
    struct kit kit;

    check_kept(trio_check_half_closeable_stream(make_memory, NULL, &kit));
    check_kept(trio_check_one_way_stream(make_memory_one_way, NULL, &kit));
}

// S64
TEST(stream_contract, lockstep_streams_keep_it)
{
    struct kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_lockstep, make_lockstep, &kit));
    check_kept(trio_check_one_way_stream(make_lockstep_one_way,
                                         make_lockstep_one_way, &kit));
}

// S64
TEST(stream_contract, stapled_streams_keep_it)
{
    struct kit kit;

    check_kept(trio_check_half_closeable_stream(make_stapled, NULL, &kit));
    check_kept(trio_check_half_closeable_stream(make_stapled_lockstep,
                                                make_stapled_lockstep, &kit));
}

static TRIO_CHECKPOINT trio_status make_tcp(void *arg,
                                            struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;

    open_pair(&kit->tcp);
    set_ends(ret_ends, &kit->tcp.near.stream, &kit->tcp.far.stream);
    return TRIO_OK;
}

// Small buffers are soon full.
static void shrink(struct trio_socket_stream *stream)
{
    CHECK_OK(trio_socket_set_option(&stream->socket, TRIO_SOCKET_SEND_BUFFER,
                                    16384));
    CHECK_OK(trio_socket_set_option(&stream->socket, TRIO_SOCKET_RECEIVE_BUFFER,
                                    16384));
}

static TRIO_CHECKPOINT trio_status
make_tcp_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    trio_status rc = make_tcp(kit, ret_ends);

    shrink(&kit->tcp.near);
    shrink(&kit->tcp.far);
    fill(ret_ends->sender);
    fill(ret_ends->receiver);
    return rc;
}

// S64
TEST_REAL(stream_contract, tcp_streams_keep_it)
{
    struct kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_tcp, make_tcp_clogged, &kit));
}

static trio_status make_local(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    trio_status rc = trio_socket_stream_pair(&kit->local[0], &kit->local[1]);

    set_ends(ret_ends, &kit->local[0].stream, &kit->local[1].stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status
make_local_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    trio_status rc = make_local(kit, ret_ends);

    shrink(&kit->local[0]);
    shrink(&kit->local[1]);
    fill(ret_ends->sender);
    fill(ret_ends->receiver);
    return rc;
}

// S64
TEST_REAL(stream_contract, local_streams_keep_it)
{
    struct kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_local, make_local_clogged, &kit));
}

// Over a name that is listened on, in place of a pair.
static TRIO_CHECKPOINT trio_status make_named(void *arg,
                                              struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    struct trio_socket_listener listener;
    struct trio_address address;

    REQUIRE(trio_address_parse("unix:", &address) == TRIO_OK);
    REQUIRE(trio_socket_listener_open(&address, NULL, &listener) == TRIO_OK);
    trio_status rc = trio_tcp_connect(&listener.address, &kit->local[0]);
    if (rc == TRIO_OK)
        rc = trio_socket_listener_accept(&listener, &kit->local[1]);
    trio_listener_close(&listener.listener);
    set_ends(ret_ends, &kit->local[0].stream, &kit->local[1].stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status
make_named_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    trio_status rc = make_named(kit, ret_ends);

    shrink(&kit->local[0]);
    shrink(&kit->local[1]);
    fill(ret_ends->sender);
    fill(ret_ends->receiver);
    return rc;
}

// S64
TEST_REAL(stream_contract, local_streams_with_a_name_keep_it)
{
    struct kit kit;

    check_kept(
        trio_check_half_closeable_stream(make_named, make_named_clogged, &kit));
}

// Sockets that are given as descriptors: they cannot be closed by halves.
static trio_status make_given(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_descriptor_stream_open(ends[i], &kit->pipe[i]));
    set_ends(ret_ends, &kit->pipe[0].stream, &kit->pipe[1].stream);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status
make_given_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_given(arg, ret_ends);

    fill(ret_ends->sender);
    fill(ret_ends->receiver);
    return rc;
}

// S64
TEST_REAL(stream_contract, sockets_given_as_descriptors_keep_it)
{
    struct kit kit;

    check_kept(trio_check_two_way_stream(make_given, make_given_clogged, &kit));
}

static trio_status make_pipe(void *arg, struct trio_stream_ends *ret_ends)
{
    struct kit *kit = arg;
    trio_status rc = trio_pipe_open(&kit->pipe[1], &kit->pipe[0]);

    set_ends(ret_ends, &kit->pipe[0].stream, &kit->pipe[1].stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status
make_pipe_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_pipe(arg, ret_ends);

    fill(ret_ends->sender);
    return rc;
}

// S64
TEST_REAL(stream_contract, pipes_keep_it)
{
    struct kit kit;

    check_kept(trio_check_one_way_stream(make_pipe, make_pipe_clogged, &kit));
}

// ---- Streams that break it ----

enum fault {
    NO_FAULT,
    SPOILS_A_BYTE,           // What is received is not what was sent.
    DOES_NOT_CHECK_FOR_TWO,  // Lets a second receiver in.
    SENDS_TO_NOBODY,         // Never says that the receiver is gone.
    ENDS_BEFORE_THE_DATA,    // Closing overtakes what was sent.
    SENDS_NOTHING_IF_CLOSED, // An empty send is fine although it is closed.
    CLOSES_TWICE_BADLY,      // The second close fails.
    CLOSES_AT_ONCE,          // Close is no checkpoint.
    SLEEPS_WHEN_CLOSED,      // Close does not wake who receives.
    DOES_NOT_CLOSE,          // Nor does a cancelled close close.
    SENDS_THOUGH_CANCELLED,  // Looks at cancellation last.
    IS_ALWAYS_WRITABLE,      // Also when it is clogged.
    CLOSES_BOTH_HALVES,      // send_eof ends the other direction, too.
    SENDS_AFTER_THE_END      // send_eof is forgotten.
};

// One end of a connection, over a good stream. Closing it is done by hand, so
// that each step of it can be left out.
struct faulty {
    struct trio_stream stream;
    struct trio_stream *good;
    enum fault fault;
    bool closed;
    bool ended;
};

struct faulty_kit {
    struct kit kit;
    struct faulty ends[2];
    enum fault fault;
};

static TRIO_CHECKPOINT trio_status faulty_send_all(struct trio_stream *stream,
                                                   const void *data,
                                                   size_t size,
                                                   size_t *ret_sent)
{
    struct faulty *faulty = (struct faulty *)stream;

    if (faulty->fault == SENDS_NOTHING_IF_CLOSED && size == 0)
        return trio_checkpoint();
    if (faulty->fault == SENDS_THOUGH_CANCELLED) {
        struct trio_cancel_scope shield;

        trio_shield_after(&shield, TRIO_FOREVER);
        trio_status rc =
            trio_stream_send_all(faulty->good, data, size, ret_sent);
        rc = trio_cancel_scope_close(&shield, rc);
        return rc == TRIO_OK ? trio_checkpoint_if_cancelled() : rc;
    }
    trio_status rc = trio_stream_send_all(faulty->good, data, size, ret_sent);
    if (faulty->fault == SENDS_TO_NOBODY && rc == TRIO_EBROKEN)
        return TRIO_OK;
    if (faulty->fault == SENDS_AFTER_THE_END && faulty->ended)
        return TRIO_OK;
    return rc;
}

static TRIO_CHECKPOINT trio_status
faulty_wait_writable(struct trio_stream *stream)
{
    struct faulty *faulty = (struct faulty *)stream;

    if (faulty->fault == IS_ALWAYS_WRITABLE && !faulty->closed)
        return trio_checkpoint();
    return trio_stream_wait_writable(faulty->good);
}

static TRIO_CHECKPOINT trio_status faulty_receive_some(
    struct trio_stream *stream, void *buffer, size_t size, size_t *ret_length)
{
    struct faulty *faulty = (struct faulty *)stream;
    bool open = !faulty->closed;
    trio_status rc =
        trio_stream_receive_some(faulty->good, buffer, size, ret_length);

    while (faulty->fault == DOES_NOT_CHECK_FOR_TWO && rc == TRIO_EBUSY) {
        rc = trio_sleep(TRIO_MS);
        if (rc == TRIO_OK)
            rc = trio_stream_receive_some(faulty->good, buffer, size,
                                          ret_length);
    }
    if (faulty->fault == SLEEPS_WHEN_CLOSED && open && rc == TRIO_ECLOSED)
        return trio_sleep_forever();
    if (rc == TRIO_OK && faulty->fault == SPOILS_A_BYTE && *ret_length > 2)
        ((char *)buffer)[2] ^= 1;
    return rc;
}

static TRIO_CHECKPOINT trio_status faulty_send_eof(struct trio_stream *stream)
{
    struct faulty *faulty = (struct faulty *)stream;

    faulty->ended = true;
    if (faulty->fault == CLOSES_BOTH_HALVES) {
        trio_status rc = trio_checkpoint_if_cancelled();
        return rc == TRIO_OK ? trio_stream_close(faulty->good) : rc;
    }
    return trio_stream_send_eof(faulty->good);
}

static TRIO_CHECKPOINT trio_status faulty_close(struct trio_stream *stream)
{
    struct faulty *faulty = (struct faulty *)stream;
    bool again = faulty->closed;

    if (faulty->fault == DOES_NOT_CLOSE) {
        trio_status rc = trio_checkpoint_if_cancelled();
        if (rc != TRIO_OK)
            return rc;
    }
    faulty->closed = true;
    if (faulty->fault == CLOSES_TWICE_BADLY && again)
        return TRIO_ECLOSED;
    if (faulty->fault == CLOSES_AT_ONCE && again)
        return TRIO_OK;
    if (faulty->fault == ENDS_BEFORE_THE_DATA) {
        trio_stream_close_forcefully(faulty->good);
        return trio_checkpoint();
    }
    return trio_stream_close(faulty->good);
}

static void faulty_close_forcefully(struct trio_stream *stream)
{
    struct faulty *faulty = (struct faulty *)stream;

    faulty->closed = true;
    trio_stream_close_forcefully(faulty->good);
}

static const struct trio_stream_operations faulty_operations = {
    .send_all = faulty_send_all,
    .wait_writable = faulty_wait_writable,
    .receive_some = faulty_receive_some,
    .send_eof = faulty_send_eof,
    .close = faulty_close,
    .close_forcefully = faulty_close_forcefully,
};

static trio_status spoil(struct faulty_kit *kit, struct trio_stream_ends *ends)
{
    kit->ends[0] = (struct faulty){
        {&faulty_operations}, ends->sender, kit->fault, false, false};
    kit->ends[1] = (struct faulty){
        {&faulty_operations}, ends->receiver, kit->fault, false, false};
    set_ends(ends, &kit->ends[0].stream, &kit->ends[1].stream);
    return TRIO_OK;
}

static trio_status make_faulty(void *arg, struct trio_stream_ends *ret_ends)
{
    struct faulty_kit *kit = arg;

    trio_ignore(make_memory(&kit->kit, ret_ends));
    return spoil(kit, ret_ends);
}

static trio_status make_faulty_clogged(void *arg,
                                       struct trio_stream_ends *ret_ends)
{
    struct faulty_kit *kit = arg;

    trio_ignore(make_lockstep(&kit->kit, ret_ends));
    return spoil(kit, ret_ends);
}

// Checks that a fault is found, and under which clause.
TRIO_PARKS static void check_found(enum fault fault, const char *clause)
{
    struct faulty_kit kit = {.fault = fault};
    trio_status rc = trio_check_half_closeable_stream(
        make_faulty, make_faulty_clogged, &kit);
    const struct trio_error *error = trio_error_find(TRIO_ECONTRACT);

    CHECK_STATUS(rc, TRIO_ECONTRACT);
    if (CHECK(error != NULL) &&
        !CHECK(strncmp(error->text, clause, strlen(clause)) == 0))
        CHECK_STRING(error->text, clause);
}

// S64
TEST(stream_contract, without_a_fault_the_faulty_stream_keeps_it)
{
    struct faulty_kit kit = {.fault = NO_FAULT};

    check_kept(trio_check_half_closeable_stream(make_faulty,
                                                make_faulty_clogged, &kit));
}

// S64
TEST(stream_contract, transfers_are_looked_at)
{
    check_found(SPOILS_A_BYTE, "what is sent is received: receive_some");
}

// S64
TEST(stream_contract, two_users_are_looked_at)
{
    check_found(DOES_NOT_CHECK_FOR_TWO, "two receives are busy: the second");
}

// S64
TEST(stream_contract, broken_connections_are_looked_at)
{
    check_found(SENDS_TO_NOBODY,
                "sent to a closed receiver it is broken: send_all");
}

// S64
TEST(stream_contract, the_end_is_looked_at)
{
    check_found(ENDS_BEFORE_THE_DATA, "data comes before the end: the data");
}

// S64
TEST(stream_contract, closed_streams_are_looked_at)
{
    check_found(SENDS_NOTHING_IF_CLOSED,
                "closed here it is closed: send_all of nothing");
}

// S64
TEST(stream_contract, closing_again_is_looked_at)
{
    check_found(CLOSES_TWICE_BADLY, "closing again is fine: close");
    check_found(CLOSES_AT_ONCE, "every call is a checkpoint: close");
}

// S64
TEST(stream_contract, cancelled_calls_are_looked_at)
{
    check_found(SENDS_THOUGH_CANCELLED,
                "cancelled at entry nothing happens: what was sent");
    check_found(DOES_NOT_CLOSE, "a cancelled close closes: ");
}

// S64
TEST(stream_contract, what_never_returns_is_found)
{
    check_found(SLEEPS_WHEN_CLOSED,
                "closing wakes a receive: receive_some: never returned");
}

// S64
TEST(stream_contract, clogged_streams_are_looked_at)
{
    check_found(IS_ALWAYS_WRITABLE, "clogged, it waits until it is drained");
}

// S64
TEST(stream_contract, half_closes_are_looked_at)
{
    check_found(CLOSES_BOTH_HALVES, "half-closed, the other direction lives: ");
    check_found(SENDS_AFTER_THE_END, "half-closed, sends are closed: send_all");
}

// ---- The check as a call ----

static trio_status refuse_to_make(void *arg, struct trio_stream_ends *ret_ends)
{
    (void)arg, (void)ret_ends;
    return TRIO_EMFILE;
}

// S64
TEST(stream_contract, a_maker_that_fails_ends_the_check)
{
    CHECK_STATUS(trio_check_one_way_stream(refuse_to_make, NULL, NULL),
                 TRIO_EMFILE);
}

// S64
TEST(stream_contract, the_check_can_be_cancelled)
{
    struct kit kit;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_check_two_way_stream(make_memory, NULL, &kit);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

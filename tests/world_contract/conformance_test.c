// The simulated world is like the kernel: the same calls, in an order that is
// drawn, come to the same statuses in both.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/check.h"
#include "tests/world_contract/kit.h"

enum { CALLS = 30, HANDLES = 6, SEQUENCES = 2000 };

// One call, as it is told.
struct told {
    const char *name;
    int handle;
    int other;
    bool known; // It was known before that it would have to wait.
    trio_status rc;
};

struct sequence {
    uint64_t state;
    trio_handle handles[HANDLES];
    bool blocked[HANDLES][2]; // By direction: the last call would have waited.
    struct told told[CALLS];
    size_t count;
};

static uint64_t draw(struct sequence *sequence, uint64_t bound)
{
    sequence->state = sequence->state * UINT64_C(6364136223846793005) +
                      UINT64_C(1442695040888963407);
    return (sequence->state >> 33) % bound;
}

static trio_handle *pick(struct sequence *sequence, int *ret_number)
{
    // Mostly one that is open.
    for (int i = 0; i < 4; i++) {
        *ret_number = (int)draw(sequence, HANDLES);
        if (sequence->handles[*ret_number] != TRIO_HANDLE_NONE)
            break;
    }
    return &sequence->handles[*ret_number];
}

// A number whose handle is not in use; -1: there is none.
static int find_free(const struct sequence *sequence)
{
    for (int i = 0; i < HANDLES; i++)
        if (sequence->handles[i] == TRIO_HANDLE_NONE)
            return i;
    return -1;
}

// Where a call would have waited, the world is asked whether it still would.
static void look(struct sequence *sequence)
{
    const struct trio_io *io = trio_run_world()->io;

    for (int i = 0; i < 2 * HANDLES; i++) {
        struct trio_io_waiter waiter = {.handle = sequence->handles[i / 2],
                                        .direction =
                                            (enum trio_direction)(i % 2)};
        if (!sequence->blocked[i / 2][i % 2])
            continue;
        trio_status rc = io->arm(context(), &waiter);
        if (rc == TRIO_OK)
            io->poll(context(), 0);
        if (rc == TRIO_OK && !waiter.ready)
            io->disarm(context(), &waiter);
        else
            sequence->blocked[i / 2][i % 2] = false;
    }
}

// ---- The calls ----

static trio_status open_one(struct sequence *sequence, int i, int *other)
{
    enum trio_socket_type type =
        draw(sequence, 3) == 0 ? TRIO_SOCKET_DATAGRAM : TRIO_SOCKET_STREAM;

    *other = (int)type;
    i = find_free(sequence);
    if (i < 0)
        return TRIO_OK;
    return net()->open(context(), TRIO_ADDRESS_IPV4, type,
                       &sequence->handles[i]);
}

static trio_status open_two(struct sequence *sequence, int i, int *other)
{
    enum trio_socket_type type =
        draw(sequence, 2) == 0 ? TRIO_SOCKET_DATAGRAM : TRIO_SOCKET_STREAM;
    trio_handle ends[2];
    bool pipe = draw(sequence, 3) == 0;

    i = find_free(sequence);
    if (i < 0)
        return TRIO_OK;
    sequence->handles[i] = 0;
    int j = find_free(sequence);
    sequence->handles[i] = TRIO_HANDLE_NONE;
    if (j < 0)
        return TRIO_OK;
    *other = pipe ? 0 : (int)type;
    trio_status rc = pipe ? net()->open_pipe(context(), ends)
                          : net()->pair(context(), type, ends);
    if (rc != TRIO_OK)
        return rc;
    sequence->handles[i] = ends[0];
    sequence->handles[j] = ends[1];
    return TRIO_OK;
}

static trio_status bind_one(struct sequence *sequence, int i, int *other)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4,
                                   .bytes = {127, 0, 0, 1}};
    const trio_handle *from = pick(sequence, other);

    if (draw(sequence, 2) == 0)
        trio_ignore(net()->local_address(context(), *from, &address));
    if (address.family != TRIO_ADDRESS_IPV4)
        return TRIO_OK;
    return net()->bind(context(), sequence->handles[i], &address);
}

static trio_status listen_at(struct sequence *sequence, int i, int *other)
{
    *other = (int)draw(sequence, 3) + 1;
    return net()->listen(context(), sequence->handles[i], *other);
}

static trio_status connect_one(struct sequence *sequence, int i, int *other)
{
    struct trio_address address = {.port = 0}, own = {.port = 0};
    const trio_handle *to = pick(sequence, other);
    trio_status rc = net()->local_address(context(), *to, &address);

    // To be connected with oneself is not simulated.
    trio_ignore(net()->local_address(context(), sequence->handles[i], &own));
    if (rc != TRIO_OK || address.port == 0 || address.port == own.port)
        return TRIO_OK;
    return net()->connect(context(), sequence->handles[i], &address);
}

static trio_status ask_result(struct sequence *sequence, int i, int *other)
{
    (void)other;
    return net()->connect_result(context(), sequence->handles[i]);
}

static trio_status accept_from(struct sequence *sequence, int i, int *other)
{
    struct trio_address peer;

    *other = find_free(sequence);
    if (*other < 0)
        return TRIO_OK;
    return net()->accept(context(), sequence->handles[i],
                         &sequence->handles[*other], &peer);
}

static trio_status send_some_to(struct sequence *sequence, int i, int *other)
{
    static const char data[1000];
    size_t length = 0;

    *other = (int)draw(sequence, sizeof(data)) + 1;
    return net()->send(context(), sequence->handles[i], data, (size_t)*other,
                       &length);
}

static trio_status receive_from(struct sequence *sequence, int i, int *other)
{
    char data[1000];
    size_t length = 0;

    *other = (int)draw(sequence, sizeof(data)) + 1;
    return net()->receive(context(), sequence->handles[i], data, (size_t)*other,
                          &length);
}

static trio_status shut_down(struct sequence *sequence, int i, int *other)
{
    (void)other;
    return net()->shutdown_send(context(), sequence->handles[i]);
}

static trio_status close_one(struct sequence *sequence, int i, int *other)
{
    *other = (int)draw(sequence, 2);
    net()->close(context(), sequence->handles[i], *other == 1);
    sequence->handles[i] = TRIO_HANDLE_NONE;
    memset(sequence->blocked[i], 0, sizeof(sequence->blocked[i]));
    return TRIO_OK;
}

static trio_status find_peer(struct sequence *sequence, int i, int *other)
{
    struct trio_address address;

    (void)other;
    return net()->peer_address(context(), sequence->handles[i], &address);
}

static trio_status reuse(struct sequence *sequence, int i, int *other)
{
    (void)other;
    return net()->set_option(context(), sequence->handles[i],
                             TRIO_SOCKET_REUSE_ADDRESS, 1);
}

static const struct {
    const char *name;
    uint64_t weight;
    enum trio_direction direction; // In which it may have to wait.
    trio_status (*call)(struct sequence *sequence, int i, int *ret_other);
} calls[] = {{"open", 3, TRIO_READABLE, open_one},
             {"open two", 2, TRIO_READABLE, open_two},
             {"bind", 3, TRIO_READABLE, bind_one},
             {"listen", 3, TRIO_READABLE, listen_at},
             {"connect", 4, TRIO_WRITABLE, connect_one},
             {"connect_result", 2, TRIO_WRITABLE, ask_result},
             {"accept", 4, TRIO_READABLE, accept_from},
             {"send", 4, TRIO_WRITABLE, send_some_to},
             {"receive", 4, TRIO_READABLE, receive_from},
             {"shutdown", 1, TRIO_WRITABLE, shut_down},
             {"close", 2, TRIO_READABLE, close_one},
             {"peer_address", 1, TRIO_READABLE, find_peer},
             {"reuse", 1, TRIO_READABLE, reuse}};

static size_t draw_call(struct sequence *sequence)
{
    uint64_t total = 0, drawn;
    size_t i = 0;

    for (size_t k = 0; k < COUNT(calls); k++)
        total += calls[k].weight;
    drawn = draw(sequence, total);
    while (drawn >= calls[i].weight)
        drawn -= calls[i++].weight;
    return i;
}

static TRIO_CHECKPOINT trio_status play(void *arg)
{
    struct sequence *sequence = arg;

    for (; sequence->count < CALLS; sequence->count++) {
        struct told *told = &sequence->told[sequence->count];
        size_t k = draw_call(sequence);
        *told = (struct told){.name = calls[k].name};
        pick(sequence, &told->handle);
        look(sequence);
        told->known = sequence->blocked[told->handle][calls[k].direction];
        told->rc = calls[k].call(sequence, told->handle, &told->other);
        if (told->rc == TRIO_EWOULDBLOCK)
            sequence->blocked[told->handle][calls[k].direction] = true;
    }
    for (int i = 0; i < HANDLES; i++)
        net()->close(context(), sequence->handles[i], true);
    return trio_checkpoint();
}

// ---- Both worlds ----

static void begin(struct sequence *sequence, uint64_t seed)
{
    *sequence = (struct sequence){.state = seed};
    for (int i = 0; i < HANDLES; i++)
        sequence->handles[i] = TRIO_HANDLE_NONE;
}

static void tell(const struct sequence *sequence, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("    %s %d, %d: %s\n", sequence->told[i].name,
               sequence->told[i].handle, sequence->told[i].other,
               trio_status_name(sequence->told[i].rc));
}

// What is known to have to wait is not tried on the kernel, whatever else may
// be wrong with it.
static bool is_known(const struct told *simulated, const struct told *real)
{
    return real->known && real->rc == TRIO_EWOULDBLOCK &&
           trio_is_failure(simulated->rc);
}

static bool may_differ(const struct told *simulated, const struct told *real)
{
    // Others on this machine have ports, too.
    if (real->rc == TRIO_EADDRINUSE && simulated->rc == TRIO_OK)
        return true;
    // A socket whose connection was reset could be bound anew.
    return strcmp(real->name, "bind") == 0 && simulated->rc == TRIO_EINVAL;
}

static bool compare(uint64_t seed)
{
    struct sequence simulated, real;
    struct trio_config platform = trio_config_platform();

    begin(&simulated, seed);
    begin(&real, seed);
    CHECK_OK(trio_test(play, &simulated));
    CHECK_OK(trio_run_with(&platform, play, &real));
    for (size_t i = 0; i < CALLS; i++) {
        if (is_known(&simulated.told[i], &real.told[i]))
            continue;
        if (may_differ(&simulated.told[i], &real.told[i]))
            return true; // From here on it is another sequence.
        if (CHECK_STATUS(simulated.told[i].rc, real.told[i].rc))
            continue;
        printf("sequence %llu:\n", (unsigned long long)seed);
        tell(&simulated, i + 1);
        return false;
    }
    return true;
}

TEST_PLAIN(conformance, drawn_calls_come_to_the_same_statuses)
{
    for (uint64_t seed = 1; seed <= SEQUENCES; seed++)
        if (!compare(seed))
            break;
}

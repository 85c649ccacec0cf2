// Simulated TCP: two ends on two hosts that send and receive at their own pace,
// over a link whose latency changes and that is cut now and then, against the
// list of bytes that was sent. As long as nobody breaks the connection off, all
// of them arrive, and then the end; else, the first so many.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/tcp.h>
#include <trio/trio.h>

#include "fuzz/target.h"
#include "fuzz/task.h"

enum { STEPS_MAX = 10, PORT = 7, PIECE_MAX = 1 << 16 };

// One thing that a task does: a number of bytes, and a pause before.
struct step {
    size_t size;
    trio_duration pause;
};

struct steps {
    struct step steps[STEPS_MAX]; // Of receivers: over and over.
    size_t count;
};

// One end, and what became of what it does.
struct end {
    struct trio_sim_host *host;
    struct trio_tcp_stream tcp;
    struct steps sends;
    struct steps receives;
    trio_duration quits; // Then it breaks off; 0: it does not.
    struct end *other;
    size_t sent;      // Bytes,
    bool ended;       // and then the end.
    size_t received;  // Bytes, as they were sent.
    trio_status last; // Of receiving.
};

struct world {
    struct fuzz_bytes bytes;
    struct end ends[2];
    struct steps weather; // Of the link: latency, cut if it is odd.
    char sending[2][PIECE_MAX];
    char receiving[2][PIECE_MAX];
    bool breaks; // Somebody breaks off.
};

static struct world world;

// ---- The list: byte no. `at` of what an end sends ----

static char byte_at(size_t end, size_t at)
{
    return (char)((at * 31 + (at >> 8) * 7 + end * 101) & 0xff);
}

static void check_bytes(size_t sender, size_t from, const char *data,
                        size_t length)
{
    for (size_t i = 0; i < length; i++)
        FUZZ_CHECK(data[i] == byte_at(sender, from + i));
}

// ---- Both ends ----

static bool is_broken(trio_status rc)
{
    return rc == TRIO_EBROKEN || rc == TRIO_ECLOSED;
}

// Returns what a broken connection is to the rest of the run, unless it may not
// be broken: nothing.
static trio_status pass(trio_status rc)
{
    FUZZ_CHECK(rc == TRIO_OK || rc == TRIO_ECANCELED ||
               (is_broken(rc) && world.breaks));
    return is_broken(rc) ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status send_step(struct end *end,
                                             const struct step *step)
{
    size_t number = (size_t)(end - world.ends);
    char *data = world.sending[number];
    size_t sent = 0;
    trio_status rc = trio_sleep(step->pause);

    if (rc != TRIO_OK)
        return rc;
    for (size_t i = 0; i < step->size; i++)
        data[i] = byte_at(number, end->sent + i);
    rc = trio_stream_send_all(&end->tcp.stream, data, step->size, &sent);
    FUZZ_CHECK(rc == TRIO_OK ? sent == step->size : sent <= step->size);
    end->sent += sent;
    return rc;
}

static TRIO_CHECKPOINT trio_status send_all(void *arg)
{
    struct end *end = arg;
    trio_status rc = TRIO_OK;

    for (size_t i = 0; rc == TRIO_OK && i < end->sends.count; i++)
        rc = send_step(end, &end->sends.steps[i]);
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(&end->tcp.stream);
    end->ended = rc == TRIO_OK;
    return pass(rc);
}

static TRIO_CHECKPOINT trio_status receive_step(struct end *end,
                                                const struct step *step)
{
    size_t number = (size_t)(end - world.ends);
    char *data = world.receiving[number];
    size_t length;
    trio_status rc = trio_sleep(step->pause);

    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&end->tcp.stream, data, step->size,
                                      &length);
    if (rc != TRIO_OK)
        return rc;
    FUZZ_CHECK(length > 0 && length <= step->size);
    check_bytes(1 - number, end->received, data, length);
    end->received += length;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_all(void *arg)
{
    struct end *end = arg;
    size_t i = 0;

    do
        end->last =
            receive_step(end, &end->receives.steps[i++ % end->receives.count]);
    while (end->last == TRIO_OK);
    return end->last == TRIO_EEND ? TRIO_OK : pass(end->last);
}

static TRIO_CHECKPOINT trio_status quit(void *arg)
{
    struct end *end = arg;
    trio_status rc = trio_sleep(end->quits);

    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&end->tcp.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status use_end(void *arg)
{
    struct end *end = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, send_all, end);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, receive_all, end);
    if (rc == TRIO_OK && end->quits > 0)
        rc = trio_nursery_start_soon(&nursery, quit, end);
    rc = trio_nursery_close(&nursery, rc);
    return trio_combine(rc, pass(trio_stream_close(&end->tcp.stream)));
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct end *end = arg;
    struct trio_address address =
        trio_sim_host_address(end->host, TRIO_ADDRESS_IPV4, PORT);
    struct trio_tcp_listener listener;

    trio_status rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &end->tcp);
    trio_tcp_listener_close(&listener);
    return rc == TRIO_OK ? use_end(end) : rc;
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct end *end = arg;
    struct trio_address address =
        trio_sim_host_address(end->other->host, TRIO_ADDRESS_IPV4, PORT);

    trio_status rc = trio_sleep(TRIO_SECOND); // By then it listens.
    if (rc == TRIO_OK)
        rc = trio_tcp_connect(&address, &end->tcp);
    return rc == TRIO_OK ? use_end(end) : rc;
}

// ---- The link ----

static TRIO_CHECKPOINT trio_status cut_for(struct trio_sim_host *from,
                                           struct trio_sim_host *to,
                                           trio_duration time)
{
    trio_status rc = trio_sim_link_cut(from, to);

    if (rc == TRIO_OK)
        rc = trio_sleep(time);
    return rc == TRIO_OK ? trio_sim_link_mend(from, to) : rc;
}

static TRIO_CHECKPOINT trio_status make_weather(void *arg)
{
    trio_status rc = trio_sleep(TRIO_SECOND);

    (void)arg;
    for (size_t i = 0; rc == TRIO_OK && i < world.weather.count; i++) {
        const struct step *step = &world.weather.steps[i];
        struct trio_sim_host *from = world.ends[step->size % 2].host;
        struct trio_sim_host *to = world.ends[1 - step->size % 2].host;
        rc = trio_sleep(step->pause);
        if (rc == TRIO_OK && step->size % 4 < 2)
            rc = cut_for(from, to, (trio_duration)step->size * TRIO_MS);
        else if (rc == TRIO_OK)
            rc = trio_sim_link_set_latency(
                from, to, (trio_duration)(step->size / 4) * TRIO_MS);
    }
    return rc;
}

// ---- The whole ----

static void check_end(const struct end *end)
{
    const struct end *other = end->other;

    FUZZ_CHECK(end->received <= other->sent);
    FUZZ_CHECK(end->last == TRIO_EEND || world.breaks);
    if (end->last == TRIO_EEND && !world.breaks)
        FUZZ_CHECK(end->received == other->sent && other->ended);
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc;

    (void)arg;
    world.ends[0].host = trio_sim_host_home();
    FUZZ_CHECK(world.ends[0].host != NULL);
    rc = trio_sim_host_open("server", NULL, &world.ends[1].host);
    trio_nursery_open(&nursery);
    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(world.ends[1].host, &nursery, serve,
                                      &world.ends[1]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, ask, &world.ends[0]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, make_weather, NULL);
    rc = trio_nursery_close(&nursery, rc);
    check_end(&world.ends[0]);
    check_end(&world.ends[1]);
    return rc;
}

static void take_steps(struct steps *steps, unsigned bits)
{
    steps->count = 1 + fuzz_take_below(&world.bytes, STEPS_MAX);
    for (size_t i = 0; i < steps->count; i++) {
        uint64_t number = fuzz_take_number(&world.bytes, 2);
        unsigned pause = fuzz_take(&world.bytes);
        steps->steps[i] =
            (struct step){.size = 1 + number % (1u << bits),
                          .pause = (trio_duration)(pause % 16) * TRIO_MS};
    }
}

static void take_end(struct end *end)
{
    unsigned quits = fuzz_take(&world.bytes);

    // A receiver may be slow, but not by a byte at a time for ever.
    take_steps(&end->sends, 14);
    take_steps(&end->receives, 14);
    for (size_t i = 0; i < end->receives.count; i++)
        end->receives.steps[i].size |= 1 << 10;
    if (quits % 4 == 3)
        end->quits = (trio_duration)(1 + quits) * TRIO_MS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&world, 0, offsetof(struct world, sending));
    world.breaks = false;
    world.bytes = (struct fuzz_bytes){data, size};
    take_steps(&world.weather, 8);
    for (size_t i = 0; i < 2; i++) {
        world.ends[i].other = &world.ends[1 - i];
        take_end(&world.ends[i]);
        world.breaks |= world.ends[i].quits > 0;
    }
    fuzz_run(run, NULL);
    return 0;
}

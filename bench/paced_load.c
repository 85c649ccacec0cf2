// SPDX-License-Identifier: MIT OR Apache-2.0
// Messages are due at moments that do not depend on the answers: some at each
// tick, over the connections by turns. A message is timed from when it was due,
// so that whoever makes the load late pays for all that it delays.
//
// A slow client is one whose bytes come one at a time, and are taken so. Its
// answers are not timed: they are what the others might have to wait for.

#include "bench/paced_load.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

enum {
    TICK_NS = 1000000,
    MESSAGES_A_TICK = 40,
    SLOW_TICKS = 10, // From one byte of a slow client to the next.
    BATCH = 256,
};

struct paced_load {
    const struct load *load;
    const struct load *slow;
    double start_ns;
    long ticks;
    long sent, answered, messages;
    uint32_t *received; // Bytes, by descriptor.
    int *index;         // Of the connection, by descriptor.
    double *latency_ns;
};

// The messages of a connection are numbered by the turns that it has had.
static double due_ns(const struct paced_load *paced, long message)
{
    return paced->start_ns + (double)(message / MESSAGES_A_TICK) * TICK_NS;
}

static void send_due(struct paced_load *paced)
{
    static const char text[ECHO_MESSAGE];
    const struct load *load = paced->load;

    for (int i = 0; i < MESSAGES_A_TICK && paced->sent < paced->messages; i++) {
        int fd = load->sockets[paced->sent++ % load->count];
        if (send(fd, text, sizeof text, MSG_NOSIGNAL) != ECHO_MESSAGE)
            meter_give_up("send");
    }
}

static void move_slow_ones(const struct paced_load *paced)
{
    const struct load *slow = paced->slow;
    char byte = 0;

    for (long i = paced->ticks % SLOW_TICKS; i < slow->count; i += SLOW_TICKS) {
        recv(slow->sockets[i], &byte, 1, MSG_DONTWAIT);
        if (send(slow->sockets[i], &byte, 1, MSG_NOSIGNAL) != 1)
            meter_give_up("send");
    }
}

static void tick(struct paced_load *paced, int timer)
{
    uint64_t passed = 0;

    if (read(timer, &passed, sizeof passed) != (ssize_t)sizeof passed)
        meter_give_up("timerfd");
    for (; passed > 0; passed--, paced->ticks++) {
        send_due(paced);
        move_slow_ones(paced);
    }
}

static void receive(struct paced_load *paced, int fd)
{
    char buffer[16 * ECHO_MESSAGE];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);
    uint32_t first = paced->received[fd] / ECHO_MESSAGE;
    double now = meter_wall_ns();

    if (length <= 0)
        meter_give_up("recv");
    paced->received[fd] += (uint32_t)length;
    for (; first < paced->received[fd] / ECHO_MESSAGE; first++) {
        long message = (long)first * paced->load->count + paced->index[fd];
        paced->latency_ns[paced->answered++] = now - due_ns(paced, message);
    }
}

static int start_timer(const struct load *load)
{
    static const struct itimerspec times = {{0, TICK_NS}, {0, TICK_NS}};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = timer};

    if (timer < 0 || timerfd_settime(timer, 0, &times, NULL) != 0 ||
        epoll_ctl(load->poll, EPOLL_CTL_ADD, timer, &event) != 0)
        meter_give_up("timerfd");
    return timer;
}

static void run(struct paced_load *paced)
{
    struct epoll_event events[BATCH];
    int timer = start_timer(paced->load);

    paced->start_ns = meter_wall_ns() + TICK_NS;
    while (paced->answered < paced->messages) {
        int ready = epoll_wait(paced->load->poll, events, BATCH, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == timer)
                tick(paced, timer);
            else
                receive(paced, events[i].data.fd);
    }
    close(timer);
}

// The server is to see the end of each, and not that its answers were left.
static void end_slow_ones(const struct load *slow)
{
    char buffer[ECHO_BUFFER];

    for (int i = 0; i < slow->count; i++) {
        shutdown(slow->sockets[i], SHUT_WR);
        while (recv(slow->sockets[i], buffer, sizeof buffer, 0) > 0)
            continue;
    }
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void paced_load_run(const struct load *load, const struct load *slow,
                    long messages, double *ret_us)
{
    struct paced_load paced = {
        .load = load,
        .slow = slow,
        .messages = messages,
        .received = calloc(LOAD_DESCRIPTORS_MAX, sizeof *paced.received),
        .index = calloc(LOAD_DESCRIPTORS_MAX, sizeof *paced.index),
        .latency_ns = calloc((size_t)messages, sizeof *paced.latency_ns),
    };

    if (paced.received == NULL || paced.index == NULL ||
        paced.latency_ns == NULL)
        meter_give_up("calloc");
    for (int i = 0; i < load->count; i++)
        paced.index[load->sockets[i]] = i;
    run(&paced);
    end_slow_ones(slow);
    qsort(paced.latency_ns, (size_t)messages, sizeof(double), compare);
    ret_us[0] = paced.latency_ns[messages / 2] / 1000;
    ret_us[1] = paced.latency_ns[messages - messages / 100 - 1] / 1000;
    ret_us[2] = paced.latency_ns[messages - messages / 1000 - 1] / 1000;
    free(paced.received);
    free(paced.index);
    free(paced.latency_ns);
}

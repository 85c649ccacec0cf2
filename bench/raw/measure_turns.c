// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 17 and 21 to 24 by hand: two tasks take turns, and each says when it is
// the other's. Nothing is checked, and nobody can be cancelled while he waits.

#include <stdbool.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/raw/channel.h"
#include "bench/raw/tasks.h"

static struct raw_queue waiting[2]; // For his turn: each player alone.
static struct raw_semaphore lock = {.permits = 1};
static int turn;
static long turns; // Of each player.
static void (*play)(int player);

static void play_all(void *arg)
{
    for (long i = turns; i > 0; i--)
        play(arg != NULL);
}

static void measure(void (*play_once)(int player), double *ret_ns)
{
    play = play_once;
    turns = PEERS_TRIPS;
    raw_reserve(2, 0);
    raw_start(play_all, NULL);
    raw_start(play_all, &turns);
    double start = meter_cpu_ns();
    raw_join();
    *ret_ns = (meter_cpu_ns() - start) / (double)turns;
}

static void play_event(int player)
{
    if (turn != player)
        raw_wait(&waiting[player]);
    turn = !player;
    raw_notify(&waiting[!player]);
}

void raw_measure_event(double *ret_ns)
{
    measure(play_event, ret_ns);
}

static void play_condition(int player)
{
    raw_acquire(&lock);
    while (turn != player) {
        raw_release(&lock);
        raw_wait(&waiting[0]);
        raw_acquire(&lock);
    }
    turn = !player;
    raw_notify(&waiting[0]);
    raw_release(&lock);
}

void raw_measure_condition(double *ret_ns)
{
    measure(play_condition, ret_ns);
}

// A queue with one place: permits for what is free and for what is taken.
struct queue {
    struct raw_semaphore places, items;
    long item;
};

static struct queue queues[2] = {{.places = {.permits = 1}},
                                 {.places = {.permits = 1}}};

static void put(struct queue *queue, long item)
{
    raw_acquire(&queue->places);
    queue->item = item;
    raw_release(&queue->items);
}

static long get(struct queue *queue)
{
    raw_acquire(&queue->items);
    long item = queue->item;
    raw_release(&queue->places);
    return item;
}

static void play_queue(int player)
{
    if (player == 0)
        put(&queues[1], 0);
    long item = get(&queues[player]);
    if (player == 1)
        put(&queues[0], item);
}

void raw_measure_queue(double *ret_ns)
{
    measure(play_queue, ret_ns);
}

void raw_measure_alone(double *ret_ns)
{
    double start = meter_cpu_ns();

    for (long i = PEERS_TRIPS; i > 0; i--) {
        raw_acquire(&lock);
        raw_release(&lock);
    }
    *ret_ns = (meter_cpu_ns() - start) / PEERS_TRIPS;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 17, 18, 21 and 22 on state-threads, whose mutexes are handed over.
// Semaphores and events are made of condition variables, which wake the one who
// has waited longest.

#include <stdbool.h>
#include <stddef.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/st/threads.h"

static long turns; // Of each thread.

static void join_both(st_thread_t first, st_thread_t second)
{
    st_thread_join(first, NULL);
    st_thread_join(second, NULL);
}

// ---- Two want the same ----

static st_mutex_t mutex;

static struct {
    long permits, waiting;
    st_cond_t release;
} semaphore;

static void *take_lock(void *arg)
{
    for (long i = turns; i > 0; i--) {
        st_mutex_lock(mutex);
        st_mutex_unlock(mutex);
    }
    return arg;
}

// Both wait when the first release comes.
static void contend_for_lock(long total)
{
    turns = total;
    st_mutex_lock(mutex);
    st_thread_t first = st_threads_start(take_lock, NULL);
    st_thread_t second = st_threads_start(take_lock, NULL);
    st_usleep(0);
    st_mutex_unlock(mutex);
    join_both(first, second);
}

void st_measure_lock(double *ret_ns)
{
    st_threads_init();
    mutex = st_mutex_new();
    double ns = st_threads_time(contend_for_lock, PEERS_TRIPS);
    *ret_ns = ns / (2.0 * PEERS_TRIPS);
}

static void take_lock_alone(long total)
{
    turns = total;
    take_lock(NULL);
}

void st_measure_alone(double *ret_ns)
{
    st_threads_init();
    mutex = st_mutex_new();
    *ret_ns = st_threads_time(take_lock_alone, PEERS_TRIPS) / PEERS_TRIPS;
}

static void acquire(void)
{
    if (semaphore.permits > 0) {
        semaphore.permits--;
        return;
    }
    semaphore.waiting++;
    st_cond_wait(semaphore.release);
}

// Hands the permit to the one who waits, if somebody does.
static void release(void)
{
    if (semaphore.waiting == 0) {
        semaphore.permits++;
        return;
    }
    semaphore.waiting--;
    st_cond_signal(semaphore.release);
}

static void *take_permit(void *arg)
{
    for (long i = turns; i > 0; i--) {
        acquire();
        release();
    }
    return arg;
}

static void contend_for_permit(long total)
{
    turns = total;
    semaphore.permits = 0;
    st_thread_t first = st_threads_start(take_permit, NULL);
    st_thread_t second = st_threads_start(take_permit, NULL);
    st_usleep(0);
    release();
    join_both(first, second);
}

void st_measure_semaphore(double *ret_ns)
{
    st_threads_init();
    semaphore.release = st_threads_condition();
    double ns = st_threads_time(contend_for_permit, PEERS_TRIPS);
    *ret_ns = ns / (2.0 * PEERS_TRIPS);
}

// ---- Two take turns ----

static int players[2] = {0, 1};
static int turn;
static st_cond_t turn_of[2];
static void (*play)(int player);

static void play_event(int player)
{
    if (turn != player)
        st_cond_wait(turn_of[player]);
    turn = !player;
    st_cond_signal(turn_of[!player]);
}

static void play_condition(int player)
{
    st_mutex_lock(mutex);
    while (turn != player) {
        st_mutex_unlock(mutex);
        st_cond_wait(turn_of[0]);
        st_mutex_lock(mutex);
    }
    turn = !player;
    st_cond_signal(turn_of[0]);
    st_mutex_unlock(mutex);
}

static void *play_all(void *player)
{
    for (long i = turns; i > 0; i--)
        play(*(const int *)player);
    return NULL;
}

static void run_players(long total)
{
    turns = total;
    turn = 0;
    st_thread_t first = st_threads_start(play_all, &players[0]);
    st_thread_t second = st_threads_start(play_all, &players[1]);
    join_both(first, second);
}

static void measure_turns(void (*play_once)(int player), double *ret_ns)
{
    st_threads_init();
    play = play_once;
    mutex = st_mutex_new();
    turn_of[0] = st_threads_condition();
    turn_of[1] = st_threads_condition();
    *ret_ns = st_threads_time(run_players, PEERS_TRIPS) / PEERS_TRIPS;
}

void st_measure_event(double *ret_ns)
{
    measure_turns(play_event, ret_ns);
}

void st_measure_condition(double *ret_ns)
{
    measure_turns(play_condition, ret_ns);
}

// The other columns of the table: what each peer is measured by.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

enum {
    PEERS_TURNS = 2000000, // Turns of all tasks of a row about yielding.
    PEERS_STARTS = 500000, // Starts of a row about starting.
    PEERS_BATCH = 1000,    // Tasks alive at once, where many are.
    PEERS_PARKED = 100000, // Tasks, or timers, that wait beside the work.
    PEERS_TREE = 11111,    // Tasks of a tree of fan-out 10, 4 levels deep.
    PEERS_MILLION = 1000000,
    PEERS_UNSEEN = 20,      // Rounds of PEERS_BATCH before a million.
    PEERS_REARMS = 1000000, // Operations on timers.
    PEERS_SLEEPERS = 100,
    PEERS_YIELDERS = 10,
    PEERS_SLEEPS = 20,       // By each sleeper, of 1 to 20 ms.
    PEERS_TRIPS = 500000,    // There and back, or of a lock from task to task.
    PEERS_CHOICES = 16,      // Channels that one select waits for, at most.
    PEERS_JOBS = 20000,      // Functions that are run in threads,
    PEERS_THREADS = 4,       // of which there are so many.
    PEERS_JOBS_AT_ONCE = 64, // The most that are under way.
};

void raw_measure_yield_2(double *ret_ns);
void raw_measure_yield_1000(double *ret_ns);
void raw_measure_yield_1000_coloured(double *ret_ns);
void raw_measure_start_1(double *ret_ns);
void raw_measure_start_2(double *ret_ns);
void raw_measure_start_1000(double *ret_ns);
void raw_measure_create(double *ret_figures);
void raw_measure_end(double *ret_ns);
void raw_measure_end_tree(double *ret_ns);
void raw_measure_million(double *ret_figures);
void raw_measure_timers(double *ret_ns);
void raw_measure_sleeps(double *ret_figures);

// On raw/channel.h.
void raw_measure_trip(double *ret_ns);
void raw_measure_trip_at(double *ret_ns);
void raw_measure_crowd(double *ret_ns);
void raw_measure_semaphore(double *ret_ns);
void raw_measure_select_2(double *ret_ns);
void raw_measure_select_16(double *ret_ns);

// On the same, in raw/measure_turns.c.
void raw_measure_alone(double *ret_ns);
void raw_measure_event(double *ret_ns);
void raw_measure_condition(double *ret_ns);
void raw_measure_queue(double *ret_ns);

void uv_measure_yield_2(double *ret_ns);
void uv_measure_yield_1000(double *ret_ns);
void uv_measure_start_1(double *ret_ns);
void uv_measure_start_1000(double *ret_ns);
void uv_measure_timers(double *ret_ns);
void uv_measure_sleeps(double *ret_figures);
void uv_measure_busy(double *ret_figures);

void uv_measure_trip(double *ret_ns);
void uv_measure_trip_at(double *ret_ns);
void uv_measure_crowd(double *ret_ns);
void uv_measure_select_2(double *ret_ns);
void uv_measure_select_16(double *ret_ns);

void uv_measure_job(double *ret_figures);
void uv_measure_jobs_4(double *ret_figures);
void uv_measure_jobs_64(double *ret_figures);

void ev_measure_timers(double *ret_ns);

void event_measure_timers(double *ret_ns);

void st_measure_yield_2(double *ret_ns);
void st_measure_yield_1000(double *ret_ns);
void st_measure_start_1(double *ret_ns);
void st_measure_start_1000(double *ret_ns);
void st_measure_create(double *ret_figures);
void st_measure_cancel(double *ret_ns);
void st_measure_sleeps(double *ret_figures);

void st_measure_trip(double *ret_ns);
void st_measure_trip_at(double *ret_ns);
void st_measure_crowd(double *ret_ns);
void st_measure_lock(double *ret_ns);
void st_measure_alone(double *ret_ns);
void st_measure_semaphore(double *ret_ns);
void st_measure_event(double *ret_ns);
void st_measure_condition(double *ret_ns);

#endif // BENCH_PEERS_H

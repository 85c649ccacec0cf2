// What is measured on boost.fiber, and what every measurement begins with.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_FIBER_PEER_H
#define BENCH_FIBER_PEER_H

#include <memory>
#include <utility>
#include <vector>

#include <boost/fiber/all.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>

#include "bench/meter.h"
#include "bench/peers.h"

enum { BATCH = PEERS_BATCH, STACK = 64 * 1024 };

using figures = std::vector<double>;

// Stacks come from a pool, or each start would ask the system for memory.
template <typename Fn> boost::fibers::fiber start(Fn fn)
{
    static boost::fibers::pooled_fixedsize_stack stacks(STACK);

    return boost::fibers::fiber(std::allocator_arg, stacks, std::move(fn));
}

// Starts so many fibers, each with its index, and waits for all of them.
template <typename Fn> void together(long count, const Fn &fn)
{
    std::vector<boost::fibers::fiber> fibers;

    fibers.reserve(static_cast<std::size_t>(count));
    for (long i = 0; i < count; i++)
        fibers.push_back(start([&fn, i] { fn(i); }));
    for (auto &fiber : fibers)
        fiber.join();
}

// Runs it unseen with a tenth of the work, then with all of it; returns the
// nanoseconds for a unit.
template <typename Fn> double ns_of_one(const Fn &run, long total)
{
    run(total / 10);
    double begin = meter_cpu_ns();
    run(total);
    return (meter_cpu_ns() - begin) / static_cast<double>(total);
}

figures measure_yield(long count);
figures measure_start(long count);
figures measure_create();
figures measure_cancel();
figures measure_sleeps();

figures measure_trip();
figures measure_trip_at();
figures measure_trip_after();
figures measure_crowd();
figures measure_mutex();
figures measure_event();
figures measure_condition();
figures measure_queue();

#endif // BENCH_FIBER_PEER_H

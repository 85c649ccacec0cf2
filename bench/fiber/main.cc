// The rows of the table on boost.fiber. It is told which one, and prints its
// figures; of one that it does not know it prints nothing. It has no select,
// no semaphore and no cancellation: fibers that wait are woken, and return.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/fiber/peer.h"

namespace
{

const std::map<std::string, std::function<figures()>> measures = {
    {"yield-2", [] { return measure_yield(2); }},
    {"yield-1000", [] { return measure_yield(BATCH); }},
    {"start-1", [] { return measure_start(1); }},
    {"start-1000", [] { return measure_start(BATCH); }},
    {"create", measure_create},
    {"cancel", measure_cancel},
    {"sleeps", measure_sleeps},
    {"trip", measure_trip},
    {"trip-at", measure_trip_at},
    {"trip-after", measure_trip_after},
    {"crowd", measure_crowd},
    {"mutex", measure_mutex},
    {"event", measure_event},
    {"condition", measure_condition},
    {"queue", measure_queue},
};

} // namespace

int main(int argc, char **argv)
{
    auto measure = measures.find(argc > 1 ? argv[1] : "");

    if (measure == measures.end())
        return 0;
    for (double figure : measure->second())
        std::printf("%g ", figure);
    std::printf("\n");
    return 0;
}

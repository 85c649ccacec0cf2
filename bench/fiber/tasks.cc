// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 to 6 and 9: fibers that yield, start and end, wait and sleep.

#include "bench/fiber/peer.h"

#include <chrono>

#include "bench/lateness.h"
#include "bench/timers.h"

namespace fibers = boost::fibers;

figures measure_yield(long count)
{
    auto run = [count](long total) {
        together(count, [&](long) {
            for (long i = total / count; i > 0; i--)
                boost::this_fiber::yield();
        });
    };
    return {ns_of_one(run, PEERS_TURNS)};
}

figures measure_start(long count)
{
    auto run = [count](long total) {
        for (; total > 0; total -= count)
            together(count, [](long) {});
    };
    return {ns_of_one(run, PEERS_STARTS)};
}

namespace
{

// Fibers that wait until they are told to end.
class crowd
{
  public:
    explicit crowd(long count)
    {
        all.reserve(static_cast<std::size_t>(count));
        for (long i = 0; i < count; i++)
            all.push_back(start([this] { wait_for_the_end(); }));
        while (waiting < count)
            boost::this_fiber::yield();
    }

    void end()
    {
        ending = true;
        told.notify_all();
        for (auto &fiber : all)
            fiber.join();
    }

  private:
    void wait_for_the_end()
    {
        std::unique_lock<fibers::mutex> lock(mutex);

        waiting++;
        told.wait(lock, [this] { return ending; });
    }

    std::vector<fibers::fiber> all;
    fibers::mutex mutex;
    fibers::condition_variable told;
    long waiting = 0;
    bool ending = false;
};

double memory()
{
    meter_memory now = meter_memory_now();

    return now.resident + now.page_tables;
}

} // namespace

figures measure_create()
{
    double before = memory();
    double begin = meter_cpu_ns();
    crowd parked(PEERS_PARKED);
    double ns = (meter_cpu_ns() - begin) / PEERS_PARKED;
    double each = (memory() - before) / PEERS_PARKED;
    parked.end();
    return {ns, each};
}

figures measure_cancel()
{
    crowd parked(PEERS_PARKED);
    double begin = meter_cpu_ns();

    parked.end();
    return {(meter_cpu_ns() - begin) / PEERS_PARKED};
}

figures measure_sleeps()
{
    static lateness late;
    figures result(4);

    together(PEERS_SLEEPERS, [](long index) {
        timers_dice dice = {static_cast<std::uint64_t>(index) * 7919 + 1};
        for (int i = 0; i < PEERS_SLEEPS; i++) {
            std::chrono::microseconds wait(1000 + timers_roll(&dice) % 19000);
            double begin = meter_wall_ns();
            boost::this_fiber::sleep_for(wait);
            lateness_add(&late, begin, static_cast<double>(wait.count()) * 1e3);
        }
    });
    lateness_figures(&late, result.data());
    return result;
}

// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 7 and 17 to 24: channels, a lock, and two that take turns.

#include "bench/fiber/peer.h"

#include <chrono>

namespace fibers = boost::fibers;

using rendezvous = fibers::unbuffered_channel<long>;
using std::chrono::steady_clock;

namespace
{

template <typename Send, typename Receive>
double ns_of_trip(const Send &send, const Receive &receive)
{
    rendezvous there, back;

    auto run = [&](long total) {
        fibers::fiber other = start([&] {
            for (long i = total; i > 0; i--)
                send(back, receive(there));
        });
        for (long i = total; i > 0; i--) {
            send(there, i);
            receive(back);
        }
        other.join();
    };
    return ns_of_one(run, PEERS_TRIPS);
}

figures beside_none(double ns)
{
    return {ns, ns / measure_trip()[0]};
}

} // namespace

// ---- Row 7 ----

figures measure_trip()
{
    auto send = [](rendezvous &channel, long item) { channel.push(item); };
    auto receive = [](rendezvous &channel) { return channel.value_pop(); };

    return {ns_of_trip(send, receive)};
}

figures measure_trip_at()
{
    auto deadline = steady_clock::now() + std::chrono::hours(1);
    auto send = [&](rendezvous &channel, long item) {
        channel.push_wait_until(item, deadline);
    };
    auto receive = [&](rendezvous &channel) {
        long item = 0;
        channel.pop_wait_until(item, deadline);
        return item;
    };

    return beside_none(ns_of_trip(send, receive));
}

figures measure_trip_after()
{
    std::chrono::seconds limit(5);
    auto send = [&](rendezvous &channel, long item) {
        channel.push_wait_for(item, limit);
    };
    auto receive = [&](rendezvous &channel) {
        long item = 0;
        channel.pop_wait_for(item, limit);
        return item;
    };

    return beside_none(ns_of_trip(send, receive));
}

// ---- Rows 17 and 20 ----

figures measure_mutex()
{
    fibers::mutex mutex;

    auto run = [&](long total) {
        for (; total > 0; total--) {
            mutex.lock();
            mutex.unlock();
        }
    };
    return {ns_of_one(run, PEERS_TRIPS)};
}

figures measure_crowd()
{
    rendezvous channel;

    auto run = [&](long total) {
        fibers::fiber receiver = start([&] {
            for (long i = total; i > 0; i--)
                channel.value_pop();
        });
        together(PEERS_BATCH, [&](long) {
            for (long i = total / PEERS_BATCH; i > 0; i--)
                channel.push(i);
        });
        receiver.join();
    };
    return {ns_of_one(run, PEERS_TRIPS)};
}

// ---- Rows 21, 22 and 24 ----

namespace
{

// Two play as often as they are told; returns the nanoseconds for both.
template <typename Play> figures measure_turns(const Play &play)
{
    auto run = [&](long total) {
        together(2, [&](long player) {
            for (long i = total; i > 0; i--)
                play(player);
        });
    };
    return {ns_of_one(run, PEERS_TRIPS)};
}

// How each waits for his turn: at a condition of his own, or all at one.
figures measure_conditions(long count)
{
    fibers::mutex mutex;
    fibers::condition_variable conditions[2];
    long turn = 0;

    return measure_turns([&](long player) {
        std::unique_lock<fibers::mutex> lock(mutex);
        conditions[player % count].wait(lock, [&] { return turn == player; });
        turn = 1 - player;
        conditions[turn % count].notify_one();
    });
}

} // namespace

// The nearest thing to an event.
figures measure_event()
{
    return measure_conditions(2);
}

figures measure_condition()
{
    return measure_conditions(1);
}

// A channel of capacity 2 has one place.
figures measure_queue()
{
    fibers::buffered_channel<long> first(2), second(2);

    return measure_turns([&](long player) {
        if (player == 0)
            second.push(0);
        long item = (player == 0 ? first : second).value_pop();
        if (player == 1)
            first.push(item);
    });
}

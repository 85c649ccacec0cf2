// Rows 7 and 17 to 24: channels, locks, and two that take turns.
// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// ---- Row 7 ----

func measureTrip() []float64 {
	return []float64{nsOfTrip(
		func(channel chan int, item int) { channel <- item },
		func(channel chan int) int { return <-channel })}
}

func nsOfTrip(send func(chan int, int), receive func(chan int) int) float64 {
	there, back := make(chan int), make(chan int)
	return nsOfOne(func(total int) {
		go func() {
			for i := total; i > 0; i-- {
				send(back, receive(there))
			}
		}()
		for i := total; i > 0; i-- {
			send(there, i)
			receive(back)
		}
	}, trips)
}

type limiter func() (context.Context, context.CancelFunc)

// Each operation is under a context of its own, with a deadline.
func measureTripUnder(limit limiter) []float64 {
	unlimited := measureTrip()[0]
	ns := nsOfTrip(
		func(channel chan int, item int) {
			ctx, cancel := limit()
			select {
			case channel <- item:
			case <-ctx.Done():
			}
			cancel()
		},
		func(channel chan int) (item int) {
			ctx, cancel := limit()
			select {
			case item = <-channel:
			case <-ctx.Done():
			}
			cancel()
			return item
		})
	return []float64{ns, ns / unlimited}
}

func measureTripAt() []float64 {
	deadline := time.Now().Add(time.Hour)
	return measureTripUnder(func() (context.Context, context.CancelFunc) {
		return context.WithDeadline(context.Background(), deadline)
	})
}

func measureTripAfter() []float64 {
	return measureTripUnder(func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), 5*time.Second)
	})
}

// ---- Rows 17 and 18 ----

func measureMutex() []float64 {
	var mutex sync.Mutex
	return []float64{nsOfOne(func(total int) {
		for ; total > 0; total-- {
			mutex.Lock()
			mutex.Unlock()
		}
	}, trips)}
}

// A channel with one place, which is handed to the one who waits. Both wait
// when the first release comes.
func measureSemaphore() []float64 {
	place := make(chan bool, 1)
	return []float64{nsOfOne(func(total int) {
		place <- true
		go func() {
			runtime.Gosched()
			<-place
		}()
		together(2, func(int) {
			for i := total / 2; i > 0; i-- {
				place <- true
				<-place
			}
		})
	}, 2*trips)}
}

// ---- Rows 19 and 20 ----

func measureSelect(count int, receive func(channels []chan int)) []float64 {
	channels := make([]chan int, count)
	for i := range channels {
		channels[i] = make(chan int)
	}
	return []float64{nsOfOne(func(total int) {
		go func() {
			for i := 0; i < total; i++ {
				channels[i%count] <- i
			}
		}()
		for i := total; i > 0; i-- {
			receive(channels)
		}
	}, trips)}
}

func measureSelect2() []float64 {
	return measureSelect(2, func(c []chan int) {
		select {
		case <-c[0]:
		case <-c[1]:
		}
	})
}

func measureSelect16() []float64 {
	return measureSelect(16, func(c []chan int) {
		select {
		case <-c[0]:
		case <-c[1]:
		case <-c[2]:
		case <-c[3]:
		case <-c[4]:
		case <-c[5]:
		case <-c[6]:
		case <-c[7]:
		case <-c[8]:
		case <-c[9]:
		case <-c[10]:
		case <-c[11]:
		case <-c[12]:
		case <-c[13]:
		case <-c[14]:
		case <-c[15]:
		}
	})
}

func measureCrowd() []float64 {
	channel := make(chan int)
	return []float64{nsOfOne(func(total int) {
		go func() {
			for i := total; i > 0; i-- {
				<-channel
			}
		}()
		together(batch, func(int) {
			for i := total / batch; i > 0; i-- {
				channel <- i
			}
		})
	}, trips)}
}

// ---- Rows 21, 22 and 24 ----

// Two play as often as they are told; returns the nanoseconds for both.
func measureTurns(play func(player int)) []float64 {
	return []float64{nsOfOne(func(total int) {
		together(2, func(player int) {
			for i := total; i > 0; i-- {
				play(player)
			}
		})
	}, trips)}
}

// An event is a channel that is closed when it comes about.
func measureEvent() []float64 {
	events := [2]chan bool{make(chan bool), make(chan bool)}
	close(events[0]) // The first has the first turn.
	return measureTurns(func(player int) {
		<-events[player]
		events[player] = make(chan bool)
		close(events[1-player])
	})
}

func measureCondition() []float64 {
	var mutex sync.Mutex
	condition := sync.NewCond(&mutex)
	turn := 0
	return measureTurns(func(player int) {
		mutex.Lock()
		for turn != player {
			condition.Wait()
		}
		turn = 1 - player
		condition.Signal()
		mutex.Unlock()
	})
}

func measureQueue() []float64 {
	queues := [2]chan int{make(chan int, 1), make(chan int, 1)}
	return measureTurns(func(player int) {
		if player == 0 {
			queues[1] <- 0
		}
		item := <-queues[player]
		if player == 1 {
			queues[0] <- item
		}
	})
}

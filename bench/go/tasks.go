// Rows 1 to 6, 8 and 9: goroutines that yield, start and end, and time.
// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"sort"
	"sync"
	"time"
)

// Starts so many goroutines and waits for all of them.
func together(count int, run func(index int)) {
	var group sync.WaitGroup
	group.Add(count)
	for i := 0; i < count; i++ {
		go func(index int) {
			run(index)
			group.Done()
		}(i)
	}
	group.Wait()
}

func measureYield(count int) []float64 {
	return []float64{nsOfOne(func(total int) {
		together(count, func(int) {
			for i := total / count; i > 0; i-- {
				runtime.Gosched()
			}
		})
	}, turnsOfAll)}
}

func measureStart(count int) []float64 {
	return []float64{nsOfOne(func(total int) {
		for ; total > 0; total -= count {
			together(count, func(int) {})
		}
	}, starts)}
}

// Goroutines that wait until their context is cancelled.
type crowd struct {
	cancel context.CancelFunc
	group  sync.WaitGroup
}

func park(count int) *crowd {
	ctx, cancel := context.WithCancel(context.Background())
	all := &crowd{cancel: cancel}
	waiting := 0
	all.group.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			waiting++
			<-ctx.Done()
			all.group.Done()
		}()
	}
	for waiting < count {
		runtime.Gosched()
	}
	return all
}

// Returns the nanoseconds for each.
func (all *crowd) end(count int) float64 {
	start := cpuNs()
	all.cancel()
	all.group.Wait()
	return (cpuNs() - start) / float64(count)
}

// Bytes of resident memory and of page tables, as the kernel counts them.
func memory() float64 {
	return kilobytes("/proc/self/smaps_rollup", "Rss:") +
		kilobytes("/proc/self/status", "VmPTE:")
}

func kilobytes(path, key string) float64 {
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	for {
		var word string
		if _, err := fmt.Fscan(file, &word); err != nil {
			panic(err)
		}
		if word == key {
			var count float64
			fmt.Fscan(file, &count)
			return count * 1024
		}
	}
}

func measureCreate() []float64 {
	before := memory()
	start := cpuNs()
	all := park(parked)
	ns := (cpuNs() - start) / parked
	each := (memory() - before) / parked
	all.end(parked)
	return []float64{ns, each}
}

func measureCancel() []float64 {
	return []float64{park(parked).end(parked)}
}

func measureMillion() []float64 {
	thousand := 0.
	for i := 0; i < unseen; i++ {
		thousand = park(batch).end(batch)
	}
	before := memory()
	all := park(million)
	each := (memory() - before) / million
	ns := all.end(million)
	return []float64{ns, ns / thousand, each}
}

// A repeatable stream of numbers, as in bench/timers.h.
type dice uint64

func (state *dice) roll() uint64 {
	*state ^= *state << 13
	*state ^= *state >> 7
	*state ^= *state << 17
	return uint64(*state)
}

// Between 1,000 s and about 5,000 s: none is due while this lasts.
func (state *dice) duration() time.Duration {
	return time.Duration(1000000+state.roll()&0x3FFFFF) * time.Millisecond
}

func measureTimers() []float64 {
	seed := dice(0x9E3779B97F4A7C15)
	timers := make([]*time.Timer, parked)
	for i := range timers {
		timers[i] = time.AfterFunc(seed.duration(), func() {})
	}
	extra := time.AfterFunc(seed.duration(), func() {})
	extra.Stop()
	start := cpuNs()
	for i := 0; i < rearms; i++ {
		extra.Reset(seed.duration())
		extra.Stop()
	}
	middle := cpuNs()
	for i := 0; i < rearms; i++ {
		timers[seed.roll()%parked].Reset(seed.duration())
	}
	end := cpuNs()
	return []float64{(middle - start) / rearms, (end - middle) / rearms}
}

func measureSleeps() []float64 {
	var late []float64
	early := 0.
	together(sleepers, func(index int) {
		seed := dice(index*7919 + 1)
		for i := 0; i < sleeps; i++ {
			wait := time.Duration(1000+seed.roll()%19000) * time.Microsecond
			start := time.Now()
			time.Sleep(wait)
			late = append(late, float64(time.Since(start)-wait)/1000)
			if late[len(late)-1] < 0 {
				early++
			}
		}
	})
	sort.Float64s(late)
	count := len(late)
	if count == 0 {
		return []float64{math.NaN()}
	}
	return []float64{late[count/2], late[count*99/100], late[count-1], early}
}

// The rows of the table in Go. It is told which one, and prints its figures;
// of one that it does not know it prints nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// How much is done, as bench/peers.h says for everybody.
const (
	turnsOfAll = 2000000
	starts     = 500000
	batch      = 1000
	parked     = 100000
	million    = 1000000
	unseen     = 20
	rearms     = 1000000
	sleepers   = 100
	sleeps     = 20
	trips      = 500000
)

var measures = map[string]func() []float64{
	"yield-2":    func() []float64 { return measureYield(2) },
	"yield-1000": func() []float64 { return measureYield(batch) },
	"start-1":    func() []float64 { return measureStart(1) },
	"start-1000": func() []float64 { return measureStart(batch) },
	"create":     measureCreate,
	"cancel":     measureCancel,
	"million":    measureMillion,
	"timers":     measureTimers,
	"sleeps":     measureSleeps,
	"trip":       measureTrip,
	"trip-at":    measureTripAt,
	"trip-after": measureTripAfter,
	"crowd":      measureCrowd,
	"select-2":   measureSelect2,
	"select-16":  measureSelect16,
	"mutex":      measureMutex,
	"semaphore":  measureSemaphore,
	"event":      measureEvent,
	"condition":  measureCondition,
	"queue":      measureQueue,
}

// Nanoseconds of processor time that this process has used.
func cpuNs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

// Runs it unseen with a tenth of the work, then with all of it; returns the
// nanoseconds for a unit.
func nsOfOne(run func(total int), total int) float64 {
	run(total / 10)
	start := cpuNs()
	run(total)
	return (cpuNs() - start) / float64(total)
}

func main() {
	runtime.GOMAXPROCS(1)
	measure := measures[strings.Join(os.Args[1:], " ")]
	if measure == nil {
		return
	}
	for _, figure := range measure() {
		fmt.Print(figure, " ")
	}
	fmt.Println()
}

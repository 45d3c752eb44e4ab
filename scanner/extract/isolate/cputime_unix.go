//go:build unix

package isolate

import (
	"syscall"
	"time"
)

// processorTime returns what this process has used. Children do not count: the program that
// reads pictures outlives a document, and what it used for all of them would be charged to the
// one at which it ends. The clock bounds it.
func processorTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

//go:build unix

package isolate

import (
	"syscall"
	"time"
)

// processorTime returns what this process has used, and what its children had used that have
// ended.
func processorTime() time.Duration {
	var used time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			used += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return used
}

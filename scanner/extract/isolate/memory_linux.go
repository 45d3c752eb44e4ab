package isolate

import "syscall"

// limitMemory has the system refuse what goes beyond bytes. The watch sees most
// of it earlier; a single giant allocation it does not see. RLIMIT_DATA counts all
// private writable memory since Linux 4.7.
func limitMemory(bytes int64) {
	if raceDetector {
		return
	}
	var now syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_DATA, &now) != nil {
		return
	}
	now.Cur = min(uint64(bytes), now.Max)
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &now) // the watch is left
}

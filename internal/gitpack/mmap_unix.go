//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package gitpack

import (
	"os"
	"syscall"
)

// mapFile maps a whole file for reading. The mapping outlives f.
func mapFile(f *os.File, size int64) ([]byte, error) {
	if size == 0 || size != int64(int(size)) {
		return nil, syscall.EINVAL
	}
	return syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
}

func unmapFile(b []byte) error { return syscall.Munmap(b) }

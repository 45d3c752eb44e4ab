//go:build unix

package filetree

import (
	"os"
	"syscall"
)

// openNoFollow neither follows a link nor waits for the other end of a pipe.
func openNoFollow(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}

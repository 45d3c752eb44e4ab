// Package filelock holds files locked for as long as a process lives: the system lets go
// of a lock when its holder ends, however it ends.
package filelock

import (
	"errors"
	"os"
	"path/filepath"
)

// ErrHeld says that another process, or another Lock of this one, holds the lock.
var ErrHeld = errors.New("the file is locked by another process")

// Lock is a lock that is held.
type Lock struct{ file *os.File }

// Try takes the lock of a file, which is made if it is missing, together with its
// directory. If somebody else holds it the error is [ErrHeld]; it never waits.
func Try(name string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{f}, nil
}

// File is the open file, for programs that are to hold the lock too: it is free once all
// that were given the file have ended.
func (l *Lock) File() *os.File { return l.file }

// Release lets go of the lock. The file stays: to remove it would let two processes hold
// locks of two files of one name.
func (l *Lock) Release() error { return l.file.Close() }

// Abandoned reports whether a lock file is there that nobody holds: whoever made it has
// ended. A file that is not there, or cannot be looked at, tells nothing.
func Abandoned(name string) bool {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return lock(f) == nil
}

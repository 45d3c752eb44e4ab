//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package gitpack

import (
	"errors"
	"os"
)

// mapFile says that files are read, not mapped, on this system.
func mapFile(*os.File, int64) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmapFile([]byte) error { return nil }

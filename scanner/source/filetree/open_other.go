//go:build !unix

package filetree

import (
	"errors"
	"io/fs"
	"os"
)

func openNoFollow(name string) (*os.File, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, errors.New("a symbolic link")
	}
	return os.Open(name)
}

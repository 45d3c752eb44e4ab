//go:build unix

package filetree

import (
	"io/fs"
	"syscall"
)

// Inode names a file apart from its paths.
type Inode struct{ Device, Number uint64 }

// Linked returns the inode of a file that has several names; false if it has
// one, or if the system does not say.
func Linked(info fs.FileInfo) (Inode, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Nlink < 2 {
		return Inode{}, false
	}
	return Inode{uint64(st.Dev), uint64(st.Ino)}, true //nolint:unconvert // the types differ between systems
}

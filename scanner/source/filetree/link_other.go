//go:build !unix

package filetree

import "io/fs"

// Inode names a file apart from its paths.
type Inode struct{ Device, Number uint64 }

// Linked returns the inode of a file that has several names; this system does
// not say, so such a file is read once for each.
func Linked(fs.FileInfo) (Inode, bool) { return Inode{}, false }

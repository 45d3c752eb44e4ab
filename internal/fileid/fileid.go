// Package fileid tells files from what they were: not by their content, but by what the
// system notes of every change.
package fileid

import (
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ID is what tells a file from others and from itself before it was changed.
type ID struct {
	Inode   uint64
	Changed time.Time // when its content or what is known of it was changed last: nobody can set that back
}

// Of returns the identity of a file; false where the system does not tell.
func Of(info fs.FileInfo) (ID, bool) { return of(info) }

// Line describes the file at a path, under a name, in a line that is another one if the file
// is. A symbolic link is described together with what it leads to.
func Line(name, path string, info fs.FileInfo) string {
	id, _ := of(info)
	line := fmt.Sprintf("%q %v %d %d %d %d\n", name, info.Mode(), info.Size(), info.ModTime().UnixNano(), id.Changed.UnixNano(), id.Inode)
	if info.Mode()&fs.ModeSymlink == 0 {
		return line
	}
	target, err := os.Stat(path)
	if err != nil {
		return line + err.Error() + "\n"
	}
	return line + Line(name, path, target)
}

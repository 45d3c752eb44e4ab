package worktree

import (
	"io/fs"

	"github.com/deputy-sec/deputy/internal/fileid"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// sameStat says that a file is the one that git saw when it wrote the index
// entry.
func sameStat(e *gitdir.IndexEntry, info fs.FileInfo) bool {
	id, ok := fileid.Of(info)
	if !ok || e.Mode.IsSymlink() != (info.Mode()&fs.ModeSymlink != 0) {
		return false
	}
	return e.Stat.Size == uint32(info.Size()) && // git keeps the low 32 bits
		e.Stat.Inode == uint32(id.Inode) &&
		e.Stat.Mtime.When().Equal(info.ModTime()) &&
		e.Stat.Ctime.When().Equal(id.Changed)
}

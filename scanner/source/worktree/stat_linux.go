package worktree

import (
	"io/fs"
	"syscall"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// sameStat says that a file is the one that git saw when it wrote the index
// entry.
func sameStat(e *gitdir.IndexEntry, info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || e.Mode.IsSymlink() != (info.Mode()&fs.ModeSymlink != 0) {
		return false
	}
	return e.Stat.Size == uint32(info.Size()) && // git keeps the low 32 bits
		e.Stat.Inode == uint32(st.Ino) &&
		e.Stat.Mtime.Equal(info.ModTime()) &&
		e.Stat.Ctime.Equal(changed(st))
}

// identity says which file this is, and when it or what is known of it was changed
// last, which nobody can set back; false if that is not known.
func identity(info fs.FileInfo) (inode uint64, at time.Time, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}, false
	}
	return st.Ino, changed(st), true
}

func changed(st *syscall.Stat_t) time.Time {
	return time.Unix(int64(st.Ctim.Sec), int64(st.Ctim.Nsec)) //nolint:unconvert // the types differ between processors
}

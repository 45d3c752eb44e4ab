//go:build !linux

package worktree

import (
	"io/fs"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// sameStat knows the stat data of Linux only; elsewhere every file is read.
func sameStat(*gitdir.IndexEntry, fs.FileInfo) bool { return false }

// identity is not known: a file may be changed and its time set back.
func identity(fs.FileInfo) (inode uint64, at time.Time, ok bool) { return 0, time.Time{}, false }

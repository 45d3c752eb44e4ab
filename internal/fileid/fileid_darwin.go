package fileid

import (
	"io/fs"
	"syscall"
	"time"
)

func of(info fs.FileInfo) (ID, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ID{}, false
	}
	return ID{st.Ino, time.Unix(st.Ctimespec.Sec, st.Ctimespec.Nsec)}, true
}

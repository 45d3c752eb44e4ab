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
	return ID{st.Ino, time.Unix(int64(st.Ctim.Sec), int64(st.Ctim.Nsec))}, true //nolint:unconvert // the types differ between processors
}

package collect

import "sync/atomic"

// Progress counts while a scan runs; a terminal may read it at any time.
type Progress struct {
	Blobs, Bytes, Commits, Files atomic.Int64
}

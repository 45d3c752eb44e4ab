//go:build !linux && !darwin

package fileid

import "io/fs"

func of(fs.FileInfo) (ID, bool) { return ID{}, false }

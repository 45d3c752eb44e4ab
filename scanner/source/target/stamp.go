package target

import (
	"context"
	"os"

	"github.com/deputy-sec/deputy/scanner/source/git"
)

// Stamp tells the target of a name from what it was or will be, see [git.Stamp]. It is
// false for what has none: all but repositories on this machine.
func Stamp(ctx context.Context, name string, o Options) (string, bool) {
	if name == "-" {
		return "", false
	}
	if _, err := os.Lstat(name); err != nil {
		path, isFile := filePath(name)
		if !isFile {
			return "", false
		}
		name, o.Parts = path, git.History
	}
	return git.Stamp(ctx, name, o.Options)
}

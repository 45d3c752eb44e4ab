package target

import (
	"context"
	"os"

	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// Stamp tells the target from what it was or will be, see [git.Stamp]. It is false
// for what has none: all but repositories on this machine, seen as they are.
func (q *Request) Stamp(ctx context.Context) (string, bool) {
	o := q.options.Options
	if q.dir != nil {
		env, err := gitdir.ReadEnvironment(os.Getenv)
		if err != nil || env.Says() {
			return "", false
		}
		o.Filter = o.Filter.Within(q.parts)
		return git.StampDir(ctx, q.dir, o)
	}
	if _, err := os.Lstat(q.Name); err == nil {
		return "", false
	}
	path, isFile := filePath(q.Name)
	if !isFile {
		return "", false
	}
	o.Parts = git.History
	return git.Stamp(ctx, path, o)
}

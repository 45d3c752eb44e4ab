package host

import (
	"fmt"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/pathglob"
)

// Filters choose what of a target is swept. The zero value takes everything.
type Filters struct {
	NoArchived, NoForks, NoEmpty bool

	MaxSizeKB int64         // 0 for no limit
	MaxAge    time.Duration // since something last came; 0 for no limit
	Include   pathglob.List // over full names in lower case; nil takes all
	Exclude   pathglob.List
}

// Names compiles globs over names, for a filter. Hosts do not tell capital letters apart.
func Names(globs []string) (pathglob.List, error) {
	lower := make([]string, len(globs))
	for i, g := range globs {
		lower[i] = strings.ToLower(g)
	}
	return pathglob.Compile(lower)
}

// leavesOut returns why a repository is not swept, "" if it is.
func (f *Filters) leavesOut(r *Repository, now time.Time) (Cause, string) {
	name := strings.ToLower(r.FullName)
	switch age := now.Sub(r.PushedAt); {
	case f.Include != nil && !f.Include.Match(name):
		return Name, "no glob includes it"
	case f.Exclude.Match(name):
		return Name, "a glob excludes it"
	case f.NoArchived && r.Archived:
		return Archived, "it is archived"
	case f.NoForks && r.Fork:
		return Fork, "it is a fork"
	case f.NoEmpty && r.Empty:
		return Empty, "it is empty"
	case f.MaxSizeKB > 0 && r.SizeKB > f.MaxSizeKB:
		return TooLarge, fmt.Sprintf("its %d KiB are more than %d", r.SizeKB, f.MaxSizeKB)
	case f.MaxAge > 0 && !r.PushedAt.IsZero() && age > f.MaxAge:
		return TooOld, "nothing came since " + r.PushedAt.UTC().Format(time.DateOnly)
	}
	return "", ""
}

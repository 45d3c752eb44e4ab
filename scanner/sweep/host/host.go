// Package host finds what is to be swept: the repositories of an organisation on GitHub,
// GitLab, Gitea, Forgejo or Bitbucket, with their wikis, snippets and gists, those of a
// list of URLs, those in a folder, and document shares.
//
// A listing does not end because a part of it fails. What could not be listed, and what
// the filters leave out, is a [Row] with its reason, so that a sweep can account for
// everything that it was pointed at.
package host

import (
	"context"
	"iter"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Kind is what sort of thing a repository is.
type Kind string

// The kinds. Wikis, snippets and gists are git repositories of their own; a directory
// has no history.
const (
	Git       Kind = "git"
	Wiki      Kind = "wiki"
	Snippet   Kind = "snippet"
	Gist      Kind = "gist"
	Directory Kind = "directory"
)

// Repository is one thing to sweep, as its host describes it.
type Repository struct {
	Host          string // name and port, "github.com"; "" for what lies on this machine
	ID            string // the host's own, which outlasts a change of name; with Host and Kind it names the repository
	Kind          Kind
	Owner         string    // organisation, group with its subgroups, user or workspace
	Name          string    // without the owner
	FullName      string    // as people write it: "group/subgroup/name"
	CloneURL      string    // without credentials; for what lies on this machine an absolute path
	WebURL        string    // where a person looks at it; "" if nowhere
	DefaultBranch string    // "" if it is not known
	Archived      bool      // nobody can write to it
	Fork          bool      // made from another repository
	Empty         bool      // the host says that it holds nothing
	Private       bool      // not everybody can read it
	SizeKB        int64     // about, in KiB, as the host counts; 0 if it does not say
	PushedAt      time.Time // when something last came; zero if the host does not say
	// PushedLag is how far PushedAt may be behind what came: GitLab moves it once an hour.
	PushedLag time.Duration
	// Optional says that the host does not tell whether it exists: a wiki without a page
	// is no repository. One that is not there then holds nothing, and has not failed.
	Optional bool
}

// Moved reports whether there may be something new since a scan that began at some time,
// when the host said that something last came at pushed. In doubt there is.
func (r *Repository) Moved(pushed, scanned time.Time) bool {
	return r.PushedAt.IsZero() || !r.PushedAt.Equal(pushed) || !scanned.After(r.PushedAt.Add(r.PushedLag))
}

// Key names a repository for as long as it exists, whatever it is called.
func (r *Repository) Key() string { return r.Host + "\x00" + string(r.Kind) + "\x00" + r.ID }

// Cause is the sort of reason why something is not swept.
type Cause string

// The causes. Failed is the only one that nobody chose.
const (
	Archived Cause = "archived"
	Fork     Cause = "fork"
	Empty    Cause = "empty"
	TooLarge Cause = "size"
	TooOld   Cause = "age"
	Name     Cause = "name"   // the globs leave it out
	Access   Cause = "access" // the host does not let us read it, and says so in the listing
	Failed   Cause = "failed" // it could not be listed
)

// Row is what a listing says of one repository, or of a target that could not be listed.
type Row struct {
	Target     string      // what listed it, as the configuration names it: "github:acme"
	Repository *Repository // nil for a target, or a part of one, that could not be listed
	Cause      Cause       // "" for what is to be swept
	Reason     string      // a sentence for people, without secrets; "" for what is to be swept
}

// Lister lists what one target holds.
type Lister interface {
	// Target returns the target's name, as in "gitlab:acme/platform".
	Target() string
	// List hands out each repository once, and what was left out or failed. It ends
	// early only if the caller or the context does.
	List(ctx context.Context) iter.Seq[Row]
}

// Credentials know how to read from hosts.
type Credentials interface {
	// For returns what git asks for to read from a URL; both are empty if nothing is
	// known for its host. A token may last for as little as an hour: ask for each job.
	For(ctx context.Context, cloneURL string) (user string, password finding.Secret, err error)
}

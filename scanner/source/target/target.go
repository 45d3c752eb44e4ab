// Package target opens what a person names: it decides which source a name is
// for.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/deputy-sec/deputy/internal/postgres"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/database"
	"github.com/deputy-sec/deputy/scanner/source/dir"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/stdin"
)

// Options says how to read a target.
type Options struct {
	git.Options
	Stdin     io.Reader // what "-" stands for
	Databases bool      // the URL of a database may be named
}

// Target is an opened target. It must be closed, for then a clone is removed.
type Target struct {
	source.Source
	Name   string // as a report may show it: without the password of a URL
	closes []func() error

	Note string // what a person should know of how the name was understood; may be ""

	Repository *finding.Repository // nil if the target is none
	PackBytes  int64               // size of the repository's packs
}

// Close lets go of files and removes what was cloned.
func (t *Target) Close() error {
	var errs []error
	for _, f := range t.closes {
		errs = append(errs, f())
	}
	t.closes = nil
	return errors.Join(errs...)
}

// Open opens what one name stands for, see [Request.Open].
func Open(ctx context.Context, name string, o Options) (*Target, error) {
	return Requests([]string{name}, o)[0].Open(ctx)
}

// Open opens a repository or a part of it, a directory, a file, "-", or the URL of a
// repository, which is cloned; ctx ends the cloning. What asks for parts of a
// history is an error for anything that has none.
func (q *Request) Open(ctx context.Context) (*Target, error) {
	o := q.options
	switch {
	case q.err != nil:
		return nil, q.err
	case q.dir != nil:
		return q.openRepository()
	case q.Name == "-":
		return plain(q.Name, stdin.New(o.Stdin), o)
	case postgres.IsURL(q.Name):
		return q.openDatabase(ctx)
	case q.Name == Here:
		return openDir(".", o)
	}
	if _, err := os.Lstat(q.Name); err != nil && isURL(q.Name) {
		return openURL(ctx, q.Name, o)
	}
	return openDir(q.Name, o)
}

func (q *Request) openDatabase(ctx context.Context) (*Target, error) {
	name := q.Shown()
	if !q.options.Databases {
		return nil, fmt.Errorf("%s: a database is read by deputy trace alone: scan a dump of it (pg_dump | deputy scan -)", name)
	}
	src, err := database.Open(ctx, q.Name, q.options.Filter, q.options.Jobs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t, err := plain(name, src, q.options)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	t.closes = append(t.closes, src.Close)
	return t, nil
}

func (q *Request) openRepository() (*Target, error) {
	o := q.options.Options
	o.Filter = o.Filter.Within(q.parts)
	src, err := git.OpenDir(q.dir, o)
	if err != nil {
		return nil, err
	}
	t := ofRepository(src, q.Name, src.Close)
	if len(q.parts) > 0 && (o.Parts == 0 || o.Parts&git.History != 0) {
		t.Note = fmt.Sprintf("%s: a part of the repository at %s: its files are scanned with their history; messages, authors and tags belong to the whole",
			strings.Join(q.parts, ", "), q.dir.WorkTree)
	}
	return t, nil
}

func ofRepository(src *git.Source, name string, closes ...func() error) *Target {
	r := src.Repository()
	r.URL = publicURL(r.URL)
	return &Target{Source: src, Name: name, closes: closes, Repository: &r, PackBytes: src.PackBytes()}
}

// hasGit says that a directory claims to be a repository: if it cannot be
// opened as one, to read its files alone would pass over the history in silence.
func hasGit(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

func openDir(name string, o Options) (*Target, error) {
	src, err := dir.New(name, dir.Options{Filter: o.Filter, Jobs: o.Jobs})
	if err != nil {
		return nil, err
	}
	return plain(name, src, o)
}

// plain is for what has no versions.
func plain(name string, src source.Source, o Options) (*Target, error) {
	if o.Range != "" || o.Since != "" || o.Parts != 0 && o.Parts&git.WorkTree == 0 {
		return nil, fmt.Errorf("%s: not a git repository, so it has no history and nothing staged", name)
	}
	return &Target{Source: src, Name: name}, nil
}

// isURL tells URLs and "user@host:path" from paths, for names that are no path.
func isURL(name string) bool {
	if strings.Contains(name, "://") {
		return true
	}
	host, path, ok := strings.Cut(name, ":")
	return ok && path != "" && len(host) > 1 && !strings.ContainsAny(host, `/\`)
}

package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/deputy-sec/deputy/internal/postgres"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Description says what a target is, so that somebody can see later whether it is the same.
type Description struct {
	Name     string `json:"target"` // without the password of a URL
	Kind     string `json:"kind"`   // repository, directory, file, stream, database, url
	Tips     []Tip  `json:"tips,omitempty"`
	Checksum string `json:"sha256,omitempty"` // of a file; of a directory over the checksums and paths of all files
	Stamp    string `json:"-"`                // changes with the target
}

// Tip is where a ref of a repository stands.
type Tip struct {
	Ref    string `json:"ref"`
	Commit string `json:"commit"`
}

// Describe describes the target as it is now. A stream cannot be described before it is read,
// and what is fetched not at all.
func (q *Request) Describe(ctx context.Context) (Description, error) {
	d := Description{Name: q.Shown(), Kind: "url"}
	switch {
	case q.err != nil:
		return d, q.err
	case q.dir != nil:
		d.Kind, d.Name = "repository", q.typed
		for _, r := range q.dir.Roots(func(string, finding.Reason) {}) {
			if !r.Log && !r.Fleeting {
				d.Tips = append(d.Tips, Tip{r.Name, r.ID.String()})
			}
		}
		stamp, ok := q.Stamp(ctx)
		if !ok {
			stamp = fmt.Sprint(d.Tips)
		}
		d.Stamp = stamp
		return d, nil
	case q.Name == "-":
		d.Kind = "stream"
		return d, nil
	case postgres.IsURL(q.Name):
		d.Kind, d.Name = "database", q.Shown()
		return d, nil
	}
	name := q.Name
	if name == Here {
		name = "."
	}
	info, err := os.Stat(name)
	if err != nil {
		if isURL(q.Name) {
			d.Name = publicURL(q.Name)
			return d, nil
		}
		return d, err
	}
	d.Kind = "file"
	if info.IsDir() {
		d.Kind = "directory"
	}
	d.Checksum, err = checksum(ctx, name)
	d.Stamp = d.Checksum
	return d, err
}

// checksum is that of a file, or over the paths and checksums of all files in a directory. What
// cannot be read counts as such: the scan says why.
func checksum(ctx context.Context, name string) (string, error) {
	all := sha256.New()
	err := filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !e.Type().IsRegular() && path != name || e.IsDir() {
			return nil //nolint:nilerr // a directory that cannot be read is told by the scan
		}
		one := sha256.New()
		in, err := os.Open(path)
		if err == nil {
			_, err = io.Copy(one, in)
			err = errors.Join(err, in.Close())
		}
		sum := "unreadable"
		if err == nil {
			sum = hex.EncodeToString(one.Sum(nil))
		}
		rel, err := filepath.Rel(name, path)
		if err != nil {
			return err
		}
		if rel == "." {
			all = one
			return nil
		}
		_, err = fmt.Fprintf(all, "%s  %s\n", sum, filepath.ToSlash(rel))
		return err
	})
	return hex.EncodeToString(all.Sum(nil)), err
}

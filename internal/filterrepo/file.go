package filterrepo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Create makes a file for expressions: for its owner alone, and in no repository, from which
// it would be committed sooner or later. within are further directories that it must not lie
// in, such as work trees whose repository lies elsewhere. The file is there when it is
// closed by [File.Commit], whole, and until then it is not.
func Create(name string, within ...string) (*File, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if repository := around(dir, within); repository != "" {
		return nil, fmt.Errorf("%s lies in the repository %s: it holds the values themselves, so it must not be there", name, repository)
	}
	name = filepath.Join(dir, filepath.Base(name))
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "."+filepath.Base(name)+"."+rand.Text()[:10]), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &File{f, name}, nil
}

// File is a file of expressions that is being written.
type File struct {
	*os.File
	name string
}

// Commit puts the file in its place.
func (f *File) Commit() error {
	err := f.Close()
	if err == nil {
		err = os.Rename(f.Name(), f.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Abandon removes what was written. After Commit it does nothing.
func (f *File) Abandon() {
	if f.Close() == nil {
		_ = os.Remove(f.Name()) // at worst a file that nobody else can read
	}
}

// around returns the repository that a directory lies in, "" if it lies in none.
func around(dir string, within []string) string {
	for _, w := range within {
		if real, err := filepath.EvalSymlinks(w); err == nil {
			w = real
		}
		if w, err := filepath.Abs(w); err == nil {
			if rel, err := filepath.Rel(w, dir); err == nil && filepath.IsLocal(rel) {
				return w
			}
		}
	}
	for {
		if exists(dir, ".git") || exists(dir, "HEAD") && exists(dir, "objects") && exists(dir, "refs") {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

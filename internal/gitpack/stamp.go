package gitpack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/deputy-sec/deputy/internal/fileid"
)

// Stamp writes what tells the object store of the repository at path from what it
// was or will be: which files its packs, indexes and loose objects are, their sizes
// and times, and the checksums that the former end in. Equal stamps are of equal
// objects, as long as no disk fails. It reads directories and no objects.
func Stamp(w io.Writer, path string, opts Options) error {
	r := &Repo{opts: opts, byPath: make(map[string]*pack)}
	var err error
	if r.gitDir, r.common, err = findGitDir(path); err != nil {
		return err
	}
	if r.hashLen, err = objectFormat(filepath.Join(r.common, "config")); err != nil {
		return err
	}
	r.addDir(filepath.Join(r.common, "objects"), 0)
	for _, dir := range opts.ObjectDirs {
		r.addDir(dir, 0)
	}
	for _, p := range r.problems { // an alternate that is away may come back
		if _, err := fmt.Fprintln(w, "problem", p.Where, p.Err); err != nil {
			return err
		}
	}
	for i, dir := range r.dirs {
		if _, err := fmt.Fprintf(w, "objects %d\n", i); err != nil {
			return err
		}
		if err := stampDir(w, filepath.Join(dir, "pack"), r.hashLen); err != nil {
			return err
		}
		for fan := range 256 {
			if err := stampDir(w, filepath.Join(dir, fmt.Sprintf("%02x", fan)), 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// stampDir writes a line for each file of a directory, with the last bytes of it.
func stampDir(w io.Writer, dir string, last int) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			return err
		}
		var sum []byte
		if last > 0 && !info.IsDir() {
			if sum, err = lastBytes(filepath.Join(dir, f.Name()), last); err != nil {
				sum = []byte(err.Error())
			}
		}
		if _, err := fmt.Fprintf(w, "%s %x %s", filepath.Base(dir), sum, fileid.Line(f.Name(), filepath.Join(dir, f.Name()), info)); err != nil {
			return err
		}
	}
	return nil
}

// lastBytes returns up to n bytes that a file ends in.
func lastBytes(path string, n int) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-int64(n)), int64(n)))
}

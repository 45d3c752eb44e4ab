package driver

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Change is what fixes make of one file.
type Change struct {
	File          string
	Before, After []byte
	Fixed         []int // the findings that are mended, by index
}

// edit replaces the bytes from start to end of a file.
type edit struct {
	start, end int
	text       string
}

// Fixes works out what the suggested fixes of all findings make of the files, and
// which it refuses, with the reason. Nothing is written. A fix is applied as a whole
// or not at all: not where it overlaps one before it, in a generated file, in one that
// has changed since, or where the result would not parse.
func (r *Report) Fixes() ([]Change, []Problem) {
	files := map[string]*fixer{}
	var refused []Problem
	for i, f := range r.Findings {
		if len(f.Fixes) == 0 {
			continue
		}
		name, edits, err := r.edits(f)
		if err == nil && files[name] == nil {
			files[name], err = newFixer(name)
		}
		if err == nil {
			err = files[name].add(i, edits)
		}
		if err != nil {
			refused = append(refused, Problem{Position: f.Position, Message: "not fixed: " + err.Error()})
		}
	}
	var out []Change
	for _, name := range slices.Sorted(maps.Keys(files)) {
		c, err := files[name].change()
		if err != nil {
			refused = append(refused, Problem{Position: token.Position{Filename: name}, Message: "not fixed: " + err.Error()})
		} else if len(c.Fixed) > 0 {
			out = append(out, c)
		}
	}
	return out, refused
}

// edits are those of a finding's first fix, which lie in one file.
func (r *Report) edits(f Finding) (string, []edit, error) {
	if f.Generated {
		return "", nil, fmt.Errorf("the file is generated")
	}
	var out []edit
	for _, e := range f.Fixes[0].TextEdits {
		file := r.Fset.File(e.Pos)
		if file == nil || file.Name() != f.Position.Filename {
			return "", nil, fmt.Errorf("the fix reaches into another file")
		}
		if info, err := os.Stat(file.Name()); err != nil || info.Size() != int64(file.Size()) {
			return "", nil, fmt.Errorf("the file has changed since it was read")
		}
		out = append(out, edit{file.Offset(e.Pos), file.Offset(cmp.Or(e.End, e.Pos)), string(e.NewText)})
	}
	return f.Position.Filename, out, nil
}

// fixer gathers the edits of one file.
type fixer struct {
	name  string
	text  []byte
	edits []edit
	fixed []int
}

func newFixer(name string) (*fixer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &fixer{name: name, text: text}, nil
}

// add takes a fix in. One that says the same as another before it, as of a file in two
// variants of its package, is done with that.
func (f *fixer) add(finding int, edits []edit) error {
	var fresh []edit
	for _, e := range edits {
		if e.start < 0 || e.end < e.start || e.end > len(f.text) {
			return fmt.Errorf("the fix reaches beyond the file")
		}
		if slices.Contains(f.edits, e) {
			continue
		}
		for _, other := range f.edits {
			if e.start < other.end && other.start < e.end || e.start == other.start {
				return fmt.Errorf("the fix overlaps another one")
			}
		}
		fresh = append(fresh, e)
	}
	f.edits = append(f.edits, fresh...)
	f.fixed = append(f.fixed, finding)
	return nil
}

// change applies the edits. A file that was formatted stays so; one that was not is not
// reformatted elsewhere.
func (f *fixer) change() (Change, error) {
	slices.SortFunc(f.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var b bytes.Buffer
	at := 0
	for _, e := range f.edits {
		b.Write(f.text[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(f.text[at:])
	after := b.Bytes()
	formatted, err := format.Source(after)
	if err != nil {
		return Change{}, fmt.Errorf("the result does not parse: %w", err)
	}
	if before, err := format.Source(f.text); err == nil && bytes.Equal(before, f.text) {
		after = formatted
	}
	return Change{f.name, f.text, after, f.fixed}, nil
}

// Write replaces the file, whole or not at all.
func (c Change) Write() error {
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.File), ".deputy-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // it is gone if the rename went well
	_, err = tmp.Write(c.After)
	if err := cmp.Or(err, tmp.Chmod(info.Mode().Perm()), tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", c.File, err)
	}
	return os.Rename(tmp.Name(), c.File)
}

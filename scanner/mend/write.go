package mend

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// Write puts a changed file in its place, as a whole or not at all. One that is no longer as
// it was read is an error.
func (o *Options) Write(c Change) error {
	name := filepath.Join(o.Root, filepath.FromSlash(c.Path))
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, c.Before) {
		return fmt.Errorf("%s has changed meanwhile", c.Path)
	}
	beside := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()[:10])
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(c.After)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Close())
	if err == nil {
		err = os.Rename(beside, name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	return nil
}

// context is how many lines a diff shows around what changes.
const context = 2

// WriteDiff writes a change in the unified format. A placeholder is as long as what it takes
// the place of and breaks no line, so lines correspond. show is what is shown of a line.
func (c *Change) WriteDiff(w io.Writer, show func(string) string) error {
	before, after := splitLines(c.Before), splitLines(c.After)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", quoted("a/"+c.Path), quoted("b/"+c.Path))
	for at := 0; at < len(before); {
		if before[at] == after[at] {
			at++
			continue
		}
		start := max(0, at-context)
		end, last := at, at
		for ; end < len(before) && end <= last+2*context; end++ {
			if before[end] != after[end] {
				last = end
			}
		}
		end = min(len(before), last+1+context)
		fmt.Fprintf(&out, "@@ -%d,%d +%d,%d @@\n", start+1, end-start, start+1, end-start)
		writeHunk(&out, before[start:end], after[start:end], show)
		at = end
	}
	_, err := w.Write(out.Bytes())
	return err
}

func writeHunk(out *bytes.Buffer, before, after []string, show func(string) string) {
	for i := 0; i < len(before); {
		if before[i] == after[i] {
			writeLine(out, ' ', show(before[i]))
			i++
			continue
		}
		end := i
		for end < len(before) && before[end] != after[end] {
			end++
		}
		for _, line := range before[i:end] {
			writeLine(out, '-', show(line))
		}
		for _, line := range after[i:end] {
			writeLine(out, '+', show(line))
		}
		i = end
	}
}

func writeLine(out *bytes.Buffer, sign byte, line string) {
	out.WriteByte(sign)
	out.WriteString(line)
	if line == "" || line[len(line)-1] != '\n' {
		out.WriteString("\n\\ No newline at end of file\n")
	}
}

func splitLines(data []byte) []string {
	var out []string
	for line := range bytes.Lines(data) {
		out = append(out, string(line))
	}
	return out
}

// quoted writes a path as git does.
func quoted(path string) string {
	if q := strconv.Quote(path); q != `"`+path+`"` {
		return q
	}
	return path
}

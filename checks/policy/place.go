package policy

import (
	"bytes"
	"fmt"
	"sort"
	"sync"
)

// File is a text that was read, named as reports name it.
type File struct {
	Path string // slash-separated, relative to the tree
	Text []byte

	once  sync.Once
	lines []int // offsets at which lines begin
}

// Lines returns the offsets at which the file's lines begin.
func (f *File) Lines() []int {
	f.once.Do(func() {
		f.lines = append(f.lines, 0)
		for at := 0; ; {
			next := bytes.IndexByte(f.Text[at:], '\n')
			if next < 0 {
				return
			}
			at += next + 1
			f.lines = append(f.lines, at)
		}
	})
	return f.lines
}

// Position returns the line and the column, in bytes, of an offset; both count from 1.
// What lies beyond the file is its end.
func (f *File) Position(offset int) (line, column int) {
	lines := f.Lines()
	offset = min(max(offset, 0), len(f.Text))
	line = sort.Search(len(lines), func(i int) bool { return lines[i] > offset })
	return line, offset - lines[line-1] + 1
}

// Place is a part of a file. The zero Place is nowhere.
type Place struct {
	File       *File
	Start, End int // offsets in bytes
}

// Known reports whether the place is anywhere.
func (p Place) Known() bool { return p.File != nil }

// Position returns where the place begins, and the column behind it if it ends on the
// same line, else that of the line's end.
func (p Place) Position() (line, column, endColumn int) {
	if p.File == nil {
		return 0, 0, 0
	}
	line, column = p.File.Position(p.Start)
	endLine, endColumn := p.File.Position(p.End)
	if endLine != line {
		end := len(p.File.Text)
		if lines := p.File.Lines(); line < len(lines) {
			end = lines[line] - 1
		}
		endColumn = end - p.File.Lines()[line-1] + 1
	}
	return line, column, max(endColumn, column+1)
}

// Path returns the path of the place's file.
func (p Place) Path() string {
	if p.File == nil {
		return ""
	}
	return p.File.Path
}

// Step is a station on the way from a statement to where its value comes from.
type Step struct {
	Place   Place
	Message string
}

// String names the place, for keys and for debugging: people want a line.
func (p Place) String() string { return fmt.Sprintf("%s@%d-%d", p.Path(), p.Start, p.End) }

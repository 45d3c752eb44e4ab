// Package similar finds the content that another one was made from, as git does
// for renames: most of its lines are the same.
package similar

import (
	"bytes"
	"hash/maphash"
)

// enough is the part of the larger content, in percent, that must be the same:
// git's own measure for a rename.
const enough = 50

// Lines is the lines of a content, each with how often it occurs.
type Lines struct {
	sizes map[uint64]int // bytes of all occurrences of a line
	size  int
}

var seed = maphash.MakeSeed()

// Of takes a content apart.
func Of(content []byte) *Lines {
	l := &Lines{sizes: map[uint64]int{}, size: len(content)}
	for line := range bytes.Lines(content) {
		l.sizes[maphash.Bytes(seed, line)] += len(line)
	}
	return l
}

// Near returns how much of the larger of two contents is in the other one, too,
// in percent; zero if that is not enough to say that one was made from the other.
func (l *Lines) Near(other *Lines) int {
	larger, smaller := max(l.size, other.size), min(l.size, other.size)
	if larger == 0 || 100*smaller < enough*larger {
		return 0
	}
	same := 0
	for line, size := range l.sizes {
		same += min(size, other.sizes[line])
	}
	if near := 100 * same / larger; near >= enough {
		return near
	}
	return 0
}

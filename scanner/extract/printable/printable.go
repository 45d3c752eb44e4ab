// Package printable finds the text in bytes whose format nobody reads, or which
// belong to nothing: runs of characters as they are stored in 8 bits (ASCII and
// UTF-8) and in 16 bits (UTF-16, both byte orders, as far as Latin-1 goes).
package printable

import (
	"bytes"
	"io"
	"iter"
	"unicode/utf8"
)

// Shortest is how many characters a run has at least. Fewer stand next to each
// other by chance all the time; six digits and letters of an identifier that was
// cut in two are worth nothing.
const Shortest = 6

// Write writes every run in data on a line of its own.
func Write(to io.Writer, data []byte) error {
	var lines []byte
	for run := range Runs(data) {
		lines = append(append(lines, run...), '\n')
		if len(lines) < 32<<10 {
			continue
		}
		if _, err := to.Write(lines); err != nil {
			return err
		}
		lines = lines[:0]
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := to.Write(lines)
	return err
}

// Runs returns the runs in data in the order in which they stand, in UTF-8. The
// slice is valid until the next one. A run begins with a character of ASCII.
func Runs(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var wide []byte
		for i := 0; i < len(data); {
			end := i
			switch {
			case plain[data[i]]:
				end = narrowRun(data, i)
			case data[i] != 0 || i+1 == len(data) || !plain[data[i+1]]:
				i++
				continue
			}
			if end-i >= Shortest {
				if !yield(data[i:end]) {
					return
				}
				i = end
				continue
			}
			var used int
			if wide, used = wideRun(wide[:0], data[i:]); used > 0 {
				if !yield(wide) {
					return
				}
				i += used
				continue
			}
			i = max(i+1, end-1) // what is left of the run may be the first character of a wide one
		}
	}
}

// plain are the characters that text is made of; a line break ends a run.
var plain = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = true
	}
	t['\t'] = true
	return t
}()

// narrowRun returns where the run of 8-bit text that begins at i ends.
func narrowRun(data []byte, i int) int {
	for i < len(data) {
		if plain[data[i]] {
			i++
			continue
		}
		if data[i] < 0xc2 {
			break
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError || r < 0xa0 {
			break
		}
		i += size
	}
	return i
}

// wideRun appends the run of 16-bit text at the beginning of data, and returns
// how many bytes it takes: none if it is too short.
func wideRun(to, data []byte) ([]byte, int) {
	if len(data) < 2*Shortest {
		return to, 0
	}
	low, high := 0, 1 // where a character's halves lie
	if data[0] == 0 {
		low, high = 1, 0
	}
	n := 0
	for ; n+1 < len(data) && data[n+high] == 0; n += 2 {
		c := data[n+low]
		if !plain[c] && c < 0xa0 {
			break
		}
		to = utf8.AppendRune(to, rune(c))
	}
	if n < 2*Shortest {
		return to, 0
	}
	return to, n
}

// Text returns data as text if it is nothing else: valid UTF-8 without control
// characters but space, tabs and line breaks.
func Text(data []byte) (string, bool) {
	if !utf8.Valid(data) || bytes.ContainsFunc(data, control) {
		return "", false
	}
	return string(data), true
}

func control(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }

// Wide returns the runs of 16-bit text in data, in UTF-8, by where they begin, in bytes. Where it
// cannot be told which byte of a pair comes first, since a character stands beside the run, both
// readings are returned. The slice is valid until the next one. A run begins with a character of
// ASCII.
func Wide(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		var wide, next []byte
		for i := 0; i+1 < len(data); {
			if c := data[i] | data[i+1]; data[i] != 0 && data[i+1] != 0 || !plain[c] {
				i++
				continue
			}
			var used, also int
			if wide, used = wideRun(wide[:0], data[i:]); used == 0 {
				i++
				continue
			}
			if data[i] != 0 { // the next byte may be the first of the run
				next, also = wideRun(next[:0], data[i+1:])
			}
			if used >= also && !yield(i, wide) || also >= used && !yield(i+1, next) {
				return
			}
			i += max(used, also)
		}
	}
}

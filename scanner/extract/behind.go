package extract

import (
	"bytes"
	"slices"
)

// programs are how files begin that systems run or load, and that carry what they unpack
// behind themselves: of Windows, of Unix, of macOS (either byte order, and of several
// machines), scripts, and the header of Chrome's extensions.
var programs = [][]byte{
	[]byte("MZ"), []byte("\x7fELF"),
	[]byte("\xfe\xed\xfa\xce"), []byte("\xfe\xed\xfa\xcf"), []byte("\xce\xfa\xed\xfe"), []byte("\xcf\xfa\xed\xfe"), []byte("\xca\xfe\xba\xbe"),
	[]byte("#!"), []byte("@echo "), []byte("@ECHO "), []byte(":;"), []byte("Cr24"),
}

// IsProgram reports whether a content begins as a program does, or something else that is a
// frame around an archive.
func IsProgram(head []byte) bool {
	for _, p := range programs {
		if bytes.HasPrefix(head, p) {
			return true
		}
	}
	return false
}

// ClaimantBehind is [Reader.ClaimsBehind] of a list of extractors.
func ClaimantBehind(extractors []*Extractor, head, piece []byte, last bool) *Extractor {
	for _, e := range extractors {
		if e.ClaimsBehind != nil && e.ClaimsBehind(head, piece, last) {
			return e
		}
	}
	return nil
}

// mayHoldMore reports whether a content may have something behind its beginning that only
// shows when it is held: programs, and what is no text.
func mayHoldMore(head []byte) bool { return IsProgram(head) || bytes.IndexByte(head, 0) >= 0 }

// alsoBehind are the extractors that are asked about what somebody claims already.
func alsoBehind(extractors []*Extractor) []*Extractor {
	return slices.DeleteFunc(slices.Clone(extractors), func(e *Extractor) bool { return !e.AlsoBehind })
}

// Watch sees a content go by that is too large to hold, and asks who claims what stands
// behind its beginning. It holds a few kilobytes and passes nothing on.
type Watch struct {
	// Claims is [Reader.ClaimsBehind].
	Claims func(head, piece []byte, last bool) *Extractor

	head, tail []byte
	found      *Extractor
}

// seam is how much of two pieces is looked at together, on each side.
const seam = 64

// Write implements io.Writer. It never fails.
func (w *Watch) Write(p []byte) (int, error) {
	n := len(p)
	if missing := Sniff - len(w.head); missing > 0 {
		w.head = append(w.head, p[:min(missing, n)]...)
	}
	if w.found == nil {
		w.found = w.Claims(w.head, p, false)
	}
	if w.found == nil && len(w.tail) > 0 {
		var both [2 * seam]byte
		k := copy(both[:seam], w.tail[max(0, len(w.tail)-seam):])
		k += copy(both[k:], p[:min(n, seam)])
		w.found = w.Claims(w.head, both[:k], false)
	}
	if n >= Sniff {
		w.tail = append(w.tail[:0], p[n-Sniff:]...)
		return n, nil
	}
	if drop := len(w.tail) + n - Sniff; drop > 0 {
		w.tail = w.tail[:copy(w.tail, w.tail[drop:])]
	}
	w.tail = append(w.tail, p...)
	return n, nil
}

// End returns who claims what stands behind the beginning, or nil. It is called once, when
// the content has gone by.
func (w *Watch) End() *Extractor {
	if w.found == nil {
		w.found = w.Claims(w.head, w.tail, true)
	}
	return w.found
}

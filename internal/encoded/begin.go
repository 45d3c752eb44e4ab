package encoded

// Start returns where the value begins of whose run text[run] is the first byte: behind
// the escape whose last letters the run begins with, as in "\nSGVs…" or "%3DSGVs…", or the
// "0x" of a number. It is false where the run goes on with a value that began earlier, over
// an escaped sign.
func Start(text []byte, run int) (at int, ok bool) {
	var b [4]byte
	if run > 0 && text[run-1] == '\\' && text[run] == 'x' && decodeHex(b[:], text[run+1:]) == len(b) { // PostgreSQL's bytes
		return run + 1, true
	}
	if n := escapeBefore(text, run); n > 0 {
		c, size := unescape(text[run-n : min(len(text), run-n+longestEscape)])
		if size >= n {
			sign := c == '+' || c == '/'
			return run - n + size, !sign || run == n || !ofAlphabet[text[run-n-1]]
		}
	}
	if run+2 < len(text) && text[run] == '0' && text[run+1]|0x20 == 'x' {
		return run + 2, true
	}
	if (text[run] == '+' || text[run] == '-') && (run == 0 || text[run-1] == '\n') { // a line of a difference
		return run + 1, true
	}
	return run, true
}

// escapeBefore returns how many bytes ahead of the run an escape begins that reaches to it.
func escapeBefore(text []byte, run int) int {
	if run == 0 {
		return 0
	}
	switch text[run-1] {
	case '\\', '%':
		return 1
	case ';', '}':
		for n := 2; n <= longestEscape && n <= run; n++ {
			if c := text[run-n]; c == '&' || c == '\\' {
				return n
			}
		}
	}
	return 0
}

// reachBack bounds how far ahead of a run is looked for what it goes on with, in bytes.
const reachBack = 4 << 10

// GoesOn reports whether the text whose encoding begins at text[run] is a further line of a value
// that began earlier, and how far ahead of it was looked. It is one if the piece in front
// of it is text, too, to its end.
func GoesOn(text []byte, run int, kind Kind) (yes bool, looked int) {
	least := max(0, run-reachBack)
	end := pieceBefore(text, run)
	start := end
	for start > least && ofAlphabet[text[start-1]] {
		start--
	}
	looked = run - start + longestEscape + 2
	if end == run {
		return false, MaxJoint + longestEscape
	}
	if start <= least && start > 0 || end-start < leastPiece {
		return false, looked
	}
	at, ok := Start(text, start)
	if k, isText := Begins(text, at); !ok || !isText || k != kind {
		return false, looked
	}
	piece := Decode(text[:end], at, kind, reachBack)
	runs := Decode(text, run, kind, end-at+1).End // no longer than the piece in front of it
	return piece.End == end && TextPrefix(piece.Bytes) == len(piece.Bytes) && runs-run <= end-at+1, looked
}

// Further reports whether the value that begins at text[run] is on a line behind another
// that is as long at least, so that it goes on what began there, whatever that is. looked is
// how far ahead of it was looked.
func Further(text []byte, run int) (yes bool, looked int) {
	least := max(0, run-reachBack)
	end := pieceBefore(text, run)
	start := end
	for start > least && ofAlphabet[text[start-1]] {
		start--
	}
	return end < run && end-start >= leastPiece && end-start >= RunEnd(text[:min(len(text), run+end-start)], run)-run, run - start + 1
}

// Wrapped reports whether the value goes on behind the piece of that length at text[at]. It looks no
// further than MaxJoint and leastPiece behind that.
func Wrapped(text []byte, at, length int) bool {
	next, ok := joint(text, at+length)
	return ok && length%4 == 0 && RunEnd(text[:min(len(text), next+leastPiece)], next) == next+leastPiece
}

// pieceBefore returns where the piece ends that goes on at text[run], or run if none does. It
// looks at no more than MaxJoint bytes ahead of it.
func pieceBefore(text []byte, run int) (end int) {
	least := max(0, run-MaxJoint)
	for end = run; end > least; {
		c := text[end-1]
		size := 1
		switch {
		case (c == 'n' || c == 'r') && end-2 >= least && text[end-2] == '\\': // "\n"
			size = 2
		case (c|0x20 == 'a' || c|0x20 == 'd') && end-3 >= least && text[end-2] == '0' && text[end-3] == '%': // "%0A"
			size = 3
		case c == ';':
			for size = 4; size < 6 && end-size > least && text[end-size] != '&'; { // "&#10;"
				size++
			}
		case ofAlphabet[c] && c != '+':
			if next, ok := joint(text, end); ok && next == run {
				return end
			}
			return run
		}
		end -= size
	}
	return run
}

package finding

// Result is what an examination of one or more targets found, and what it could not
// look at.
type Result struct {
	Repository *Repository // nil if the target is none, or there are several targets
	Rules      []*Rule     // that were looked for
	Findings   []*Finding  // in no order
	Unexamined []Unexamined
	Unresolved []Unresolved // in order; nil for what resolves nothing
	Stats      Stats
	Hidden     int    // findings of classes that are reported only on request
	Allowed    int    // findings that marks in the text allow
	Known      int    // findings that the baseline knows
	Ignored    int    // findings that an ignore file says are meant to be there
	Disabled   int    // findings that the configuration switches off
	Empty      string // why a change that was asked for held nothing to examine; "" if it did, or none was

	redacted bool // see Redact
}

// Redacted reports whether [Result.Redact] has been called, so that the result may be
// written down.
func (r *Result) Redacted() bool { return r.redacted }

// Repository says which repository was examined, and what is checked out there.
type Repository struct {
	URL      string // of the remote it came from, without credentials; "" if there is none
	Revision string // full hash of HEAD, "" if there is none
	Branch   string // "" if HEAD is detached
}

// Earliest returns the commit with the earlier date; nil stands for none.
func Earliest(a, b *Commit) *Commit {
	if a == nil || b != nil && b.before(a) {
		return b
	}
	return a
}

// Latest returns the commit with the later date; nil stands for none.
func Latest(a, b *Commit) *Commit {
	if a == nil || b != nil && a.before(b) {
		return b
	}
	return a
}

// before orders commits by date; equal dates by hash, so that the answer does not
// depend on the order of asking.
func (c *Commit) before(other *Commit) bool {
	if d := c.Date.Compare(other.Date); d != 0 {
		return d < 0
	}
	return c.Hash < other.Hash
}

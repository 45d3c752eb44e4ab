package finding

import (
	"strings"
	"time"
)

// Class says whose an account ID is.
type Class string

// The classes of the contract. Example and vendor accounts are published on
// purpose and are reported only on request.
const (
	Unknown  Class = "unknown"
	Own      Class = "own"
	Customer Class = "customer"
	Vendor   Class = "vendor"
	Sample   Class = "example"
)

// Finding is one rule and one value, with all the places where it stands.
type Finding struct {
	Rule        *Rule
	Secret      Secret
	Class       Class
	Severity    Severity
	Confidence  float64 // 0 to 1
	Evidence    []string
	Fingerprint string
	Related     []Relation
	Steps       []Step // from the place to where what stands there comes from
	Instead     string // what to write there, "" if the rule's remedy says it all

	Forms      []Form `json:"-"`          // how the value stands in contents; nil unless that was asked for
	Repository string `json:",omitempty"` // in a report on several: the one it stands in; else ""
	State      string `json:",omitempty"` // where it stands with those who look after it; "" if nobody does

	Sightings   []Sighting // the first is the one to look at
	First, Last *Commit    // earliest and latest commit that wrote the value; nil if never committed
	InHead      bool
}

// Form is how a value stands in contents: an account in groups of four digits, a key with
// its line breaks.
type Form struct {
	Text   Secret // the bytes of the content
	Binary bool   // a content that holds it has a NUL, as no text has
}

// Relation points from a finding to another one that belongs to it.
type Relation struct {
	Rule        string
	Fingerprint string
	Why         string // "secret of this access key", "account of this access key"
}

// Step is a station on the way from a finding's place to where it comes from.
type Step struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`   // 1-based
	Column  int    `json:"column"` // 1-based, in bytes
	Message string `json:"message"`
}

// Unresolved is a question that a target does not answer, with the rules that wait for
// the answer. It is no finding.
type Unresolved struct {
	Path   string   `json:"path"`
	Line   int      `json:"line"`   // 1-based
	Column int      `json:"column"` // 1-based, in bytes
	Reason string   `json:"reason"`
	Rules  []string `json:"rules"`
	Steps  []Step   `json:"steps,omitempty"`
}

// Verdicts counts what checks have said.
type Verdicts struct {
	Fail       int `json:"fail"`
	Pass       int `json:"pass"`
	Unresolved int `json:"unresolved"`
}

// Sighting is one place where a value was seen.
type Sighting struct {
	Path      string   // slash-separated, relative to the target; "" for commit metadata
	Target    string   // in a report on several targets the one that Path begins with; else ""
	Inside    []string // chain of members inside a container
	Place     string   // as a person would say it: "slide 3, notes", "commit message", "staged"
	Anchor    string   // of what stands in no file, what lasts of the place if its commit is rewritten; else ""
	Extracted bool     // it stands in a document: Line and Column count in the text extracted from it
	Line      int      // 1-based
	Column    int      // 1-based, in bytes
	EndColumn int      // column after the last byte
	Commit    *Commit  // the first commit that put it there; nil if not committed
	InHead    bool
	Layer     Layer
}

// OwnPath is the path within the target, whatever that was called.
func (s *Sighting) OwnPath() string {
	if s.Target == "" {
		return s.Path
	}
	return strings.TrimPrefix(strings.TrimPrefix(s.Path, s.Target), "/")
}

// Layer says in which part of a target a sighting lies.
type Layer string

// Layers, from the one a person can still edit to the one that nothing refers
// to any more.
const (
	WorkTree    Layer = "work tree"
	Staged      Layer = "staged"
	History     Layer = "history"
	Unreachable Layer = "unreachable"
	Plain       Layer = "" // a directory, file or stream without versions
)

// Commit is what a finding tells about a commit.
type Commit struct {
	Hash   string    `json:"commit"`
	Author string    `json:"author"`
	Email  string    `json:"email"`
	Date   time.Time `json:"date"` // author date
}

// Unexamined is something that was not read, and why.
type Unexamined struct {
	Path   string `json:"path"`
	Place  string `json:"place,omitempty"` // in a document: the way into it, page, sheet
	Kind   Code   `json:"kind"`
	Reason string `json:"reason"` // a sentence for people; nothing reads it to decide
	// Partial says that the rest of it was examined.
	Partial bool `json:"partial,omitempty"`
}

// NotExamined returns the row for something at a path and, in a document, a place.
func NotExamined(path, place string, why Reason) Unexamined {
	return Unexamined{Path: path, Place: place, Kind: why.Code, Reason: why.Detail}
}

// Stats counts what a scan read.
type Stats struct {
	Blobs   int64   `json:"blobs"` // distinct contents
	Bytes   int64   `json:"bytes"` // of distinct contents
	Commits int64   `json:"commits"`
	Files   int64   `json:"files"` // read from a work tree or directory
	Seconds float64 `json:"seconds"`
	// Remembered is how many of the blobs an earlier scan has examined, and found
	// to hold nothing.
	Remembered int64 `json:"remembered,omitempty"`
	// Verdicts is nil for what gives none.
	Verdicts *Verdicts `json:"verdicts,omitempty"`
}

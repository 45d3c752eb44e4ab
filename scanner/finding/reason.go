package finding

import (
	"context"
	"errors"
	"fmt"
)

// Code names the sort of thing that kept something from being examined. The values
// are part of the JSON contract (`kind` of a row in `unexamined`).
type Code string

// The codes of the contract.
const (
	Encrypted    Code = "encrypted"      // it needs a key
	Damaged      Code = "damaged"        // a document that breaks off or contradicts itself
	Unsupported  Code = "unsupported"    // a format or method that we know by name and do not read
	OverBudget   Code = "over-budget"    // it reached a bound that is counted in its own bytes, parts or pixels
	OverTime     Code = "over-time"      // it reached the bound of time
	OverMemory   Code = "over-memory"    // it reached the bound of memory
	Unreadable   Code = "unreadable"     // the system did not give it to us
	Missing      Code = "missing"        // an object that the repository names and does not hold
	Shallow      Code = "shallow"        // history that a shallow clone leaves out
	Corrupt      Code = "corrupt"        // an object or file of a repository's own that is not as it must be
	NotFollowed  Code = "not-followed"   // it leads out of the target
	StandIn      Code = "stand-in"       // what stands for a content that is not here
	NeedsOCR     Code = "needs-ocr"      // a picture, and the program that reads pictures is missing or fails
	OCROff       Code = "ocr-off"        // a picture, and pictures are not to be read
	DoesNotBuild Code = "does-not-build" // Go code that does not parse or type-check
	Failed       Code = "internal-error" // our own mistake
	NotConfirmed Code = "not-confirmed"  // more weak hits than are kept for comparison
)

// lasting are the codes of what goes otherwise only if the target or the
// configuration changes. The others go with the machine and the moment: in doubt a
// reason does not last.
var lasting = map[Code]bool{
	Encrypted: true, Damaged: true, Unsupported: true, OverBudget: true,
	Missing: true, Shallow: true, OCROff: true,
}

// Lasting reports whether what was not examined for this reason would not be examined
// another time either, so that a result with it may be kept.
func (c Code) Lasting() bool { return lasting[c] }

// Because returns the reason with this code and a sentence for people. The sentence
// holds nothing of the content.
func (c Code) Because(format string, args ...any) Reason {
	return Reason{Code: c, Detail: fmt.Sprintf(format, args...)}
}

// Reason is why something was not examined. The code decides what follows from it; the
// detail is for people, and nothing reads it. It is an error, so that it can be wrapped
// in what is known further up: see [ReasonOf].
type Reason struct {
	Code   Code
	Detail string
}

// Error returns the detail.
func (r Reason) Error() string { return r.Detail }

// ReasonCode returns the code.
func (r Reason) ReasonCode() Code { return r.Code }

// In returns the reason with what it is about in front of the detail.
func (r Reason) In(what string) Reason { return Reason{r.Code, what + ": " + r.Detail} }

// ReasonOf returns the reason that an error gives: its own words, under the code of
// whatever it wraps. Of several codes one that does not last decides, as of a document
// that is damaged because the disk failed; an error without any is of the system.
func ReasonOf(err error) Reason {
	r := Reason{Code: Unreadable, Detail: err.Error()}
	found := false
	visit(err, func(c Code) {
		if !found || r.Code.Lasting() && !c.Lasting() {
			r.Code, found = c, true
		}
	})
	return r
}

// visit calls f with every code in the tree of an error, outermost first.
func visit(err error, f func(Code)) {
	if errors.Is(err, context.DeadlineExceeded) {
		f(OverTime)
	}
	walk(err, f)
}

func walk(err error, f func(Code)) {
	if coded, ok := err.(interface{ ReasonCode() Code }); ok {
		f(coded.ReasonCode())
	}
	switch e := err.(type) { //nolint:errorlint // each link of the chain is looked at
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			walk(inner, f)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, f)
		}
	}
}

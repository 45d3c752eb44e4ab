// Package state says which states a finding of a sweep has, and what leads from one to
// another. It knows neither time nor database: what happened is decided elsewhere, and
// what follows from it here alone.
package state

import "slices"

// State is where a finding stands, for the organisation as a whole.
type State string

// The states.
const (
	New           State = "new"            // first seen in the latest sweep
	Open          State = "open"           // seen in an earlier sweep, and nobody has decided
	Accepted      State = "accepted"       // somebody takes the risk, for a reason and for a time
	FalsePositive State = "false-positive" // somebody says that it is none
	Fixed         State = "fixed"          // it was looked for where it stood, and is not there any more
	Reappeared    State = "reappeared"     // it was fixed, and the latest sweep saw it again
)

// All lists the states, those that want somebody's attention first.
func All() []State { return []State{New, Reappeared, Open, Accepted, FalsePositive, Fixed} }

// Known reports whether s is a state.
func Known(s State) bool { return slices.Contains(All(), s) }

// Unsettled lists the states of findings that somebody still has to do something about.
func Unsettled() []State { return []State{New, Reappeared, Open} }

// Event is something that happens to a finding.
type Event string

// The events. The first four come from sweeps, the others from people.
const (
	Seen       Event = "seen"        // a sweep saw it
	Gone       Event = "gone"        // all that held it was examined whole, and does not hold it any more
	SweepEnded Event = "sweep-ended" // a sweep ended that is later than the state
	Expired    Event = "expired"     // the time is over for which it was accepted

	Accept  Event = "accept"
	Dismiss Event = "dismiss" // as a false positive
	Reopen  Event = "reopen"
)

// Events lists all events.
func Events() []Event { return []Event{Seen, Gone, SweepEnded, Expired, Accept, Dismiss, Reopen} }

// next has what an event makes of a state. What is not listed changes nothing. Two rows
// are worth a word: what was accepted and is gone counts as fixed, so that its return is
// told; what was dismissed stays dismissed, since that is about the value and not about
// where it stands.
var next = map[Event]map[State]State{
	Seen:       {Fixed: Reappeared},
	Gone:       {New: Fixed, Open: Fixed, Reappeared: Fixed, Accepted: Fixed},
	SweepEnded: {New: Open, Reappeared: Open},
	Expired:    {Accepted: Open},
	Accept:     {New: Accepted, Open: Accepted, Reappeared: Accepted, FalsePositive: Accepted, Accepted: Accepted},
	Dismiss:    {New: FalsePositive, Open: FalsePositive, Reappeared: FalsePositive, Accepted: FalsePositive, Fixed: FalsePositive},
	Reopen:     {Accepted: Open, FalsePositive: Open},
}

// On returns the state that an event leads to, and whether the event means anything in
// this one. To accept anew what is accepted means something: the reason or the time may
// be others.
func (s State) On(e Event) (State, bool) {
	to, ok := next[e][s]
	if !ok {
		return s, false
	}
	return to, true
}

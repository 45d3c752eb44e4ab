package state_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/sweep/state"
)

// TestTransitions has every state and every event: "" is what changes nothing.
func TestTransitions(t *testing.T) {
	events := []state.Event{state.Seen, state.Gone, state.SweepEnded, state.Expired, state.Accept, state.Dismiss, state.Reopen}
	assert.ElementsMatch(t, state.Events(), events)
	table := map[state.State][]state.State{
		//                    seen              gone         ended       expired     accept          dismiss              reopen
		state.New:           {"", state.Fixed, state.Open, "", state.Accepted, state.FalsePositive, ""},
		state.Open:          {"", state.Fixed, "", "", state.Accepted, state.FalsePositive, ""},
		state.Reappeared:    {"", state.Fixed, state.Open, "", state.Accepted, state.FalsePositive, ""},
		state.Accepted:      {"", state.Fixed, "", state.Open, state.Accepted, state.FalsePositive, state.Open},
		state.FalsePositive: {"", "", "", "", state.Accepted, "", state.Open},
		state.Fixed:         {state.Reappeared, "", "", "", "", state.FalsePositive, ""},
	}
	assert.Len(t, table, len(state.All()))
	for from, row := range table {
		for i, event := range events {
			to, ok := from.On(event)
			assert.Equal(t, row[i] != "", ok, "%s on %s", from, event)
			if !ok {
				assert.Equal(t, from, to, "%s on %s", from, event)
				continue
			}
			assert.Equal(t, row[i], to, "%s on %s", from, event)
		}
	}
}

// A verdict of a person is never undone by a sweep that merely sees the value again, and
// what is not seen without having been looked for changes nothing: there is no such event.
func TestSweepsDoNotUndoDecisions(t *testing.T) {
	for _, decided := range []state.State{state.Accepted, state.FalsePositive} {
		for _, event := range []state.Event{state.Seen, state.SweepEnded} {
			to, ok := decided.On(event)
			assert.False(t, ok)
			assert.Equal(t, decided, to)
		}
	}
}

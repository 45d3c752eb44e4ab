package detect_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/detect"
)

func windowOf(t *testing.T, marked string) *detect.Window {
	t.Helper()
	before, rest, _ := strings.Cut(marked, "[")
	trigger, after, found := strings.Cut(rest, "]")
	assert.True(t, found)
	text := []byte(before + trigger + after)
	return detect.NewWindow(text, len(before), len(before)+len(trigger), 0)
}

var letters = detect.BytesOf(func(c byte) bool { return 'a' <= c && c <= 'z' })

func TestAWindowShowsWhatItHasRecorded(t *testing.T) {
	ab := func(c byte) bool { return c == 'a' || c == 'b' }
	for name, c := range map[string]struct {
		look func(w *detect.Window) int // returns by how much the text has moved
		want string                     // with the trigger in brackets
		span [2]int
	}{
		"nothing":                   {func(*detect.Window) int { return 0 }, "[key]", [2]int{}},
		"ahead and behind":          {func(w *detect.Window) int { return w.Look(2, 3) }, "b [key] aa", [2]int{2, 3}},
		"the furthest of two":       {func(w *detect.Window) int { a := w.Look(1, 4); return a + w.Look(3, 1) }, "ab [key] aab", [2]int{3, 4}},
		"no further than the text":  {func(w *detect.Window) int { return w.Look(100, 200) }, "1ab [key] aab2 c", [2]int{100, 200}},
		"no further than a window":  {func(w *detect.Window) int { return w.LookAll() }, "1ab [key] aab2 c", [2]int{detect.Before, detect.After}},
		"a run and its end":         {func(w *detect.Window) int { w.Look(0, 1); w.Run(w.End+1, 9, letters); return 0 }, "[key] aab2", [2]int{0, 5}},
		"a run that was cut short":  {func(w *detect.Window) int { w.Run(w.End+1, 2, letters); return 0 }, "[key] aab", [2]int{0, 4}},
		"a run back and its begin":  {func(w *detect.Window) int { _, m := w.RunBack(w.Start-1, 9, letters); return m }, "1ab [key]", [2]int{4, 0}},
		"what a scan stepped over":  {func(w *detect.Window) int { w.Scan(w.End+1, 9, ab); return 0 }, "[key] aab2", [2]int{0, 5}},
		"a scan of nothing, and on": {func(w *detect.Window) int { w.Scan(w.End, 9, ab); return 0 }, "[key] ", [2]int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := windowOf(t, "1ab [key] aab2 c")
			moved := c.look(w)
			assert.Equal(t, c.want, string(w.Text[:w.Start])+"["+string(w.Text[w.Start:w.End])+"]"+string(w.Text[w.End:]))
			assert.Equal(t, w.Start, moved, "the trigger has moved with the text")
			assert.Equal(t, len(w.Text), cap(w.Text), "nothing behind it can be reached")
			before, after := w.Span()
			assert.Equal(t, c.span, [2]int{before, after})
			assert.Equal(t, len("1ab ")-w.Start, w.Offset())
		})
	}
}

func TestRunsAreTheSameHoweverMuchWasHandedOut(t *testing.T) {
	few, all := windowOf(t, "1ab[key]aab2"), windowOf(t, "1ab[key]aab2")
	all.LookAll()
	assert.Equal(t, all.Run(all.End, 9, letters)-all.End, few.Run(few.End, 9, letters)-few.End)
	few.Look(1, 0)
	start, moved := few.RunBack(few.Start-1, 9, letters)
	assert.Equal(t, 1, start)
	assert.Equal(t, 2, moved)
	start, moved = all.RunBack(all.Start-1, 9, letters)
	assert.Equal(t, 1, start)
	assert.Zero(t, moved)
}

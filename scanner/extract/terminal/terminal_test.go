package terminal

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// cast returns a recording of version 2 in which each of the texts is an event.
func cast(events ...string) string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":20,"height":24}` + "\n")
	for i, e := range events {
		fmt.Fprintf(&b, "[%d.5, \"o\", %q]\n", i, e)
	}
	return b.String()
}

const (
	old    = "{\"version\": 1, \"width\": 80, \"height\": 24, \"stdout\": [\n[0.1, \"12\"],\n[0.2, \"34\\n\"]]}"
	newest = `{"version":3,"term":{"cols":80,"rows":24}}` + "\n" + `[0.1, "o", "12"]` + "\n# a remark\n" + `[0.1, "i", "pass\u007f\u007fword\r"]` + "\n" + `[0.2, "o", "34\r\n"]` + "\n"
	script = "Script started on 2024-03-01 [TERM=\"xterm\" COLUMNS=\"80\" LINES=\"24\"]\n$ ex\b\bec\x1b[0m 1234\x1b[K5678\r\n"
)

func TestAccept(t *testing.T) {
	extracttest.Accept(t, newCast(), []byte(cast("12", "34", "\r\n56\r\n")),
		extracttest.Want{Text: "12", Place: "line 2"}, extracttest.Want{Text: "34\n", Place: "line 3"}, extracttest.Want{Text: "56\n", Place: "line 4"})
	extracttest.Accept(t, newCast(), []byte(old), extracttest.Want{Text: "12", Place: "line 2"}, extracttest.Want{Text: "34\n", Place: "line 3"})
	extracttest.Accept(t, newCast(), []byte(newest), extracttest.Want{Text: "12", Place: "line 2"}, extracttest.Want{Text: "34\n", Place: "line 5"},
		extracttest.Want{Text: "paword\n", Place: "line 4"})
	extracttest.Accept(t, newTypescript(), []byte(script), extracttest.Want{Text: "$ ec 12345678\n", Place: "line 2"})
}

func shown(width int, events ...string) string {
	var b strings.Builder
	s := &screen{width: width, emit: func(line row) { b.WriteString(line.text() + "\n") }}
	for i, e := range events {
		s.write([]byte(e), i+1)
	}
	s.end()
	return b.String()
}

func TestLinesAreWhatTheTerminalShows(t *testing.T) {
	for name, c := range map[string]struct {
		width int
		text  string
		want  string
	}{
		"letters rubbed out":            {80, "12345\b\b\b67\x1b[K\n", "1267\n"},
		"colours":                       {80, "\x1b[01;31m\x1b[K1234\x1b[m\x1b[K5678\n", "12345678\n"},
		"a title and other strings":     {80, "\x1b]0;title\x0712\x1bPx\x1b\\34\x1b(B56\n", "123456\n"},
		"a line written over":           {80, "10 %\r20 %\r\n", "10 %\n20 %\n"},
		"a line written again":          {80, "$ a\r$ ab\n", "$ ab\n"},
		"a line wiped away":             {80, "secret\r\x1b[Kend\n", "secret\nend\n"},
		"a screen wiped away":           {80, "secret\x1b[2J\x1b[Hend\n", "secret\nend\n"},
		"another screen":                {80, "a\x1b[?1049hb\x1b[?1049lc\n", "a\nb\nc\n"},
		"letters put in and taken away": {80, "1235\x1b[D\x1b[@4\x1b[1Gx\x1b[P\x1b[9G.\n", "x345    .\n"},
		"a command broken into rows":    {4, "123456 \r7890\n", "123456\n12347890\n"},
		"at the end of a row":           {4, "1234 \r5678\n", "12345678\n"},
		"back from the end of a row":    {4, "1234\r5\n", "1234\n5234\n"},
		"up in a broken line":           {4, "12345678\x1b[A\x1b[Dx\n", "12x45678\n"},
		"up to another line":            {80, "one\ntwo\x1b[Athree\n", "one\ntwo\nthree\n"},
		"tabs":                          {80, "a\tb\n", "a       b\n"},
	} {
		assert.Equal(t, c.want, shown(c.width, c.text), name)
		assert.Equal(t, c.want, shown(c.width, strings.Split(c.text, "")...), name+", letter by letter")
	}
	assert.Equal(t, "é\n", shown(80, "\xc3", "\xa9"), "a letter in two events")
}

func TestNotClaimed(t *testing.T) {
	for _, head := range []string{"", "{}", `{"version":2}`, `{"version":2,"width":80,"height":24}`, `{"version":"3","term":"x"}`, "Script start", "[1, 2]"} {
		assert.False(t, newCast().Claims([]byte(head)), head)
		assert.False(t, newTypescript().Claims([]byte(head)), head)
	}
}

func TestDamagedEventsAreSaid(t *testing.T) {
	r, err := extracttest.Extract(t, []byte(cast("whole\r\n")+`[3, "o", "cu`), All()...)
	require.Error(t, err)
	assert.Contains(t, r.All(), "whole")
}

func FuzzTerminal(f *testing.F) {
	for _, s := range []string{cast("1\x1b[A", "2\r\x1b[K\b3"), old, newest, script, cast("\x1b]x\x07\x1b[5@\x1b[3P\x1b[9999C.")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, e := range All() {
			extracttest.Fuzz(t, e, content, All()...)
		}
		if utf8.Valid(content) { // where an event ends says nothing
			whole := shown(10, string(content))
			if cut := shown(10, strings.Split(string(content), "")...); cut != whole {
				t.Fatalf("%q in one event, %q letter by letter", whole, cut)
			}
		}
	})
}

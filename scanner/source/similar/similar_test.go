package similar

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNear(t *testing.T) {
	text := strings.Repeat("a line that stays\n", 8)
	for name, want := range map[string]struct {
		a, b string
		near int
	}{
		"the same":           {text, text, 100},
		"a line more":        {text, text + "one more of them\n", 89},
		"half of it":         {text, text + text, 50},
		"less than half":     {text, text + text + text, 0},
		"another":            {text, strings.ReplaceAll(text, "line", "lime"), 0},
		"nothing":            {"", "", 0},
		"how often counts":   {strings.Repeat("x\n", 100), "x\n" + strings.Repeat("y\n", 99), 0},
		"in any order":       {"one\ntwo\n", "two\none\n", 100},
		"nothing in the old": {"", text, 0},
	} {
		assert.Equal(t, want.near, Of([]byte(want.a)).Near(Of([]byte(want.b))), name)
		assert.Equal(t, want.near, Of([]byte(want.b)).Near(Of([]byte(want.a))), name)
	}
}

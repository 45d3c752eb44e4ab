package gitleaksrules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Structure that the TOML library would take gigabytes or the stack for is
// refused; what looks like it in strings and comments is not.
func TestLoadReadsNoDeepStructure(t *testing.T) {
	const rule = "[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n"
	brackets, dots := strings.Repeat("[", 1000), strings.Repeat("a.", 1000)+"a"
	for name, c := range map[string]struct {
		text string
		line string // "" if it is none to refuse
	}{
		"arrays":                   {"\nx = " + brackets, "2"},
		"arrays over lines":        {"x = " + strings.Repeat("[\n", 1000), "9"},
		"inline tables":            {"x = " + strings.Repeat("{x=", 1000), "1"},
		"dotted key":               {dots + " = 1", "1"},
		"table of a dotted name":   {"[" + dots + "]", "1"},
		"tables of a dotted name":  {"[[ " + dots + "]]", "1"},
		"long key":                 {strings.Repeat("a", 1000) + " = 1", "1"},
		"long quoted key":          {`"` + strings.Repeat("a", 1000) + `" = 1`, "1"},
		"long name of a table":     {`["` + strings.Repeat("a", 1000) + `"]`, "1"},
		"long key of inline table": {`x = { y = 1, ` + strings.Repeat("a", 1000) + ` = 1 }`, "1"},
		"behind a string":          {`x = """a\""" b"""""` + "\ny = '''a\\''''\nz = " + brackets, "3"},
		"basic string":             {`x = "\"` + brackets + dots + `"`, ""},
		"literal string":           {`x = '` + brackets + dots + `\'`, ""},
		"long strings":             {"x = '''\n" + brackets + dots + "\n''" + brackets + "'''\ny = \"\"\"\n" + brackets + "\"\"\"\"\"", ""},
		"comment":                  {"# it's " + brackets + dots, ""},
		"long array":               {"x = [" + strings.Repeat("1.5, ", 1000) + "]", ""},
		"long array of strings":    {"x = [" + strings.Repeat("'a.b', ", 1000) + "]", ""},
		"list of inline tables":    {"x = [" + strings.Repeat("{ y = [1, 2] },\n", 1000) + "]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, "rules.toml", c.text+"\n"+rule), noneTaken)
			if c.line == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "rules.toml:"+c.line+": nested deeper than 8 levels, or a key longer than 128 bytes")
		})
	}
}

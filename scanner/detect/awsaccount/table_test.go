package awsaccount

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHeadingIsThatOfTheDigitsColumn(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"rows joined by commas":           {"name,account,upc\na,b,c\nx,", ",1\n", "account"},
		"a comma within quotes":           {`"a, b",account` + "\n" + `"x, y",`, "\n", "account"},
		"a Markdown table":                {"| a | AWS account |\n|---|---|\n| x | ", " |", "AWS account"},
		"a Markdown table without edges":  {"a | AWS account\n--- | ---\nx | ", "", "AWS account"},
		"a grid":                          {"+---+---+\n| a | b |\n+===+===+\n| x | ", " |\n+---+---+", "b"},
		"a box":                           {"┌──┬──┐\n│ a │ b │\n├──┼──┤\n│ é │ ", " │", "b"},
		"columns that stand in line":      {"NAME     ACCOUNT ID      AGE\nlonger   ", "    1d\n", "ACCOUNT ID"},
		"columns behind letters of two":   {"NAME   ACCOUNT\nééé    ", "\n", "ACCOUNT"},
		"cells on lines of their own":     {"|===\n|a |b\n\n|x\n|", "\n|===", "b"},
		"columns that are declared":       {"[cols=\"1,2,1\"]\n|===\n|a\n|b\n|c\n\n|x\n|", "\n|1\n|===", "b"},
		"columns that are repeated":       {"[%header,cols=2*]\n|===\n|a\n|b\n|x\n|", "\n|===", "b"},
		"a list of lists":                 {".. list-table::\n\n   * - a\n     - b\n   * - x\n     - ", "\n", "b"},
		"tags":                            {"<table><tr><th>a</th><th>b</th></tr><tr><td>x</td><td>", "</td></tr></table>", "b"},
		"tags in capitals":                {"<TABLE><TR><TH>a<TH>b\n<TR><TD>x<TD>", "</TABLE>", "b"},
		"a heading over two columns":      {"<table><tr><th colspan=\"2\">a</th><th>b</th></tr><tr><td>x</td><td>y</td><td>", "</td></tr></table>", "b"},
		"a cell that goes on from above":  {"<table><tr><th>a</th><th>b</th></tr><tr><td rowspan=2>x</td><td>y</td></tr><tr><td>", "</td></tr></table>", "b"},
		"an INSERT":                       {"INSERT INTO t (a, `b`) VALUES ('x (1', 'y'), ('it''s', '", "');", "`b`"},
		"an INSERT below its table":       {"CREATE TABLE `t` (\n  `a` decimal(5,2),\n  `b` char(12) NOT NULL,\n  PRIMARY KEY (`a`)\n);\nINSERT INTO `t` VALUES (1,'", "');", "`b`"},
		"a COPY":                          {"COPY t (a, b) FROM stdin;\n1\t2\nx\t", "\n", "b"},
		"a wiki's headings":               {"||a||b||\n|x|", "|\n", "b"},
		"no table: keys of a document":    {"{\n  \"MessageId\": 1,\n  \"SenderId\": \"", "\",\n", ""},
		"no table: calls":                 {"m.capacity(1, 2);\nm.insert(\"a\", \"", "\");\n", ""},
		"no table: behind it":             {"<table><tr><th>b</th></tr><tr><td>x</td></tr></table> ", "", ""},
		"no table: a title above columns": {"Accounts\nx      ", "  y\n", ""},
	} {
		h, _ := headingOf(placeIn(c.before, c.after))
		assert.Equal(t, c.want, string(h.text), name)
	}
}

func TestHeadingsOfATableAreReadTogether(t *testing.T) {
	of := func(head string) reading {
		h, _ := headingOf(placeIn("| "+head+" |\n|---|---|\n| ", " | x |"))
		return h.reading()
	}
	assert.True(t, of("ID | Account").id, "the ID of what stands beside it")
	assert.Equal(t, neutral, of("ID | Account ID").kind)
	assert.Equal(t, thing, of("Order | Account").kind)
}

func TestLabelIsTheShortLineAbove(t *testing.T) {
	for before, want := range map[string]string{
		"AWS account ID\n":                             "AWS account ID",
		"AWS account ID:\n\n":                          "AWS account ID",
		"**Account**\n`":                               "Account",
		"Account\n=======\n\n":                         "Account",
		"<dl><dt>Order</dt>\n<dt>Account</dt>\n  <dd>": "Account",
		"<p>Order</p><p>Account<br>\n<b>":              "Account",
		"Accounts\n" + "8361" + "94027519\n- 8361-" + "9402-7511 (dev)\n- ": "Accounts",
		`a [label="Account\n`:       "Account",
		"Account\nsomething else\n": "something else",
		"Account: none\n":           "",
		"This is about your account, and then about others.\n": "",
		"account = [\n  ":     "",
		"Account\n\n\n\n\n\n": "",
		"Account\nName x ":    "",
	} {
		assert.Equal(t, want, string(labelAbove(placeIn(before, "\n"))), before)
	}
	assert.Empty(t, labelAbove(placeIn("Account\n", " is what we were told by all of them\n")))
}

// TestColumnsOfLongTables holds tables to the bounds under which they are read.
func TestColumnsOfLongTables(t *testing.T) {
	rows := func(n int, row string) string { return strings.Repeat(row, n) }
	for name, text := range map[string]string{
		"walls":   "a | b\n" + rows(200, "x | y\n") + "x | ",
		"tags":    "<table><tr><th>a</th><th>b</th></tr>" + rows(150, "<tr><td>x</td><td>y</td></tr>\n") + "<tr><td>x</td><td>",
		"cells":   "|===\n|a |b\n\n" + rows(90, "|x\n|y\n\n") + "|x\n|",
		"columns": "A         B\n" + rows(200, "x         y\n") + "x         ",
	} {
		h, ok := headingOf(placeIn(text, "\n"))
		assert.True(t, ok, name)
		assert.Equal(t, "b", strings.ToLower(string(h.text)), name)
	}
	wide := strings.Repeat("| x ", 3*maxColumns) + "|\n"
	_, ok := headingOf(placeIn(wide+fmt.Sprintf("|---|\n%s", strings.Repeat("| y ", 2*maxColumns)), strings.Repeat(" | z", maxColumns)+" |"))
	assert.False(t, ok, "more columns than are read")
}

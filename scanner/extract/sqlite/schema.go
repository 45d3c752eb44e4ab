package sqlite

import (
	"strconv"
	"strings"
)

// table is what the definition of a table says of its rows.
type table struct {
	names []string // of the columns, in the order in which they are stored
	alias int      // the column that is another name of the rowid, and is not stored; or -1
}

// name returns the name of a column. Rows may have more than the definition.
func (t table) name(i int) string {
	if i < len(t.names) {
		return t.names[i]
	}
	return "column" + strconv.Itoa(i+1)
}

// parseTable reads a CREATE TABLE as far as it concerns names: the first words of
// what stands between commas. Without rowids, the columns of the primary key are
// stored first.
func parseTable(sql string) table {
	t := table{alias: -1}
	var key []string
	definitions, options := split(sql)
	for _, words := range definitions {
		if len(words) == 0 {
			continue
		}
		if constraint[strings.ToUpper(words[0])] {
			if k := keyOf(words); k != nil {
				key = k
			}
			continue
		}
		name := unquote(words[0])
		if i := indexFold(words, "PRIMARY"); i > 0 {
			key = []string{name}
			if i == 2 && strings.EqualFold(words[1], "INTEGER") {
				t.alias = len(t.names)
			}
		}
		t.names = append(t.names, clean(name))
	}
	if indexFold(options, "WITHOUT") >= 0 {
		t.alias = -1
		t.names = keyFirst(t.names, key)
	} else if t.alias < 0 && len(key) == 1 {
		t.alias = aliasByConstraint(t.names, key[0], definitions)
	}
	return t
}

// constraint are the words that begin a definition which is no column.
var constraint = map[string]bool{"CONSTRAINT": true, "PRIMARY": true, "UNIQUE": true, "CHECK": true, "FOREIGN": true}

// keyOf returns the columns of a PRIMARY KEY (a, b).
func keyOf(words []string) []string {
	i := indexFold(words, "PRIMARY")
	if i < 0 {
		return nil
	}
	var key []string
	for j, w := range words[i:] {
		if j > 2 && w != "(" && w != ")" && (words[i+j-1] == "(" || words[i+j-1] == ",") {
			key = append(key, unquote(w))
		}
	}
	return key
}

// aliasByConstraint returns the column of type INTEGER that a constraint makes
// the primary key, or -1.
func aliasByConstraint(names []string, key string, definitions [][]string) int {
	for i, words := range definitions {
		if i < len(names) && len(words) > 1 && strings.EqualFold(unquote(words[0]), key) && strings.EqualFold(words[1], "INTEGER") {
			return i
		}
	}
	return -1
}

func keyFirst(names, key []string) []string {
	var first, rest []string
	first = append(first, key...)
	for _, n := range names {
		if indexFold(key, n) < 0 {
			rest = append(rest, n)
		}
	}
	return append(first, rest...)
}

func indexFold(words []string, word string) int {
	for i, w := range words {
		if strings.EqualFold(w, word) {
			return i
		}
	}
	return -1
}

// split returns the words of each definition between the outer parentheses, and
// those behind them. Parentheses and commas further in are words.
func split(sql string) (definitions [][]string, options []string) {
	depth, now := 0, []string(nil)
	for sql != "" {
		var word string
		word, sql = nextWord(sql)
		switch {
		case word == "":
		case word == "(" && depth == 0:
			depth++
			now = nil
		case word == ")" && depth == 1:
			depth--
			definitions = append(definitions, now)
			now = nil
		case word == "," && depth == 1:
			definitions = append(definitions, now)
			now = nil
		default:
			switch word {
			case "(":
				depth++
			case ")":
				depth = max(0, depth-1)
			}
			now = append(now, word)
		}
	}
	return definitions, now
}

// closing are the characters that end what others begin.
var closing = map[byte]string{'"': `"`, '\'': `'`, '`': "`", '[': "]"}

// nextWord returns the first word, or "" for space and comments.
func nextWord(sql string) (word, rest string) {
	c := sql[0]
	switch {
	case strings.HasPrefix(sql, "--"):
		_, rest, _ = strings.Cut(sql, "\n")
		return "", rest
	case strings.HasPrefix(sql, "/*"):
		_, rest, _ = strings.Cut(sql[2:], "*/")
		return "", rest
	case c <= ' ':
		return "", sql[1:]
	case closing[c] != "":
		end := strings.Index(sql[1:], closing[c])
		if end < 0 {
			return sql, ""
		}
		return sql[:end+2], sql[end+2:]
	case c == '(' || c == ')' || c == ',':
		return sql[:1], sql[1:]
	}
	end := strings.IndexAny(sql, " \t\r\n(),\"'`[")
	if end < 1 {
		end = len(sql)
	}
	return sql[:end], sql[end:]
}

func unquote(word string) string {
	if n := len(word); n >= 2 && closing[word[0]] == word[n-1:] {
		return word[1 : n-1]
	}
	return word
}

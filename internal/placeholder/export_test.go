package placeholder

import "strings"

// Rows returns the words of the table, with what they do.
func Rows() [][2]string {
	var rows [][2]string
	for line := range strings.Lines(wordTable) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); !strings.HasPrefix(line, "#") {
			for use := range strings.SplitSeq(f[1], ",") {
				rows = append(rows, [2]string{f[0], use})
			}
		}
	}
	return rows
}

// Reasons returns the reasons for the words of the table.
func Reasons() map[string]string {
	reasons := map[string]string{}
	for line := range strings.Lines(wordTable) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); !strings.HasPrefix(line, "#") && len(f) == 3 {
			reasons[f[0]] = f[2]
		}
	}
	return reasons
}

// Without judges without a use of a word until what it returns is called.
func Without(word, use string) (restore func()) {
	v := readVocabulary(wordTable)
	v.uses[word] &^= uses[use]
	if use == "inside" {
		for i, w := range v.inside {
			if string(w) == word {
				v.inside = append(v.inside[:i:i], v.inside[i+1:]...)
				break
			}
		}
	}
	words = func() *vocabulary { return v }
	return func() { words = vocabularyOf }
}

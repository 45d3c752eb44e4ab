package placeholder

import (
	"bytes"
	_ "embed" // the table of words
	"strings"
	"sync"
)

// use is what a word does for a value that holds it.
type use uint8

const (
	inside   use = 1 << iota // a random value does not hold it
	standsIn                 // says that a phrase stands in for a value
	names                    // names the thing itself
	plain                    // says nothing by itself
	ofPhrase = standsIn | names | plain
)

var uses = map[string]use{"inside": inside, "stands-in": standsIn, "names": names, "plain": plain}

// wordTable has one word per line: word, what it does (see uses), joined by commas, and the
// reason why it is there, separated by tabs.
//
//go:embed words.tsv
var wordTable string

// vocabulary is the table, ready to be asked.
type vocabulary struct {
	uses    map[string]use
	inside  [][]byte
	longest int
}

var vocabularyOf = sync.OnceValue(func() *vocabulary { return readVocabulary(wordTable) })

func readVocabulary(table string) *vocabulary {
	v := &vocabulary{uses: map[string]use{}}
	for line := range strings.Lines(table) {
		word, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		does, _, _ := strings.Cut(rest, "\t")
		for name := range strings.SplitSeq(does, ",") {
			v.uses[word] |= uses[name]
		}
		if v.uses[word]&inside != 0 {
			v.inside = append(v.inside, []byte(word))
		}
		v.longest = max(v.longest, len(word))
	}
	return v
}

// words is the vocabulary in use; tests change it.
var words = vocabularyOf

// longValue is the length from which a short word stands in a value by chance too often: a
// given one of four letters stands in forty random letters and digits, in any case, once in
// thirty thousand values.
const (
	longValue = 64
	shortWord = 5
)

// holdsWord reports whether a word stands in a value, in lower case, that none holds by
// chance.
func holdsWord(s []byte) bool {
	for _, word := range words().inside {
		if (len(s) <= longValue || len(word) > shortWord) && bytes.Contains(s, word) {
			return true
		}
	}
	return false
}

package token

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// keyed finds a value without a form of its own behind a name that says what it
// is: DATADOG_API_KEY=…, "datadogApiKey": "…", name: DATADOG_API_KEY / value: ….
type keyed struct {
	names   []string // part of the name, in lower case, any of them
	purpose []string // part of the name too, without separators; nil for the usual ones
	value   string   // RE2 pattern
	public  []string // words in lower case, of which one in the value's URL says that it opens little
	same    int      // how many bytes at the front are the same in all values
	near    []string // words in lower case, one of which stands near, for a name that others use
	marked  bool     // the value's form tells it: it may stand anywhere behind the name on its line
	mixed   bool     // the value has letters of both cases and digits
	what    string   // "API key"
}

// usualPurposes are the words by which a name says that it holds a secret.
var usualPurposes = []string{"token", "secret", "apikey", "appkey", "accesskey", "authkey", "password", "licensekey", "pat"}

func (k *keyed) purposes() []string {
	if k.purpose != nil {
		return k.purpose
	}
	return usualPurposes
}

// spellings are the names as languages and formats write them: with underscores, hyphens,
// dots or nothing between their words.
func (k *keyed) spellings() []string {
	var all []string
	for _, name := range k.names {
		for _, between := range []string{"_", "-", ".", ""} {
			if s := strings.ReplaceAll(name, "_", between); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

func (k keyed) compile() matcher {
	return &keyedMatcher{k, lazily(k.value)}
}

type keyedMatcher struct {
	keyed
	pattern func() *regexp.Regexp
}

func (k *keyedMatcher) match(w *detect.Window) (detect.Match, bool) {
	w.Look(maxName+1+len(k.public)*maxAddress, maxName+1)
	nameStart, nameEnd := name(w.Text, w.Start, w.End)
	fits := k.fits(string(w.Text[nameStart:nameEnd]))
	if fits {
		w.Look(0, nameEnd-w.End+notation.Reach)
		if v, ok := notation.ValueOf(w.Text, nameEnd); ok {
			if v.Call && k.keyed.value == uuid && lookedUp(w.Text[:v.Start]) {
				return detect.Match{}, false
			}
			return k.value(w, nameStart, nameEnd, v.Start)
		}
	}
	switch {
	case k.marked:
		return k.onLine(w, nameStart, nameEnd)
	case fits:
		return detect.Match{}, false
	case configuration(w.Text[w.End:nameEnd]):
		return k.beforeFile(w, nameStart)
	}
	return k.nested(w, nameEnd)
}

// lookedUp reports whether what begins behind text is the argument of a function, credentials('…'),
// and not of a type or constructor, SecretStr('…'). A UUID that a function is given is what the
// value is kept under.
func lookedUp(text []byte) bool {
	head := bytes.TrimRight(text, "\"'` ")
	head, ok := bytes.CutSuffix(head, []byte("("))
	if !ok {
		return false
	}
	at := len(head)
	for at > 0 && isWord(head[at-1]) {
		at--
	}
	return at < len(head) && 'a' <= head[at] && head[at] <= 'z'
}

// value decides over the value at text[start] of a name.
func (k *keyedMatcher) value(w *detect.Window, nameStart, nameEnd, start int) (detect.Match, bool) {
	w.Look(0, w.Run(start, longest, ofTokens)-w.End+2)
	found := k.pattern().FindIndex(w.Text[start:min(len(w.Text), start+longest)])
	if found == nil {
		return detect.Match{}, false
	}
	end := start + found[1]
	if !ends(w.Text, end) || placeholder.Random(w.Text[start+k.same:end]) || k.mixed && !notation.Mixed(w.Text[start:end]) {
		return detect.Match{}, false
	}
	if k.keyed.value == uuid && placeholder.Clocked(w.Text[start:end]) {
		return detect.Match{}, false
	}
	m := detect.Match{
		Start: start, End: end, Confidence: 0.85,
		Evidence: []string{
			"value of " + string(w.Text[nameStart:nameEnd]),
			"has the length and alphabet of " + article(k.what),
		},
	}
	if k.shown(w, nameStart, start) {
		m.Severity = finding.Low
		m.Evidence = append(m.Evidence, "stands in the address of a picture, which shows a state and no more")
	}
	if len(k.near) > 0 {
		moved := w.Look(nearBefore+w.Start-start, end-w.End+nearAfter)
		m.Start, m.End = start+moved, end+moved
		word := nearWord(w.Text, m.Start, m.End, k.near)
		if word == "" {
			return detect.Match{}, false
		}
		m.Evidence = append(m.Evidence, word+" stands near it")
	}
	return m, true
}

// maxAddress bounds the address of a picture in front of its parameters.
const maxAddress = 100

// shown reports whether a value is a parameter in the address of a picture, such as a badge in
// a README: tokens for these open nothing else.
func (k *keyedMatcher) shown(w *detect.Window, nameStart, start int) bool {
	if len(k.public) == 0 || start == 0 || w.Text[start-1] != '=' {
		return false
	}
	address := w.Text[:nameStart]
	address = address[bytes.LastIndexAny(address, " \t\n\"'()<>")+1:]
	return notation.Near(address, 0, len(address), 0, k.public...) != ""
}

// lineReach bounds how far behind a name a value with a mark of its own may stand.
const lineReach = 200

// onLine looks for a value whose form tells it behind a name that does not:
// Airtable('base', api_key='pat….…').
func (k *keyedMatcher) onLine(w *detect.Window, nameStart, nameEnd int) (detect.Match, bool) {
	line := w.Text[nameEnd:w.Run(nameEnd, lineReach, ofLine)]
	for i := range line {
		if start := nameEnd + i; i > 0 && !isWord(line[i-1]) && isWord(line[i]) {
			if m, ok := k.value(w, nameStart, nameEnd, start); ok {
				return m, true
			}
		}
	}
	return detect.Match{}, false
}

// configuration reports whether the rest of a name makes it that of a file of settings.
func configuration(rest []byte) bool {
	if len(rest) == 0 || rest[0] != '.' {
		return false
	}
	switch string(rest[1:]) {
	case "yaml", "yml", "conf", "config", "ini", "cfg", "env", "json", "toml", "properties":
		return true
	}
	return false
}

// beforeFile looks for the secret in what a line writes into the provider's file of settings,
// or replaces in it:
//
//	sed -i 's/api_key:.*/api_key: …/' /etc/datadog-agent/datadog.yaml
func (k *keyedMatcher) beforeFile(w *detect.Window, fileStart int) (detect.Match, bool) {
	moved := w.Look(w.Start-fileStart+maxName+lineReach, 0)
	fileStart += moved
	from := max(0, fileStart-lineReach)
	from += bytes.LastIndexByte(w.Text[from:fileStart], '\n') + 1
	for at := from; at < fileStart; {
		if !isWord(w.Text[at]) {
			at++
			continue
		}
		end := at
		for end < fileStart && (isWord(w.Text[end]) || w.Text[end] == '-' || w.Text[end] == '.') {
			end++
		}
		if k.fits(string(w.Text[at:end])) {
			if v, ok := notation.ValueOf(w.Text, end); ok && v.Start < fileStart {
				if m, ok := k.value(w, at, end, v.Start); ok {
					m.Evidence = append(m.Evidence, "is written into the provider's file of settings")
					return m, true
				}
			}
		}
		at = end
	}
	return detect.Match{}, false
}

var ofLine = detect.BytesOf(func(c byte) bool { return c != '\n' })

// Bounds on the block under a name.
const (
	blockReach = 600
	blockLines = 16
)

// nested looks for the secret in the block, or among the arguments, that a
// name heads which begins with the provider's:
//
//	datadog:            [datadog]              "datadog": {          ElevenLabs(api_key="…")
//	  apiKey: …         api_key = …              "apiKey": "…"
func (k *keyedMatcher) nested(w *detect.Window, nameEnd int) (detect.Match, bool) {
	nameStart := w.Start
	if nameStart > 0 && isWord(w.Text[nameStart-1]) {
		return detect.Match{}, false
	}
	w.Look(0, nameEnd-w.End+maxName)
	body, indented, ok := notation.BlockUnder(w.Text, nameEnd)
	if !ok {
		return detect.Match{}, false
	}
	w.Look(0, body-w.End+blockReach+longest)
	at, limit := body, min(len(w.Text), body+blockReach)
	for range blockLines {
		if indented && at < limit && w.Text[at] != ' ' && w.Text[at] != '\t' {
			break
		}
		keyStart := at
		for keyStart < limit && bytes.IndexByte([]byte(" \t\"'-,"), w.Text[keyStart]) >= 0 {
			keyStart++
		}
		keyEnd := keyStart
		for keyEnd < limit && (isWord(w.Text[keyEnd]) || w.Text[keyEnd] == '-' || w.Text[keyEnd] == '.') {
			keyEnd++
		}
		if keyEnd > keyStart && k.fits(string(w.Text[keyStart:keyEnd])) {
			if v, ok := notation.ValueOf(w.Text, keyEnd); ok {
				if m, ok := k.value(w, keyStart, keyEnd, v.Start); ok {
					m.Evidence = append(m.Evidence, "stands under "+string(w.Text[nameStart:nameEnd]))
					return m, true
				}
			}
		}
		next := bytes.IndexAny(w.Text[at:limit], "\n,})")
		if next < 0 || w.Text[at+next] == '}' || w.Text[at+next] == ')' {
			break
		}
		ended := w.Text[at+next] == '\n'
		at += next + 1
		if at < limit && (w.Text[at] == '[' || ended && w.Text[at] == '\n') {
			break // the next section
		}
	}
	return detect.Match{}, false
}

// notValues end a name that speaks of a secret without holding it.
var notValues = []string{"name", "id", "arn", "path", "file", "url", "uri", "hash", "digest", "ref", "version", "type", "sha", "md5", "length", "env", "variable", "header", "accessor"}

// fits reports whether a name says that it holds the secret.
func (k *keyedMatcher) fits(name string) bool {
	name = plain(name)
	for _, suffix := range notValues {
		if strings.HasSuffix(name, suffix) {
			return false
		}
	}
	for _, purpose := range k.purposes() {
		if strings.Contains(name, purpose) {
			return true
		}
	}
	return false
}

var separators = strings.NewReplacer("_", "", "-", "", ".", "")

// plain is a name in lower case and without separators.
func plain(name string) string { return separators.Replace(strings.ToLower(name)) }

// maxName bounds how far a name reaches on either side of its trigger.
const maxName = 48

// name returns the bounds of the name that holds text[start:end].
func name(text []byte, start, end int) (int, int) {
	part := func(c byte) bool { return isWord(c) || c == '-' || c == '.' }
	lo, hi := max(0, start-maxName), min(len(text), end+maxName)
	for start > lo && part(text[start-1]) {
		start--
	}
	for end < hi && part(text[end]) {
		end++
	}
	return start, end
}

package mend

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/filterrepo"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// History is what takes values out of a history, and what of them it does not reach.
type History struct {
	Expressions []filterrepo.Expression
	Unreached   []Unreached
}

// Unreached is where values stay although the expressions are applied to the contents of
// files, and what reaches them.
type Unreached struct {
	Where  string   // what they stand in: "commit messages"
	By     string   // what to do about it
	Values int      // how many
	Places []string // some of the places, in order
}

// maxPlaces bounds the places that are named.
const maxPlaces = 5

// places where a rewrite of texts does not reach, in the order in which they are reported.
type reach int

const (
	messages reach = iota
	people
	names
	documents
	binaries
	short
)

var reaches = map[reach]struct{ where, by string }{
	messages:  {"messages of commits and tags", "give the same file to --replace-message, too"},
	people:    {"names and addresses of authors", "rewrite them by --mailmap"},
	names:     {"names of files, branches and tags", "rename them: --path-rename, --tag-rename, git branch -m"},
	documents: {"documents, and what is encoded", "take the files out: --path FILE --invert-paths"},
	binaries:  {"files with a NUL in them", "they are not rewritten; take them out: --path FILE --invert-paths"},
	short:     {"values too short to be replaced wherever they stand", "rotate them; write an expression with what stands around it"},
}

// Purge works out expressions for all findings of a scan with values and forms.
func Purge(findings []*finding.Finding, placeholders Placeholders) *History {
	h := &History{}
	left := map[reach]map[string]bool{} // values
	where := map[reach][]string{}
	leave := func(r reach, value, place string) {
		if left[r] == nil {
			left[r] = map[string]bool{}
		}
		left[r][value] = true
		where[r] = append(where[r], place)
	}
	for _, f := range findings {
		value := f.Secret.Reveal()
		for i := range f.Sightings {
			s := &f.Sightings[i]
			if r, ok := beyond(s); ok {
				leave(r, value, cmp.Or(s.Path, s.Place))
			}
		}
		for _, form := range f.Forms {
			text := form.Text.Reveal()
			e := filterrepo.Expression{Value: text}
			if id := placeholders[value]; id != "" {
				e.Instead, _ = inFormOf(text, id)
			}
			_, err := e.Line()
			switch {
			case form.Binary || errors.Is(err, filterrepo.ErrNUL):
				leave(binaries, value, pathOf(f))
			case err != nil:
				leave(short, value, pathOf(f))
			}
			if err == nil { // the value may stand in texts as well
				h.Expressions = append(h.Expressions, e)
			}
		}
	}
	for r := messages; r <= short; r++ {
		if len(left[r]) > 0 {
			places := where[r]
			slices.Sort(places)
			places = slices.Compact(places)
			h.Unreached = append(h.Unreached, Unreached{reaches[r].where, reaches[r].by, len(left[r]), places[:min(len(places), maxPlaces)]})
		}
	}
	return h
}

// beyond says whether a place is beyond a rewrite of texts.
func beyond(s *finding.Sighting) (reach, bool) {
	switch {
	case s.Extracted:
		return documents, true
	case strings.HasSuffix(s.Place, "message"):
		return messages, true
	case s.Line == 0:
		return names, true
	case s.Path == "" && slices.Contains([]string{"author", "committer", "tagger"}, s.Place):
		return people, true
	}
	return 0, false
}

// pathOf returns the first place of a finding.
func pathOf(f *finding.Finding) string {
	if len(f.Sightings) == 0 {
		return ""
	}
	return cmp.Or(f.Sightings[0].Path, f.Sightings[0].Place)
}

package git

import (
	"io"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// nameID begins the IDs of contents that are names: a path behind a slash, or a ref.
const nameID = "name:"

// maxNames bounds the names that are handed over: hardly any name holds an identifier.
const maxNames = 1 << 18

// nameBook is the names that were handed over, each once.
type nameBook struct {
	mu     sync.Mutex
	places map[source.ID]source.Place
}

// path hands over the name of a file or a folder.
func (s *Source) path(v source.Visitor, path string, folder bool, at source.Place) {
	if !s.options.Filter.Match(path) {
		return
	}
	at.Path, at.What = path, "file name"
	if folder {
		at.What = "folder name"
	}
	s.name(v, nameID+"/"+path, path, at)
}

// refs hands over the names of refs that are worth looking at.
func (s *Source) refs(v source.Visitor, roots []gitdir.Root, worth func([]byte) bool) {
	for _, r := range roots {
		if r.Log || r.Fleeting || !s.options.Filter.Match("") || !worth([]byte(r.Name)) {
			continue
		}
		short, what := r.Name, "ref"
		for prefix, sort := range map[string]string{"refs/heads/": "branch", "refs/tags/": "tag", "refs/remotes/": "remote branch"} {
			if rest, ok := strings.CutPrefix(r.Name, prefix); ok {
				short, what = rest, sort
			}
		}
		s.name(v, nameID+r.Name, short, source.Place{What: what + " " + short, Layer: finding.History})
	}
}

func (s *Source) name(v source.Visitor, id, text string, at source.Place) {
	at.ID, at.Name = source.ID(id), true
	s.book.mu.Lock()
	_, known := s.book.places[at.ID]
	full := !known && len(s.book.places) >= maxNames
	if !known && !full {
		if s.book.places == nil {
			s.book.places = map[source.ID]source.Place{}
		}
		s.book.places[at.ID] = at
	}
	s.book.mu.Unlock()
	if full {
		v.Unexamined(".git", finding.OverBudget.Because("more than %d names of refs, files and folders with digits or keys: the rest of them is not looked at", maxNames))
		return
	}
	if !known {
		v.Blob(&source.Blob{ID: at.ID, Path: at.Path, Size: int64(len(text)), Data: []byte(text)})
	}
}

// named takes the names out of contents that are to be located.
func (s *Source) named(ids map[source.ID]bool) (rest map[source.ID]bool, places []source.Place) {
	rest = make(map[source.ID]bool, len(ids))
	for id := range ids {
		if p, ok := s.book.places[id]; ok {
			places = append(places, p)
		} else {
			rest[id] = true
		}
	}
	return rest, places
}

func (s *Source) openName(id source.ID) (io.ReadCloser, bool) {
	if _, ok := s.book.places[id]; !ok {
		return nil, false
	}
	text := strings.TrimPrefix(string(id), nameID)
	if path, ok := strings.CutPrefix(text, "/"); ok {
		return io.NopCloser(strings.NewReader(path)), true
	}
	for _, prefix := range []string{"refs/heads/", "refs/tags/", "refs/remotes/"} {
		text = strings.TrimPrefix(text, prefix)
	}
	return io.NopCloser(strings.NewReader(text)), true
}

package git

import (
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/history"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// nestedMark parts the prefix of a nested repository from an ID of its own.
const nestedMark = "\x00"

// prefixed passes on what a nested repository tells.
type prefixed struct {
	source.Visitor
	prefix string
	filter *source.Filter
}

// Blob implements [source.Visitor].
func (p prefixed) Blob(b *source.Blob) {
	if b.Path != "" && !p.filter.Match(p.prefix+b.Path) {
		return
	}
	c := *b
	c.ID = source.ID(p.prefix) + nestedMark + b.ID
	if b.Path != "" {
		c.Path = p.prefix + b.Path
	}
	p.Visitor.Blob(&c)
	b.Trace = c.Trace
}

// Unexamined implements [source.Visitor].
func (p prefixed) Unexamined(path string, why finding.Reason) {
	if p.filter.Match(p.prefix + path) {
		p.Visitor.Unexamined(p.prefix+path, why)
	}
}

// unseen passes on only what history has not examined.
type unseen struct {
	source.Visitor
	history *history.Source
}

// Blob implements [source.Visitor].
func (u unseen) Blob(b *source.Blob) {
	if id, ok := objects.ParseID(string(b.ID)); !ok || !u.history.Examined(id) {
		u.Visitor.Blob(b)
	}
}

// without leaves out certain contents.
type without struct {
	source.Visitor
	ids map[source.ID]bool
}

// Blob implements [source.Visitor].
func (w without) Blob(b *source.Blob) {
	if !w.ids[b.ID] {
		w.Visitor.Blob(b)
	}
}

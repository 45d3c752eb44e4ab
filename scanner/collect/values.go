package collect

import (
	"slices"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Key is what makes two hits the same finding.
type Key struct {
	Rule *finding.Rule
	Text string
}

// Value is a rule's value and every occurrence of it.
type Value struct {
	Key
	Best        detect.Match // the most confident hit, without its place
	Occurrences []Occurrence
	Allowed     int // occurrences that a mark in the text allows; they are not among the others
}

// Occurrence is where a value stands in a content. It is kept small: a value in ten
// thousand versions of a file has ten thousand of them until the newest are chosen. For
// a content that was scanned by what is new in it, the line is found out only then.
type Occurrence struct {
	Content           int32 // see [Collection.Content]
	Line, Column, End int32 // 1-based; 0 if not known yet
	Offset            int64 // in bytes
	Length            int32
	Percent           uint8   // confidence
	In                *Within // nil unless it stands in a document

	Exempt func(path, commit string) bool // see detect.Match; nil for nearly all
}

func (c *Collection) keep(id source.ID, hits []hit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	content := int32(len(c.contents))
	c.contents = append(c.contents, id)
	for _, h := range hits {
		key := Key{h.Rule, h.Value}
		v := c.values[key]
		if h.Confidence < detect.Report && !c.remember(v) {
			continue
		}
		if v == nil {
			v = &Value{Key: key}
			c.values[key] = v
		}
		if h.Allowed && !c.noMarks {
			v.Allowed++
			continue
		}
		if h.Allowed {
			h.Evidence = append(slices.Clone(h.Evidence), "a mark in the text allows it, and is not obeyed here")
		}
		if v.Best.Rule == nil || h.Surer(&v.Best) {
			v.Best = h.Match
		}
		v.Occurrences = append(v.Occurrences, occurrenceOf(content, &h))
	}
}

func occurrenceOf(content int32, h *hit) Occurrence {
	return Occurrence{
		Content: content,
		Line:    int32(h.Line), Column: int32(h.Column), End: int32(h.EndColumn),
		Offset: h.Offset, Length: int32(h.End - h.Start),
		Percent: uint8(100 * h.Confidence),
		In:      h.in,
		Exempt:  h.Exempt,
	}
}

// remember decides whether a weak hit is kept: always for a value that is found
// with confidence already, else while there is room.
func (c *Collection) remember(v *Value) bool {
	switch {
	case v != nil && v.Best.Confidence >= detect.Report:
		return true
	case c.weak < maxWeak:
		c.weak++
		return true
	}
	c.forgotten++
	return false
}

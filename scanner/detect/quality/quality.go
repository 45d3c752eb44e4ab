// Package quality measures how well detectors do on a labelled corpus:
// precision, the share of what they report that is right, and recall, the share
// of what is there that they report.
//
// A corpus is a folder of texts as they occur in repositories, in the notation
// of package example: «shape» marks what must be found, ‹shape› what must not,
// and everything else in the text must not be found either. Every text is
// expanded with several seeds, so that no result hangs on one lucky value.
package quality

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Corpus is the labelled texts of one family of detectors.
type Corpus struct {
	Files fs.FS                         // one file per text, in the notation of package example
	Set   *detect.Set                   // the detectors to measure
	Shape map[string]example.Shape      // shapes beside the built-in ones
	Rule  map[string]string             // which rule must find a shape, with its argument or without; nil where the family has one rule
	Seeds int                           // expansions per text
	Same  func(found, want string) bool // whether a reported value is a marked one; nil: equal but for dashes and spaces
}

// Count counts values.
type Count struct{ Right, Wrong, Missed int }

// Precision is Right / (Right + Wrong), 1 where nothing was reported.
func (c Count) Precision() float64 { return share(c.Right, c.Wrong) }

// Recall is Right / (Right + Missed), 1 where nothing was to be found.
func (c Count) Recall() float64 { return share(c.Right, c.Missed) }

// String writes the count as a line of a report has it.
func (c Count) String() string {
	return fmt.Sprintf("%d right, %d wrong, %d missed: precision %.4f, recall %.4f", c.Right, c.Wrong, c.Missed, c.Precision(), c.Recall())
}

func (c *Count) add(other Count) {
	c.Right += other.Right
	c.Wrong += other.Wrong
	c.Missed += other.Missed
}

func share(part, rest int) float64 {
	if part+rest == 0 {
		return 1
	}
	return float64(part) / float64(part+rest)
}

// Counts are counts by rule.
type Counts map[string]Count

func (c Counts) add(rule string, n Count) {
	sum := c[rule]
	sum.add(n)
	c[rule] = sum
}

// Score is the count of one text over all its expansions.
type Score struct {
	File string
	Count
	Rules    Counts
	Mistakes []Mistake // of the first expansion that has any
}

// Mistake is one value that was reported wrongly or not at all.
type Mistake struct {
	Missed     bool
	Rule       string // that reported it
	Line       int    // 1-based
	Text       string // the line
	Confidence float64
	Evidence   []string
}

// Total is the result over a corpus. The macro figures are means over the texts
// that say something: precision over those with a report, recall over those with
// a mark; the micro figures count values.
type Total struct {
	Texts int
	Count
	Rules                       Counts
	MacroPrecision, MacroRecall float64
}

// Sum adds up scores.
func Sum(scores []Score) Total {
	t := Total{Texts: len(scores), Rules: Counts{}}
	var reported, marked int
	for _, s := range scores {
		t.add(s.Count)
		for rule, n := range s.Rules {
			t.Rules.add(rule, n)
		}
		if s.Right+s.Wrong > 0 {
			reported++
			t.MacroPrecision += s.Precision()
		}
		if s.Right+s.Missed > 0 {
			marked++
			t.MacroRecall += s.Recall()
		}
	}
	t.MacroPrecision, t.MacroRecall = mean(t.MacroPrecision, reported), mean(t.MacroRecall, marked)
	return t
}

func mean(sum float64, n int) float64 {
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// Measure scores every text of the corpus, in order of its path.
func Measure(c Corpus) ([]Score, error) {
	var scores []Score
	err := fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(c.Files, name)
		if err != nil {
			return fmt.Errorf("reading corpus: %w", err)
		}
		s := Score{File: path.Clean(name), Rules: Counts{}}
		for seed := range c.Seeds {
			e := example.Expand(string(text), uint64(seed), c.Shape)
			if err := c.labelled(e); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			s.count(c, e)
		}
		scores = append(scores, s)
		return nil
	})
	return scores, err
}

// labelled checks that the marks of a text say which rule they are for.
func (c Corpus) labelled(e example.Expansion) error {
	for _, want := range e.Want {
		if c.Rule != nil && c.rule(want) == "" {
			return fmt.Errorf("no rule is known to find the shape %q", want.Shape)
		}
	}
	return nil
}

// rule is the one that must find a marked value, "" if the corpus does not say.
func (c Corpus) rule(want example.Value) string {
	if rule := c.Rule[want.Shape]; rule != "" {
		return rule
	}
	name, _, _ := strings.Cut(want.Shape, ":")
	return c.Rule[name]
}

// count compares what is reported in one expansion with what is marked in it.
func (s *Score) count(c Corpus, e example.Expansion) {
	hits := reported(c, e.Text)
	var mistakes []Mistake
	for _, want := range e.Want {
		i := slices.IndexFunc(hits, func(h detect.Hit) bool { return c.hit(h, want) })
		if i < 0 {
			s.tally(c.rule(want), Count{Missed: 1})
			mistakes = append(mistakes, mistakeAt(e.Text, want.Start, true))
			continue
		}
		s.tally(hits[i].Rule.ID, Count{Right: 1})
		// What else lies in a value that was found is part of it: the key ID in a
		// pre-signed URL.
		hits = slices.DeleteFunc(slices.Delete(hits, i, i+1), func(h detect.Hit) bool {
			return int(h.Offset) > want.Start && int(h.Offset)+h.End-h.Start < want.End
		})
	}
	for _, h := range hits {
		s.tally(h.Rule.ID, Count{Wrong: 1})
		m := mistakeAt(e.Text, int(h.Offset), false)
		m.Rule, m.Confidence, m.Evidence = h.Rule.ID, h.Confidence, h.Evidence
		mistakes = append(mistakes, m)
	}
	if s.Mistakes == nil {
		slices.SortFunc(mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
		s.Mistakes = mistakes
	}
}

func (s *Score) tally(rule string, n Count) {
	s.add(n)
	s.Rules.add(rule, n)
}

// reported returns what a scan of text alone would report: confident hits, and
// weak ones whose value is confirmed elsewhere in it. Placeholders and accounts
// that are public on purpose are not.
func reported(c Corpus, text string) []detect.Hit {
	var hits []detect.Hit
	confirmed := map[string]bool{}
	c.Set.Scan([]byte(text), detect.Text{}, func(h detect.Hit) {
		if h.Class == finding.Sample || h.Class == finding.Vendor {
			return
		}
		hits = append(hits, h)
		if h.Confidence >= detect.Report {
			confirmed[h.Rule.ID+"\x00"+h.Value] = true
		}
	})
	return slices.DeleteFunc(hits, func(h detect.Hit) bool { return !confirmed[h.Rule.ID+"\x00"+h.Value] })
}

// hit reports whether a report overlaps a marked value, is that value, and comes
// from the rule that should find it.
func (c Corpus) hit(h detect.Hit, want example.Value) bool {
	if c.Rule != nil && c.rule(want) != h.Rule.ID {
		return false
	}
	start := int(h.Offset)
	end := start + h.End - h.Start
	if end <= want.Start || start >= want.End {
		return false
	}
	if c.Same != nil {
		return c.Same(h.Value, want.Text)
	}
	return joined.Replace(h.Value) == joined.Replace(want.Text)
}

var joined = strings.NewReplacer("-", "", " ", "")

func mistakeAt(text string, at int, missed bool) Mistake {
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return Mistake{Missed: missed, Line: strings.Count(text[:at], "\n") + 1, Text: line}
}

package page

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// functions are what templates say things with. Whatever comes from a repository goes
// through text, so that nothing invisible is shown.
var functions = template.FuncMap{
	"text":      report.Printable,
	"day":       day,
	"moment":    moment,
	"thousands": thousands,
	"count":     func(n any, one, many string) string { return report.Count(integer(n), one, many) },
	"link":      outside,
	"state":     stateWord,
	"verdict":   verdictWord,
	"duration":  func(d time.Duration) string { return d.Round(time.Second).String() },
	"percent":   percent,
	"happened":  happened,
}

// happenings are kinds of events in a reader's words; the others say it themselves.
var happenings = map[store.EventKind]string{
	store.Spread: "found in a further repository", store.Withdrew: "gone from a repository, not from all", store.CameBack: "came back",
	store.Expiry: "accepted no longer", store.Triaged: "decided", store.RepositoryGone: "not listed any more", store.RepositoryBack: "listed again",
	store.OutOfScope: "not looked for where it was",
}

func happened(k store.EventKind) string {
	if words, ok := happenings[k]; ok {
		return words
	}
	return string(k)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04") + " UTC"
}

func thousands(n any) string { return report.Thousands(integer(n)) }

func integer(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	return 0
}

// outside returns a link that a host gave, if it is one that a browser may follow.
func outside(text string) string {
	if u, err := url.Parse(text); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return text
	}
	return ""
}

func stateWord(s state.State) string {
	if s == state.FalsePositive {
		return "false positive"
	}
	return string(s)
}

func verdictWord(v store.Verdict) string {
	switch v {
	case store.Whole:
		return "examined whole"
	case store.Part:
		return "examined in part"
	case store.Failed:
		return "not examined"
	}
	return "not examined yet"
}

func percent(part, all int64) string {
	if all == 0 {
		return "0 %"
	}
	return strconv.FormatInt(part*100/all, 10) + " %"
}

// title returns what a rule finds.
func (s *server) title(rule string) string {
	if r := s.rules[rule]; r != nil {
		return r.Title
	}
	return rule
}

// row is a finding in a list.
type row struct {
	store.Finding
	Title   string
	Where   string
	Others  int // more repositories that hold it
	Overdue bool
}

func (s *server) row(f store.Finding, now time.Time) row {
	return row{
		Finding: f, Title: report.Printable(s.title(f.Rule)), Where: place(f.Path, f.Line), Others: max(0, f.Repositories-1),
		Overdue: !f.DueAt.IsZero() && f.DueAt.Before(now) && unsettled(f.State),
	}
}

func (s *server) listed(all []store.Finding) []row {
	now := s.Clock.Now()
	rows := make([]row, len(all))
	for i, f := range all {
		rows[i] = s.row(f, now)
	}
	return rows
}

func unsettled(s state.State) bool {
	return s == state.New || s == state.Open || s == state.Reappeared
}

// place says where in a repository something stands.
func place(path string, line int) string {
	text := report.Printable(path)
	if text == "" {
		text = "commit or tag"
	}
	if line > 0 {
		text += ":" + strconv.Itoa(line)
	}
	return text
}

// spot is a sighting in words.
type spot struct {
	Where, Note string
	Commit      *finding.Commit
	InHead      bool
}

func spotOf(at finding.Sighting) spot {
	var note []string
	for _, inside := range at.Inside {
		note = append(note, report.Printable(inside))
	}
	if at.Place != "" {
		note = append(note, report.Printable(at.Place))
	}
	if at.Layer != finding.Plain {
		note = append(note, string(at.Layer))
	}
	return spot{Where: place(at.Path, at.Line), Note: strings.Join(note, ", "), Commit: at.Commit, InHead: at.InHead}
}

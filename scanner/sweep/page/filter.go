package page

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// maxText bounds what is searched for, in bytes.
const maxText = 200

// filter is what a reader chose of the findings. It is the same in the page's form, its
// links, the export and the API, so that all of them show the same.
type filter struct {
	store.FindingFilter
	values url.Values // what was chosen, and nothing else
}

// parameter is a name in the query, and what it sets.
type parameter struct {
	name, about string
	several     bool
	set         func(f *store.FindingFilter, now time.Time, value string) error
}

func anyOf[T ~string](what string, known []T, into func(*store.FindingFilter) *[]T) func(*store.FindingFilter, time.Time, string) error {
	return func(f *store.FindingFilter, _ time.Time, value string) error {
		if known != nil && !slices.Contains(known, T(value)) {
			return wrong("There is no %s %q.", what, value)
		}
		list := into(f)
		*list = append(*list, T(value))
		return nil
	}
}

func text(into func(*store.FindingFilter) *string) func(*store.FindingFilter, time.Time, string) error {
	return func(f *store.FindingFilter, _ time.Time, value string) error { *into(f) = value; return nil }
}

func number(into func(*store.FindingFilter) *int64) func(*store.FindingFilter, time.Time, string) error {
	return func(f *store.FindingFilter, _ time.Time, value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 {
			return wrong("%q is no number.", value)
		}
		*into(f) = n
		return nil
	}
}

func flagged(set func(*store.FindingFilter, time.Time)) func(*store.FindingFilter, time.Time, string) error {
	return func(f *store.FindingFilter, now time.Time, value string) error {
		if value != "1" {
			return wrong("%q: want 1.", value)
		}
		set(f, now)
		return nil
	}
}

var severities = []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}

var classes = []finding.Class{finding.Unknown, finding.Own, finding.Customer, finding.Vendor, finding.Sample}

// parameters are all that findings are chosen by.
var parameters = []parameter{
	{"q", "Text in a mask, rule, owner, path or repository", false, text(func(f *store.FindingFilter) *string { return &f.Text })},
	{"state", "State", true, anyOf("state", state.All(), func(f *store.FindingFilter) *[]state.State { return &f.States })},
	{"severity", "Severity", true, anyOf("severity", severities, func(f *store.FindingFilter) *[]finding.Severity { return &f.Severities })},
	{"rule", "ID of a rule", true, anyOf("rule", nil, func(f *store.FindingFilter) *[]string { return &f.Rules })},
	{"kind", "Kind of value", true, anyOf("kind", nil, func(f *store.FindingFilter) *[]finding.Kind { return &f.Kinds })},
	{"class", "Whose an account is", true, anyOf("class", classes, func(f *store.FindingFilter) *[]finding.Class { return &f.Classes })},
	{"repository", "ID of a repository that holds or held it", false, number(func(f *store.FindingFilter) *int64 { return &f.Repository })},
	{"target", "Name of a target of the sweep", false, text(func(f *store.FindingFilter) *string { return &f.Target })},
	{"fingerprint", "Fingerprint", false, text(func(f *store.FindingFilter) *string { return &f.Fingerprint })},
	{"assignee", "Whom it was given to", false, text(func(f *store.FindingFilter) *string { return &f.Assignee })},
	{"owner", "Whom it belongs to", false, text(func(f *store.FindingFilter) *string { return &f.Owner })},
	{"since", "ID of a sweep: what reached its state then or later", false, number(func(f *store.FindingFilter) *int64 { return &f.Since })},
	{"unassigned", "1: given to nobody", false, flagged(func(f *store.FindingFilter, _ time.Time) { f.Unassigned = true })},
	{"head", "1: still checked out somewhere", false, flagged(func(f *store.FindingFilter, _ time.Time) { f.InHead = true })},
	{"overdue", "1: open for longer than it may be", false, flagged(func(f *store.FindingFilter, now time.Time) { f.Overdue = now })},
}

// parseFilter reads a filter. An empty value chooses nothing, as forms send them.
func parseFilter(q url.Values, now time.Time) (*filter, error) {
	f := &filter{values: url.Values{}}
	for _, p := range parameters {
		for _, value := range q[p.name] {
			if value = strings.TrimSpace(value); value == "" {
				continue
			}
			if len(value) > maxText {
				return nil, wrong("%s: too long.", p.name)
			}
			if err := p.set(&f.FindingFilter, now, value); err != nil {
				return nil, err
			}
			f.values.Add(p.name, value)
			if !p.several {
				break
			}
		}
	}
	if f.Overdue != (time.Time{}) && len(f.States) == 0 { // what is settled is due no more
		f.States = state.Unsettled()
	}
	return f, nil
}

// Has reports whether a value was chosen.
func (f *filter) Has(name, value string) bool { return slices.Contains(f.values[name], value) }

// Get returns what was chosen under a name that takes one value.
func (f *filter) Get(name string) string { return f.values.Get(name) }

// Query returns what was chosen as a query.
func (f *filter) Query() string { return f.values.Encode() }

// with returns a query with one more value, for a link.
func (f *filter) with(name, value string) string {
	q := url.Values{}
	for k, v := range f.values {
		q[k] = v
	}
	q.Set(name, value)
	return q.Encode()
}

// Pairs lists what was chosen, for a form that sends it on.
func (f *filter) Pairs() [][2]string {
	var pairs [][2]string
	for _, p := range parameters {
		for _, v := range f.values[p.name] {
			pairs = append(pairs, [2]string{p.name, v})
		}
	}
	return pairs
}

// Chosen is how many conditions there are.
func (f *filter) Chosen() int { return len(f.Pairs()) }

// Bounds of how many rows a page has.
const (
	pageRows    = 100
	maxPageRows = 500
)

func rowsOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return pageRows, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPageRows {
		return 0, wrong("limit: want a number from 1 to %d.", maxPageRows)
	}
	return n, nil
}

func cursorOf(r *http.Request) store.Cursor { return store.Cursor(r.URL.Query().Get("after")) }

func idOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errNothing
	}
	return id, nil
}

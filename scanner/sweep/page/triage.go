package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// decision is what a reader wants done, and to what.
type decision struct {
	store.TriageDecision
	ids      []int64 // nil for all that the filter chooses
	filter   *filter
	expected int64 // how many those were when the reader saw them; -1 if nobody counted
}

// decisions are the words of forms and of the API.
var decisions = map[string]state.Event{"accept": state.Accept, "dismiss": state.Dismiss, "reopen": state.Reopen, "": ""}

// maxWhy bounds a reader's reason, in bytes.
const maxWhy = 2000

// maxTriage bounds how many findings one decision is about.
const maxTriage = 100_000

// batch is how many findings one transaction decides: SQLite has one writer.
const batch = 200

// newDecision checks what was asked for, whether by form or by the API.
func (s *server) newDecision(action, why, until, due string, assign *string, who string) (d decision, err error) {
	event, ok := decisions[action]
	d.TriageDecision = store.TriageDecision{Event: event, Who: who, Why: strings.TrimSpace(why), Assign: assign}
	switch {
	case !ok:
		return d, wrong("Want accept, dismiss or reopen.")
	case len(d.Why) > maxWhy:
		return d, wrong("The reason is too long.")
	case (event == state.Accept || event == state.Dismiss) && d.Why == "":
		return d, wrong("Say why: others will read it.")
	case until != "" && event != state.Accept:
		return d, wrong("Only what is accepted has an end.")
	case assign != nil && len(*assign) > maxText:
		return d, wrong("The name is too long.")
	}
	if until != "" {
		if d.Until, err = time.Parse(time.DateOnly, until); err != nil {
			return d, wrong("%q is no date: want YYYY-MM-DD.", until)
		}
		if d.Until = d.Until.AddDate(0, 0, 1); !d.Until.After(s.Clock.Now()) { // to the end of that day
			return d, wrong("The end is past.")
		}
	}
	if due != "" {
		at, err := time.Parse(time.DateOnly, due)
		if err != nil {
			return d, wrong("%q is no date: want YYYY-MM-DD.", due)
		}
		d.Due = &at
	}
	if d.Event == "" && d.Assign == nil && d.Due == nil {
		return d, wrong("Nothing is to be done.")
	}
	return d, nil
}

// triage does what the form says, and leads back to where it was.
func (s *server) triage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return wrong("The form cannot be read.")
	}
	form := r.PostForm
	var assign *string
	if name := strings.TrimSpace(form.Get("assign")); name != "" {
		if name == "-" {
			name = ""
		}
		assign = &name
	}
	d, err := s.newDecision(form.Get("action"), form.Get("why"), form.Get("until"), form.Get("due"), assign, s.who(r))
	if err != nil {
		return err
	}
	if err := d.choose(form, s.Clock.Now()); err != nil {
		return err
	}
	changed, asked, err := s.decide(r.Context(), &d)
	if err != nil {
		return err
	}
	back := "/findings?" + d.filter.with("done", fmt.Sprintf("%d-%d", changed, asked))
	if id, err := strconv.ParseInt(form.Get("finding"), 10, 64); err == nil {
		back = fmt.Sprintf("/findings/%d?done=%d-%d", id, changed, asked)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// choose reads what a decision is about.
func (d *decision) choose(form url.Values, now time.Time) error {
	chosen := url.Values{}
	for k, v := range form {
		if name, ok := strings.CutPrefix(k, "f."); ok {
			chosen[name] = v
		}
	}
	var err error
	if d.filter, err = parseFilter(chosen, now); err != nil {
		return err
	}
	if form.Get("scope") == "all" {
		if d.expected, err = strconv.ParseInt(form.Get("expected"), 10, 64); err != nil {
			return wrong("How many findings did you see?")
		}
		return nil
	}
	for _, text := range form["id"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return wrong("%q is no finding.", text)
		}
		d.ids = append(d.ids, id)
	}
	if len(d.ids) == 0 {
		return wrong("No finding is selected.")
	}
	return nil
}

// decide applies a decision, and returns how many findings it changed of how many. What a
// filter chooses is settled before the first is changed: a change may move a finding out
// of it.
func (s *server) decide(ctx context.Context, d *decision) (changed, asked int, err error) {
	if d.ids == nil {
		if d.ids, err = s.chosen(ctx, d.filter.FindingFilter, d.expected); err != nil {
			return 0, 0, err
		}
	}
	asked = len(d.ids)
	for rest := d.ids; len(rest) > 0; {
		some := rest[:min(len(rest), batch)]
		rest = rest[len(some):]
		n := 0
		err := s.Store.Write(ctx, func(t *store.Tx) (err error) {
			n, err = t.Triage(ctx, some, d.TriageDecision, s.Clock.Now())
			return err
		})
		if err != nil {
			return changed, asked, err
		}
		changed += n
	}
	return changed, asked, nil
}

// chosen returns the findings of a filter. If there are not as many as the reader saw,
// nothing is done: the decision was about others.
func (s *server) chosen(ctx context.Context, f store.FindingFilter, expected int64) (ids []int64, err error) {
	if expected > maxTriage {
		return nil, wrong("More than %s findings at once: narrow the filter.", report.Thousands(maxTriage))
	}
	ids = []int64{}
	for after := store.Cursor(""); ; {
		all, next, err := s.Store.Findings(ctx, f, after, maxPageRows)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			ids = append(ids, one.ID)
		}
		if len(ids) > maxTriage {
			return nil, wrong("More than %s findings at once: narrow the filter.", report.Thousands(maxTriage))
		}
		if next == "" {
			break
		}
		after = next
	}
	if expected >= 0 && int64(len(ids)) != expected {
		return nil, &refusal{http.StatusConflict, fmt.Sprintf("There are %s such findings now, and there were %s: nothing was changed. Look again.", report.Thousands(int64(len(ids))), report.Thousands(expected))}
	}
	return ids, nil
}

// done says what the form did that led here.
func done(r *http.Request) string {
	changed, asked, ok := strings.Cut(r.URL.Query().Get("done"), "-")
	n, err1 := strconv.ParseInt(changed, 10, 64)
	of, err2 := strconv.ParseInt(asked, 10, 64)
	switch {
	case !ok || err1 != nil || err2 != nil:
		return ""
	case n == of:
		return report.Count(n, "finding", "findings") + " changed."
	}
	return fmt.Sprintf("%s of %s changed; the decision means nothing for the others as they stand.", report.Thousands(n), report.Count(of, "finding", "findings"))
}

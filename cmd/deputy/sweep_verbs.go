package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// showCount shows on a terminal how far a sweep is. It is called with nil at the end.
func showCount(errs io.Writer) func(*store.Sweep) {
	f, ok := errs.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return func(*store.Sweep) {}
	}
	return func(w *store.Sweep) {
		if w == nil {
			_, _ = fmt.Fprint(f, "\r\x1b[K")
			return
		}
		_, _ = fmt.Fprintf(f, "\r\x1b[Kswept %d of %d repositories", w.Total-w.Remaining, w.Total)
	}
}

// maxTold is how many rows of a kind a person is told of.
const maxTold = 100

// summary is what a sweep came to. Its field names in JSON are stable.
type summary struct {
	Version      int                 `json:"version"`
	Sweep        int64               `json:"sweep"`
	Status       store.SweepStatus   `json:"status"`
	StartedAt    time.Time           `json:"started_at"`
	EndedAt      *time.Time          `json:"ended_at,omitempty"`
	Repositories int                 `json:"repositories"`
	Remaining    int                 `json:"remaining"`
	Whole        int                 `json:"whole"`
	Part         int                 `json:"part"`
	Failed       int                 `json:"failed"`
	Unchanged    int                 `json:"unchanged"`
	Blobs        int64               `json:"blobs"`
	Bytes        int64               `json:"bytes"`
	Remembered   int64               `json:"remembered"`
	States       map[state.State]int `json:"states"`
	News         []sweptFinding      `json:"news"`         // new and reappeared in this sweep
	NotExamined  []sweptRepository   `json:"not_examined"` // in part, or failed
	NotListed    []sweptTarget       `json:"not_listed"`
}

type sweptRepository struct {
	Repository string        `json:"repository"`
	Verdict    store.Verdict `json:"verdict"`
	Reason     string        `json:"reason"`
}

type sweptTarget struct {
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// sweptFinding is a finding of the organisation in JSON.
type sweptFinding struct {
	Rule         string           `json:"rule"`
	Kind         finding.Kind     `json:"kind"`
	Class        finding.Class    `json:"class"`
	Severity     finding.Severity `json:"severity"`
	Confidence   float64          `json:"confidence"`
	Secret       string           `json:"secret"`
	Fingerprint  string           `json:"fingerprint"`
	State        state.State      `json:"state"`
	Who          string           `json:"who,omitempty"`
	Why          string           `json:"why,omitempty"`
	Until        *time.Time       `json:"until,omitempty"`
	Assignee     string           `json:"assignee,omitempty"`
	DueAt        *time.Time       `json:"due_at,omitempty"`
	FirstSeenAt  time.Time        `json:"first_seen_at"`
	LastSeenAt   time.Time        `json:"last_seen_at"`
	Repositories int              `json:"repositories"`
	InHead       bool             `json:"in_head"`
	Repository   string           `json:"repository"`
	Path         string           `json:"path"`
	Line         int              `json:"line"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func swept(f *store.Finding) sweptFinding {
	return sweptFinding{
		Rule: f.Rule, Kind: f.Kind, Class: f.Class, Severity: f.Severity, Confidence: f.Confidence, Secret: f.Secret, Fingerprint: f.Fingerprint,
		State: f.State, Who: f.Who, Why: f.Why, Until: optional(f.Until), Assignee: f.Assignee, DueAt: optional(f.DueAt),
		FirstSeenAt: f.FirstSeenAt, LastSeenAt: f.LastSeenAt, Repositories: f.Repositories, InHead: f.InHead, Repository: f.FullName, Path: f.Path, Line: f.Line,
	}
}

// summarise says what a sweep came to.
func summarise(ctx context.Context, s *store.Store, n int64) (*summary, error) {
	w, err := s.Sweep(ctx, n)
	if err != nil {
		return nil, err
	}
	v, err := s.SweepVerdicts(ctx, n)
	if err != nil {
		return nil, err
	}
	t := &summary{
		Version: 1, Sweep: n, Status: w.Status, StartedAt: w.StartedAt, EndedAt: optional(w.EndedAt), Repositories: w.Total, Remaining: w.Remaining,
		Whole: v.Whole, Part: v.Part, Failed: v.Failed, Unchanged: v.Unchanged, Blobs: v.Blobs, Bytes: v.Bytes, Remembered: v.Remembered,
		States: map[state.State]int{}, News: []sweptFinding{}, NotExamined: []sweptRepository{}, NotListed: []sweptTarget{},
	}
	counts, err := s.CountStates(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		t.States[c.State] += int(c.Findings)
	}
	news, _, err := s.Findings(ctx, store.FindingFilter{States: []state.State{state.New, state.Reappeared}, Since: n}, "", 10000)
	if err != nil {
		return nil, err
	}
	for i := range news {
		t.News = append(t.News, swept(&news[i]))
	}
	bad, _, err := s.Repositories(ctx, store.RepositoryFilter{Verdict: []store.Verdict{store.Part, store.Failed}, Presence: []store.Presence{store.Listed}}, store.ByName, "", 10000)
	if err != nil {
		return nil, err
	}
	for _, r := range bad {
		t.NotExamined = append(t.NotExamined, sweptRepository{r.FullName, r.Verdict, r.Reason})
	}
	targets, err := s.Targets(ctx)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		if target.Active && target.Error != "" {
			t.NotListed = append(t.NotListed, sweptTarget{target.Name, target.Error})
		}
	}
	return t, nil
}

// verdict is the exit code's.
func (t *summary) verdict(strict bool) error {
	unsettled := 0
	for _, s := range state.Unsettled() {
		unsettled += t.States[s]
	}
	switch {
	case unsettled > 0:
		return verdict(exitFindings)
	case t.Whole+t.Part == 0:
		return errors.New("nothing was examined: " + t.firstReason())
	case strict && (t.Part+t.Failed+len(t.NotListed) > 0):
		return verdict(exitUnexamined)
	}
	return nil
}

func (t *summary) firstReason() string {
	switch {
	case len(t.NotListed) > 0:
		return t.NotListed[0].Reason
	case len(t.NotExamined) > 0:
		return t.NotExamined[0].Repository + ": " + t.NotExamined[0].Reason
	}
	return "there is nothing to sweep"
}

func (t *summary) write(out io.Writer, quiet bool) error {
	p := &lines{w: out}
	for _, f := range t.News[:min(len(t.News), maxTold)] {
		p.line("%s", f.line())
	}
	if n := len(t.News) - maxTold; n > 0 {
		p.line("and %d more (deputy sweep findings)", n)
	}
	if quiet {
		return p.err
	}
	p.line("Sweep %d: %s, %d examined whole, %d in part, %d failed; %d of them unchanged", t.Sweep, report.Count(int64(t.Repositories), "repository", "repositories"), t.Whole, t.Part, t.Failed, t.Unchanged)
	var states []string
	for _, s := range state.All() {
		states = append(states, fmt.Sprintf("%d %s", t.States[s], s))
	}
	p.line("Findings: %s", strings.Join(states, ", "))
	for _, r := range t.NotListed {
		p.line("not listed: %s: %s", r.Target, r.Reason)
	}
	for _, r := range t.NotExamined[:min(len(t.NotExamined), maxTold)] {
		p.line("%s: %s: %s", map[store.Verdict]string{store.Part: "in part", store.Failed: "failed"}[r.Verdict], r.Repository, r.Reason)
	}
	if n := len(t.NotExamined) - maxTold; n > 0 {
		p.line("and %d more (deputy sweep status --format json)", n)
	}
	return p.err
}

func (f *sweptFinding) line() string {
	where := f.Repository + " " + f.Path
	if f.Line > 0 {
		where += fmt.Sprintf(":%d", f.Line)
	}
	if f.Repositories > 1 {
		where += fmt.Sprintf(" (in %d repositories)", f.Repositories)
	}
	return fmt.Sprintf("%-14s %-8s %s %s  %s  %s", f.State, f.Severity, f.Rule, f.Secret, where, f.Fingerprint)
}

// lines writes lines that a terminal can be shown, until one fails.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) line(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintln(l.w, report.Printable(fmt.Sprintf(format, args...)))
	}
}

// viewFlags are the flags of verbs that show what is known.
type viewFlags struct {
	database sweepDatabase
	format   string
}

func (v *viewFlags) flags(f *pflag.FlagSet) {
	f.SortFlags = false
	v.database.flags(f)
	f.StringVar(&v.format, "format", "text", "write text or json, as `FORMAT`")
}

// show opens the database and writes what get returns.
func (v *viewFlags) show(cmd *cobra.Command, get func(context.Context, *store.Store) (view, error)) error {
	if v.format != "text" && v.format != "json" {
		return fmt.Errorf("unknown --format %q: want text or json", v.format)
	}
	s, err := v.database.open(cmd.Context(), nil)
	if err != nil {
		return err
	}
	defer s.Close()
	got, err := get(cmd.Context(), s)
	if err != nil {
		return err
	}
	if v.format == "json" {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		return enc.Encode(got)
	}
	return got.write(cmd.OutOrStdout(), false)
}

// view is something that is shown as text or as JSON.
type view interface {
	write(out io.Writer, quiet bool) error
}

// errNoSweep is the error of verbs that look at a sweep when there was none.
var errNoSweep = errors.New("there was no sweep yet")

func latest(ctx context.Context, s *store.Store) (int64, error) {
	all, err := s.Sweeps(ctx, 1)
	if err == nil && len(all) == 0 {
		err = errNoSweep
	}
	if err != nil {
		return 0, err
	}
	return all[0].ID, nil
}

func newSweepStatus() *cobra.Command {
	var v viewFlags
	cmd := &cobra.Command{
		Use: "status", Short: "Say how far the latest sweep is, and what was not examined", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return v.show(cmd, func(ctx context.Context, s *store.Store) (view, error) {
				n, err := latest(ctx, s)
				if err != nil {
					return nil, err
				}
				return summarise(ctx, s, n)
			})
		},
	}
	v.flags(cmd.Flags())
	return cmd
}

// findingFlags choose findings.
type findingFlags struct {
	states, severities, rules []string
	text                      string
}

func (o *findingFlags) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.states, "state", []string{"new", "reappeared", "open"}, "findings in `STATES` alone: new, reappeared, open, accepted, false-positive, fixed or all")
	f.StringSliceVar(&o.severities, "severity", nil, "findings of `SEVERITIES` alone")
	f.StringSliceVar(&o.rules, "rule", nil, "findings of `RULES` alone")
	f.StringVar(&o.text, "search", "", "findings with `TEXT` in a path, a repository's name, the rule or the mask")
}

func (o *findingFlags) filter() (store.FindingFilter, error) {
	f := store.FindingFilter{Rules: o.rules, Text: o.text}
	for _, name := range o.states {
		switch {
		case name == "all":
			f.States = state.All()
		case !state.Known(state.State(name)):
			return f, fmt.Errorf("unknown --state %q", name)
		default:
			f.States = append(f.States, state.State(name))
		}
	}
	for _, name := range o.severities {
		if finding.Severity(name).Rank() == 0 {
			return f, fmt.Errorf("unknown --severity %q", name)
		}
		f.Severities = append(f.Severities, finding.Severity(name))
	}
	return f, nil
}

// pageLen is how many rows are read at once.
const pageLen = 1000

// eachFinding calls do with every finding that a filter chooses.
func eachFinding(ctx context.Context, s *store.Store, f store.FindingFilter, do func(*store.Finding) error) error {
	var at store.Cursor
	for {
		page, next, err := s.Findings(ctx, f, at, pageLen)
		if err != nil {
			return err
		}
		for i := range page {
			if err := do(&page[i]); err != nil {
				return err
			}
		}
		if at = next; at == "" {
			return nil
		}
	}
}

type findingList struct {
	Version  int            `json:"version"`
	Findings []sweptFinding `json:"findings"`
}

func (l *findingList) write(out io.Writer, _ bool) error {
	p := &lines{w: out}
	for i := range l.Findings {
		p.line("%s", l.Findings[i].line())
	}
	return p.err
}

func newSweepFindings() *cobra.Command {
	var (
		v viewFlags
		o findingFlags
	)
	cmd := &cobra.Command{
		Use: "findings", Short: "List findings, one a secret", Args: cobra.NoArgs,
		Long: `Lists what sweeps have found, one line a rule and value, however many repositories
hold it: state, severity, rule, mask, a place where it stands, and the fingerprint by which
triage knows it.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := o.filter()
			if err != nil {
				return err
			}
			return v.show(cmd, func(ctx context.Context, s *store.Store) (view, error) {
				l := &findingList{1, []sweptFinding{}}
				return l, eachFinding(ctx, s, f, func(f *store.Finding) error {
					l.Findings = append(l.Findings, swept(f))
					return nil
				})
			})
		},
	}
	v.flags(cmd.Flags())
	o.flags(cmd.Flags())
	return cmd
}

// sweepDiff is what a sweep changed.
type sweepDiff struct {
	Version int         `json:"version"`
	Sweep   int64       `json:"sweep"`
	Events  []diffEvent `json:"events"`
}

type diffEvent struct {
	At         time.Time       `json:"at"`
	Event      store.EventKind `json:"event"`
	Why        string          `json:"why,omitempty"`
	Before     string          `json:"before,omitempty"`
	After      string          `json:"after,omitempty"`
	Repository string          `json:"repository,omitempty"`
	Finding    *sweptFinding   `json:"finding,omitempty"`
}

func (d *sweepDiff) write(out io.Writer, _ bool) error {
	p := &lines{w: out}
	for _, e := range d.Events {
		switch {
		case e.Finding != nil:
			p.line("%-12s %-8s %s %s  %s %s:%d  %s", e.Event, e.Finding.Severity, e.Finding.Rule, e.Finding.Secret, e.Repository, e.Finding.Path, e.Finding.Line, e.Finding.Fingerprint)
		case e.After != "":
			p.line("%-12s %s is called %s now", e.Event, e.Before, e.After)
		default:
			p.line("%-12s %s", e.Event, e.Repository)
		}
	}
	return p.err
}

func newSweepDiff() *cobra.Command {
	var (
		v viewFlags
		n int64
	)
	cmd := &cobra.Command{
		Use: "diff", Short: "Say what a sweep changed", Args: cobra.NoArgs,
		Long: `Lists what a sweep, the latest by default, found out that was not known: found (a value
that no sweep had seen), spread (a known one in a further repository), withdrew (it left a
repository and stands in others), fixed, reappeared, out-of-scope (not looked for any more),
and repositories that were renamed, are gone or back.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return v.show(cmd, func(ctx context.Context, s *store.Store) (view, error) { return diffOf(ctx, s, n) })
		},
	}
	v.flags(cmd.Flags())
	cmd.Flags().Int64Var(&n, "sweep", 0, "the sweep of this `NUMBER`")
	return cmd
}

func diffOf(ctx context.Context, s *store.Store, n int64) (*sweepDiff, error) {
	if n == 0 {
		var err error
		if n, err = latest(ctx, s); err != nil {
			return nil, err
		}
	}
	d := &sweepDiff{1, n, []diffEvent{}}
	var at store.Cursor
	for {
		page, next, err := s.Events(ctx, store.EventFilter{Sweep: n}, at, pageLen)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			one := diffEvent{At: e.At, Event: e.Kind, Why: e.Why, Before: e.Before, After: e.After}
			if e.Finding != 0 {
				f, err := s.Finding(ctx, e.Finding)
				if err != nil {
					return nil, err
				}
				told := swept(&f)
				one.Finding = &told
			}
			if e.Repository != 0 {
				r, err := s.Repository(ctx, e.Repository)
				if err != nil {
					return nil, err
				}
				one.Repository = r.FullName
			}
			d.Events = append(d.Events, one)
		}
		if at = next; at == "" {
			slices.Reverse(d.Events)
			return d, nil
		}
	}
}

func newSweepExport() *cobra.Command {
	var (
		database sweepDatabase
		o        findingFlags
		format   string
		output   string
	)
	cmd := &cobra.Command{
		Use: "export", Short: "Write findings as a scan does, each with its repository", Args: cobra.NoArgs,
		Long: `Writes what sweeps have found in the formats of deputy scan, with the repository and the
state of each finding: a secret that stands in three repositories is three findings.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := o.filter()
			if err != nil {
				return err
			}
			scan := scanOptions{format: format, color: "auto"}
			if output != "" {
				scan.outputs = []string{output}
			} else if format == "" {
				scan.format = "json"
			}
			outs, err := scan.wanted(cmd.OutOrStdout(), notices(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			s, err := database.open(cmd.Context(), nil)
			if err != nil {
				return err
			}
			defer s.Close()
			result, err := exported(cmd.Context(), s, f)
			if err != nil {
				return err
			}
			if outs, err = openOutputs(outs, false); err != nil {
				return err
			}
			defer abandon(outs)
			return outs[0].write(&report.Result{Result: *result, Version: buildinfo.Version()})
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	database.flags(f)
	o.flags(f)
	f.StringVar(&format, "format", "", strings.Replace(formatHelp(), "else text", "else json", 1))
	f.StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

// exported puts findings together as a scan's result, one for each repository.
func exported(ctx context.Context, s *store.Store, filter store.FindingFilter) (*finding.Result, error) {
	loaded, err := run.LoadRules(nil, nil)
	if err != nil {
		return nil, err
	}
	rules := map[string]*finding.Rule{}
	for _, r := range loaded.Set().Rules() {
		rules[r.ID] = r
	}
	result := &finding.Result{}
	err = eachFinding(ctx, s, filter, func(f *store.Finding) error {
		if rules[f.Rule] == nil { // of the user's own
			rules[f.Rule] = &finding.Rule{ID: f.Rule, Kind: f.Kind, Severity: f.Severity, Title: f.Rule}
		}
		for after := int64(0); ; {
			page, err := s.Occurrences(ctx, f.ID, after, pageLen)
			if err != nil {
				return err
			}
			for i := range page {
				if o := &page[i]; o.Present || f.State == state.Fixed {
					result.Findings = append(result.Findings, occurrence(f, o, rules[f.Rule]))
				}
			}
			if len(page) < pageLen {
				return nil
			}
			after = page[len(page)-1].Repository
		}
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		result.Rules = append(result.Rules, r)
	}
	return result, addGaps(ctx, s, result)
}

func occurrence(f *store.Finding, o *store.Occurrence, rule *finding.Rule) *finding.Finding {
	return &finding.Finding{
		Rule: rule, Secret: finding.Masked(f.Secret), Class: o.Class, Severity: o.Severity, Confidence: o.Confidence, Evidence: o.Evidence, Fingerprint: f.Fingerprint,
		Related: o.Related, Steps: o.Steps, Repository: o.FullName, State: string(f.State), Sightings: o.Sightings, First: o.First, Last: o.Last, InHead: o.InHead,
	}
}

// addGaps adds what was not examined, under the names of repositories, and the counts of
// the latest sweep.
func addGaps(ctx context.Context, s *store.Store, result *finding.Result) error {
	var at store.Cursor
	for {
		page, next, err := s.Repositories(ctx, store.RepositoryFilter{Verdict: []store.Verdict{store.Part, store.Failed}}, store.ByName, at, pageLen)
		if err != nil {
			return err
		}
		for _, r := range page {
			if r.Verdict == store.Failed {
				result.Unexamined = append(result.Unexamined, finding.Unexamined{Path: r.FullName, Kind: finding.Unreadable, Reason: r.Reason})
				continue
			}
			rows, err := s.Unexamined(ctx, r.ID, pageLen)
			if err != nil {
				return err
			}
			for _, u := range rows {
				result.Unexamined = append(result.Unexamined, finding.Unexamined{Path: r.FullName + "/" + u.Path, Place: u.Place, Kind: finding.Code(u.Code), Reason: u.Reason, Partial: u.Partial})
			}
		}
		if at = next; at == "" {
			break
		}
	}
	n, err := latest(ctx, s)
	if err != nil {
		return err
	}
	v, err := s.SweepVerdicts(ctx, n)
	result.Stats.Blobs, result.Stats.Bytes, result.Stats.Remembered = v.Blobs, v.Bytes, v.Remembered
	return err
}

func newSweepTriage() *cobra.Command {
	var (
		database              sweepDatabase
		accept, dismiss, open bool
		why, until, assign    string
		due, who              string
	)
	cmd := &cobra.Command{
		Use: "triage FINGERPRINT...", Short: "Accept, dismiss, reopen or assign findings", Args: cobra.MinimumNArgs(1),
		Long: `Decides about findings, by their fingerprints. What is accepted until a day is open again
by itself after it. Every decision is kept with who made it, when and why.`,
		Example: `  deputy sweep triage 5f0c…  --accept --why "test account" --until 2027-01-31
  deputy sweep triage 5f0c…  --false-positive --why "a hash"
  deputy sweep triage 5f0c…  --assign ada@example.com --due 2026-12-24`,
		RunE: func(cmd *cobra.Command, prints []string) error {
			d := store.TriageDecision{Why: why, Who: who}
			chosen := 0
			for event, set := range map[state.Event]bool{state.Accept: accept, state.Dismiss: dismiss, state.Reopen: open} {
				if set {
					chosen++
					d.Event = event
				}
			}
			switch {
			case chosen > 1:
				return errors.New("--accept, --false-positive and --reopen exclude each other")
			case chosen == 0 && assign == "" && due == "":
				return errors.New("want one of --accept, --false-positive, --reopen, --assign and --due")
			case (accept || dismiss) && strings.TrimSpace(why) == "":
				return errors.New("--why is needed: a decision without a reason helps nobody")
			case until != "" && !accept:
				return errors.New("--until is for --accept")
			}
			var err error
			if d.Until, err = day(until); err != nil {
				return fmt.Errorf("--until: %w", err)
			}
			if assign != "" {
				d.Assign = &assign
			}
			if due != "" {
				t, err := day(due)
				if err != nil {
					return fmt.Errorf("--due: %w", err)
				}
				d.Due = &t
			}
			if d.Who == "" {
				if u, err := user.Current(); err == nil {
					d.Who = u.Username
				}
			}
			return triage(cmd, &database, prints, d)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	database.flags(f)
	f.BoolVar(&accept, "accept", false, "take the risk")
	f.BoolVar(&dismiss, "false-positive", false, "it is none")
	f.BoolVar(&open, "reopen", false, "it is open again")
	f.StringVar(&why, "why", "", "the `REASON`")
	f.StringVar(&until, "until", "", "accept until the end of `DAY` (2027-01-31)")
	f.StringVar(&assign, "assign", "", "give them to `WHOM`")
	f.StringVar(&due, "due", "", "have them settled by `DAY`")
	f.StringVar(&who, "who", "", "`NAME` of who decides (default the user)")
	return cmd
}

// day returns the end of a day, UTC; the zero time for "".
func day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, fmt.Errorf("%q is no day such as 2027-01-31", text)
	}
	return t.AddDate(0, 0, 1), nil
}

func triage(cmd *cobra.Command, database *sweepDatabase, prints []string, d store.TriageDecision) error {
	ctx := cmd.Context()
	s, err := database.open(ctx, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	var ids []int64
	for _, p := range prints {
		all, _, err := s.Findings(ctx, store.FindingFilter{Fingerprint: p}, "", 10)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("there is no finding %s", p)
		}
		for _, f := range all {
			ids = append(ids, f.ID)
		}
	}
	changed := 0
	err = s.Write(ctx, func(t *store.Tx) error {
		var err error
		changed, err = t.Triage(ctx, ids, d, time.Now())
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d of %s changed\n", changed, report.Count(int64(len(ids)), "finding", "findings"))
	return err
}

func newSweepGC() *cobra.Command {
	var (
		database sweepDatabase
		keep     string
	)
	cmd := &cobra.Command{
		Use: "gc", Short: "Forget old scans, and contents that no scan will ask about", Args: cobra.NoArgs,
		Long: `Removes the records of scans and finished sweeps that are older than --keep, but the latest
of each repository, and what is known of contents under rules that nobody uses any more.
Findings and what happened to them are kept for ever.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			age, err := config.ParseDuration(keep)
			if err != nil {
				return fmt.Errorf("--keep: %w", err)
			}
			s, err := database.open(cmd.Context(), nil)
			if err != nil {
				return err
			}
			defer s.Close()
			n, err := s.Collect(cmd.Context(), time.Now().Add(-age))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d rows removed\n", n)
			return err
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	database.flags(f)
	f.StringVar(&keep, "keep", "90d", "keep records for `DURATION`")
	return cmd
}

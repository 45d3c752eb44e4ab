// Package credentials audits the credential report of IAM: long-lived keys and passwords that
// are older, more or less guarded than the vendors' documents want them.
//
// The report is what `aws iam get-credential-report` and the console give out, a table with a
// row for each user and one for root. Its columns are described at
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
package credentials

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/audit/table"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// root is how the report calls the root user.
const root = "<root_account>"

// The columns of the report that are looked at.
const (
	user = iota
	created
	passwordEnabled
	passwordUsed
	mfa
	key1Active
	key1Rotated
	key1Used
	key2Active
	key2Rotated
	key2Used
	numColumns
)

// Columns are those of the credential report. All are required: without one of them a report
// would pass for clean that was never looked at.
func Columns() []rows.Column {
	names := [numColumns]string{
		"user", "user_creation_time", "password_enabled", "password_last_used", "mfa_active",
		"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
		"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
	}
	var out []rows.Column
	for _, name := range names {
		out = append(out, rows.Column{Name: name, Required: true})
	}
	return out
}

// Options say by which day and which measure a report is judged.
type Options struct {
	Now       time.Time
	MaxKeyAge int // in days; also how long a key may go unused
}

// Check is one thing that is asked of every user.
type Check struct {
	ID       string
	Severity finding.Severity
	Sentence string // of the vendors' documents
	Document string // in which it stands
	Action   string
}

// Finding is a user, and what is wrong with a credential of theirs.
type Finding struct {
	Check *Check
	User  string
	Why   string
	Row   int64
}

// Report is what an audit says.
type Report struct {
	Users      int64
	Findings   []Finding // the worst first
	Unexamined []finding.Unexamined
}

// The checks, and the sentences that they hold users to.
var (
	rootKey = &Check{"root-key", finding.Critical, "Other rare administrative tasks requiring root permissions", "002, ACCT-001",
		"delete the key: what root has to do is done in the console, and rarely"}
	rootNoMFA = &Check{"root-without-mfa", finding.Critical, "Customers are expected to enable MFA on their root accounts after deployment", "002, ACCT-001",
		"turn on MFA for root, or remove root's password by central root access"}
	rootUsed = &Check{"root-used", finding.High, "The root account is only used when elevated permissions are required to complete workload activities", "002, ACCT-001",
		"find out in CloudTrail what root was used for, and give a role the permission for it"}
	passwordNoMFA = &Check{"password-without-mfa", finding.High, "Customers with more complex security topologies require the use of MFA to access accounts", "002, ACCT-002",
		"turn on MFA for the user, or remove the password and have them come by federation"}
	keyOld = &Check{"key-old", finding.High, "Access Key and Secret Key are rotated every 90 days", "000",
		"rotate the key, or put a role in its place"}
	keyNeverUsed = &Check{"key-never-used", finding.Medium, "The rotation is done with a policy and change management process with approvals", "000",
		"delete the key: nobody needs it"}
	keyUnused = &Check{"key-not-used-since", finding.Medium, "Upon an engineer exiting the company, rotation will be done immediately as per the policy and process", "000",
		"switch the key off, and delete it if nobody misses it"}
	twoKeys = &Check{"two-active-keys", finding.Medium, "We do manually rotate, every 90 days, the Access-Key and Secret Key of 3-party’s Vendor trustee account", "000",
		"end the rotation: switch the older key off"}
	userKey = &Check{"user-where-a-role-is-wanted", finding.Low, "You do not have to share anymore long term credentials", "001",
		"have whatever uses the key assume a role"}
)

// Checks lists all checks.
func Checks() []*Check {
	return []*Check{rootKey, rootNoMFA, rootUsed, passwordNoMFA, keyOld, keyNeverUsed, keyUnused, twoKeys, userKey}
}

// Run audits a credential report.
func Run(in rows.Reader, o Options) (*Report, error) {
	r := &Report{}
	var row rows.Row
	for {
		err := in.Next(&row)
		var bad *rows.Malformed
		switch {
		case errors.Is(err, io.EOF):
			slices.SortStableFunc(r.Findings, func(a, b Finding) int {
				return cmp.Or(cmp.Compare(b.Check.Severity.Rank(), a.Check.Severity.Rank()), cmp.Compare(a.User, b.User))
			})
			return r, nil
		case errors.As(err, &bad):
			r.unexamined(bad.From, "%s", bad.Reason)
			continue
		case err != nil:
			return nil, err
		}
		r.Users++
		e := &entry{Report: r, Options: o, row: row.Number}
		for i := range e.fields {
			e.fields[i] = strings.TrimSpace(string(row.Values[i]))
		}
		e.judge()
	}
}

func (r *Report) unexamined(row int64, format string, args ...any) {
	r.Unexamined = append(r.Unexamined, finding.NotExamined("", fmt.Sprintf("line %d", row), finding.Damaged.Because(format, args...)))
}

// entry is a user's row.
type entry struct {
	*Report
	Options
	row    int64
	fields [numColumns]string
}

func (e *entry) found(c *Check, why string, args ...any) {
	e.Findings = append(e.Findings, Finding{c, e.fields[user], fmt.Sprintf(why, args...), e.row})
}

func (e *entry) judge() {
	isRoot := e.fields[user] == root
	keys := 0
	for i, columns := range [][3]int{{key1Active, key1Rotated, key1Used}, {key2Active, key2Rotated, key2Used}} {
		if !e.is(columns[0]) {
			continue
		}
		keys++
		if isRoot {
			e.found(rootKey, "root has an active access key (%d)", i+1)
		}
		e.key(i+1, columns[1], columns[2])
	}
	if keys == 2 {
		e.found(twoKeys, "both access keys are active")
	}
	switch {
	case isRoot:
		e.root()
	default:
		if keys > 0 {
			e.found(userKey, "the user has an access key")
		}
		if e.is(passwordEnabled) && !e.is(mfa) {
			e.found(passwordNoMFA, "the user has a password for the console, and no MFA")
		}
	}
}

// root judges what is asked of root alone. Its password cannot be switched off in most
// accounts, and the report says "not_supported" then.
func (e *entry) root() {
	password := !strings.EqualFold(e.fields[passwordEnabled], "false")
	if password && !e.is(mfa) {
		e.found(rootNoMFA, "root has no MFA")
	}
	used, ok := e.time(passwordUsed)
	if !ok {
		return
	}
	if made, ok := e.time(created); ok && used.Sub(made) < settingUp {
		return
	}
	e.found(rootUsed, "root was used %s, on %s", daysAgo(e.Now, used), used.Format(time.DateOnly))
}

// settingUp is how long root may be used after an account was made: nobody else can be then.
const settingUp = 7 * 24 * time.Hour

// key judges an active key.
func (e *entry) key(number, rotatedColumn, usedColumn int) {
	limit := time.Duration(e.MaxKeyAge) * 24 * time.Hour
	rotated, known := e.time(rotatedColumn)
	if !known {
		e.unexamined(e.row, "access key %d is active, and the report does not say since when", number)
	}
	if known && e.Now.Sub(rotated) > limit {
		e.found(keyOld, "access key %d was made %s", number, daysAgo(e.Now, rotated))
	}
	used, ever := e.time(usedColumn)
	switch {
	case !ever:
		e.found(keyNeverUsed, "access key %d was never used", number)
	case e.Now.Sub(used) > limit:
		e.found(keyUnused, "access key %d was last used %s", number, daysAgo(e.Now, used))
	}
}

func daysAgo(now, then time.Time) string {
	switch days := int(now.Sub(then) / (24 * time.Hour)); {
	case days <= 0:
		return "today"
	case days == 1:
		return "a day ago"
	default:
		return fmt.Sprintf("%d days ago", days)
	}
}

// is reports whether a column says yes. What it may say beside yes and no is no.
func (e *entry) is(column int) bool {
	v := e.fields[column]
	switch strings.ToLower(v) {
	case "true", "false", "not_supported", "n/a", "no_information", "":
	default:
		e.unexamined(e.row, "the column %s says neither true nor false", Columns()[column].Name)
	}
	return strings.EqualFold(v, "true")
}

// time returns the time in a column; false if there is none.
func (e *entry) time(column int) (time.Time, bool) {
	v := e.fields[column]
	switch strings.ToLower(v) {
	case "n/a", "no_information", "not_supported", "":
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		e.unexamined(e.row, "the column %s holds no time", Columns()[column].Name)
		return time.Time{}, false
	}
	return t.UTC(), true
}

// Document returns the report as it is written.
func (r *Report) Document() *table.Document {
	counts := map[string]int{}
	for _, f := range r.Findings {
		counts[f.Check.ID]++
	}
	return &table.Document{
		Title:   "Audit of credentials",
		Columns: []string{"severity", "check", "user", "why", "sentence", "document", "action", "row"},
		Rows: func(yield func(table.Row) bool) {
			for _, f := range r.Findings {
				if !yield(f.row()) {
					return
				}
			}
		},
		Summary: []string{fmt.Sprintf("%d users, %d findings", r.Users, len(r.Findings))},
		Facts: struct {
			Users    int64          `json:"users"`
			Findings int            `json:"findings"`
			Checks   map[string]int `json:"checks"`
		}{r.Users, len(r.Findings), counts},
		Unexamined: r.Unexamined,
	}
}

func (f *Finding) row() table.Row {
	name := table.Printable(f.User)
	return table.Row{
		Head:   []string{fmt.Sprintf("%-8s", f.Check.Severity), f.Check.ID, name, fmt.Sprintf("row %d", f.Row)},
		Detail: []string{f.Why, fmt.Sprintf("“%s” (document %s)", f.Check.Sentence, f.Check.Document)},
		Action: f.Check.Action,
		Cells:  []string{string(f.Check.Severity), f.Check.ID, name, f.Why, f.Check.Sentence, f.Check.Document, f.Check.Action, fmt.Sprint(f.Row)},
		Value: struct {
			Severity finding.Severity `json:"severity"`
			Check    string           `json:"check"`
			User     string           `json:"user"`
			Why      string           `json:"why"`
			Sentence string           `json:"sentence"`
			Document string           `json:"document"`
			Action   string           `json:"action"`
			Row      int64            `json:"row"`
		}{f.Check.Severity, f.Check.ID, name, f.Why, f.Check.Sentence, f.Check.Document, f.Check.Action, f.Row},
	}
}

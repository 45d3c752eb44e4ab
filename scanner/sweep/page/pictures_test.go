package page

import (
	"crypto/sha1"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// TestPictures takes the pictures of the page in docs/images: `make pictures`.
func TestPictures(t *testing.T) {
	dir := os.Getenv("DEPUTY_PICTURES")
	if dir == "" {
		t.Skip("make pictures takes them")
	}
	w := &world{T: t, db: storetest.Open(t, storetest.SQLite(t)), clock: &clockAt{time.Date(2026, 3, 20, 7, 0, 0, 0, time.UTC)}}
	w.exhibit()
	w.Server = httptest.NewServer(New(Options{Store: w.db, Rules: exhibited, Who: "kim", Version: "1.0", Clock: w.clock, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(w.Close)
	for name, p := range map[string]struct {
		path   string
		height int
		dark   bool
	}{
		"sweep-overview":      {"/", 1000, false},
		"sweep-overview-dark": {"/", 1000, true},
		"sweep-findings":      {"/findings?state=new&state=reappeared&state=open", 720, false},
		"sweep-finding":       {"/findings/9", 1000, false},
	} {
		file := filepath.Join(dir, name+".png")
		shoot(t, w.URL+p.path, file, p.height, p.dark)
	}
}

// shoot takes a picture of a page.
func shoot(t *testing.T, url, file string, height int, dark bool) {
	t.Helper()
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--user-data-dir=" + filepath.Join(t.TempDir(), "browser"), fmt.Sprintf("--window-size=1200,%d", height), "--screenshot=" + file,
	}
	if dark {
		args = append(args, "--blink-settings=preferredColorScheme=0")
	} else {
		args = append(args, "--blink-settings=preferredColorScheme=1")
	}
	browser := exec.Command(chromium(t), append(args, url)...)
	browser.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := browser.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// exhibited are the rules of what is shown.
var exhibited = []*finding.Rule{
	{ID: "aws-account-id", Kind: finding.AccountID, Title: "AWS account ID", Remedy: "Remove it from what others can read."},
	{ID: "aws-access-key-id", Kind: finding.AccessKeyID, Title: "AWS access key", Remedy: "Deactivate the key, look at what it was used for, then delete it."},
	{ID: "aws-external-id", Kind: finding.ExternalID, Title: "External ID", Remedy: "Give the customer a new External ID."},
	{ID: "private-key", Kind: finding.PrivateKey, Title: "Private key", Remedy: "Replace it."},
}

// exhibit fills a store with three weeks of sweeps of an organisation.
func (w *world) exhibit() {
	w.Helper()
	ctx := w.Context()
	random := rand.New(rand.NewPCG(3, 4))
	names := strings.Fields("shop checkout billing ledger portal mobile-app website docs onboarding sales-decks terraform-live terraform-modules data-platform etl reports notifications gateway identity audit-log search media-service support-tools load-tests sandbox")
	type leak struct {
		repos []int
		from  int // sweep
		until int
		f     func(at time.Time) *finding.Finding
	}
	var leaks []leak
	paths := []string{"deploy/main.tf", "docs/onboarding.md", "decks/quarterly.pptx", "src/config.go", ".github/workflows/deploy.yml", "scripts/assume-role.sh", "README.md", "cloudformation/role.yaml"}
	for i := range 64 {
		rule := exhibited[[]int{0, 0, 0, 1, 2, 3, 0, 2}[i%8]]
		severity := map[string]finding.Severity{"aws-account-id": finding.Medium, "aws-access-key-id": finding.Critical, "aws-external-id": finding.High, "private-key": finding.High}[rule.ID]
		mask := map[string]string{"aws-account-id": fmt.Sprintf("••••••••%04d", 1000+random.IntN(9000)), "aws-access-key-id": "AKIA••••••••••••" + strings.ToUpper(fmt.Sprintf("%04x", random.IntN(1<<16))), "aws-external-id": fmt.Sprintf("••••••••%04x", random.IntN(1<<16)), "private-key": "-----BEGIN … KEY-----"}[rule.ID]
		l := leak{from: max(0, random.IntN(34)-12), until: 99}
		if random.IntN(3) == 0 {
			l.until = l.from + 4 + random.IntN(10)
		}
		for range 1 + random.IntN(3) {
			l.repos = append(l.repos, random.IntN(len(names)))
		}
		path, line, head := paths[random.IntN(len(paths))], 3+random.IntN(200), random.IntN(3) > 0
		l.f = func(at time.Time) *finding.Finding {
			author := []string{"Ada", "Grace", "Lin", "Omar"}[i%4]
			who := &finding.Commit{Hash: hashOf(i), Author: author, Email: strings.ToLower(author) + "@example.com", Date: at.AddDate(0, -2, 0)}
			return &finding.Finding{
				Rule: rule, Secret: finding.Masked(mask), Class: finding.Unknown, Severity: severity, Confidence: 0.9, Fingerprint: fmt.Sprintf("%016x", i*104729+77), InHead: head,
				Evidence:  []string{"digits in the account field of an ARN", "an IAM role is named beside it"},
				Sightings: []finding.Sighting{{Path: path, Line: line, Column: 9, EndColumn: 21, Layer: finding.History, InHead: head, Commit: who}},
				First:     who, Last: who,
			}
		}
		leaks = append(leaks, l)
	}
	at := w.clock.now.AddDate(0, 0, -21).Add(-5 * time.Hour)
	for sweep := range 22 {
		var id, target int64
		require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error {
			n, targets, err := t.StartSweep(ctx, "{}", "night", []string{"github:acme"}, at)
			if err != nil {
				return err
			}
			id, target, w.repos = n, targets[0], nil
			for _, name := range names {
				full := "acme/" + name
				l, err := t.List(ctx, id, target, &store.Listing{Identity: full, Host: "github.com", FullName: full, Kind: "git", CloneURL: "https://github.com/" + full + ".git", WebURL: "https://github.com/" + full, DefaultBranch: "main"}, at)
				if err != nil {
					return err
				}
				w.repos = append(w.repos, l.ID)
			}
			return t.AddTasks(ctx, id, len(names))
		}))
		for i, repo := range w.repos {
			r := &store.Result{Repository: repo, Sweeps: []int64{id}, Worker: "worker-1", Verdict: store.Whole, StartedAt: at, EndedAt: at.Add(time.Duration(i) * time.Minute), RuleSet: "r", Scope: "s", Mark: fmt.Sprint(sweep), Tip: hashOf(i*31 + sweep),
				Due: func(s finding.Severity) time.Time { return at.AddDate(0, 0, 35-8*s.Rank()) }}
			switch {
			case names[i] == "sales-decks":
				r.Verdict, r.Reason = store.Part, finding.Encrypted.Because("decks/board.pdf: encrypted PDF")
				r.Unexamined = []finding.Unexamined{{Path: "decks/board.pdf", Kind: finding.Encrypted, Reason: "encrypted PDF"}}
			case names[i] == "media-service" && sweep > 18:
				r.Verdict, r.Reason = store.Failed, finding.OverBudget.Because("it is larger than 10240 MiB")
			}
			if r.Verdict != store.Failed {
				for _, l := range leaks {
					for k, n := range l.repos {
						if n == i && l.from <= sweep && sweep < l.until && indexOf(l.repos, n) == k {
							r.Findings = append(r.Findings, l.f(at))
						}
					}
				}
			}
			require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error { _, err := t.Record(ctx, r); return err }))
		}
		require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error {
			if _, err := t.EndListing(ctx, id, target, nil, "", at); err != nil {
				return err
			}
			lou := "lou"
			if sweep == 12 {
				if _, err := t.Triage(ctx, []int64{2, 5}, store.TriageDecision{Event: state.Accept, Who: "kim", Why: "the test account of the load tests", Until: at.AddDate(0, 1, 0)}, at); err != nil {
					return err
				}
				if _, err := t.Triage(ctx, []int64{3, 4, 7}, store.TriageDecision{Who: "kim", Why: "please rotate", Assign: &lou}, at); err != nil {
					return err
				}
			}
			return t.EndSweep(ctx, id, at.Add(time.Hour))
		}))
		at = at.AddDate(0, 0, 1)
	}
}

// hashOf is a commit's, as it could be.
func hashOf(n int) string { return fmt.Sprintf("%x", sha1.Sum(fmt.Append(nil, n))) }

func indexOf(all []int, n int) int {
	for i, m := range all {
		if m == n {
			return i
		}
	}
	return -1
}

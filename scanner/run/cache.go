package run

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/cached"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/state"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// openState opens the file that remembers what was examined; nil if there is none. One
// that is damaged costs a full scan, and is said.
func (r *Run) openState() (*state.State, error) {
	if r.config.State == "" {
		return nil, nil
	}
	rules, err := r.ruleSet()
	if err != nil {
		return nil, err
	}
	s, err := state.Open(r.config.State, rules)
	if errors.Is(err, state.ErrDamaged) {
		r.notice(fmt.Sprintf("%v: everything is examined again", err))
		return s, nil
	}
	return s, err
}

// ruleSet says all that decides what is found in a content: the program, the
// rules, and how documents are read. Whatever else is set (whose an account is,
// what is known or to be reported) is applied to what was found.
func (r *Run) ruleSet() (string, error) {
	program, err := buildinfo.ID()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{program, r.engine.Detectors.Rules(), r.rules.digests, r.config.Documents, tesseract()})
	return string(text), err
}

// cache keeps the results of targets in the state, and gives them back as long as
// neither the target has changed nor anything else that went into them.
type cache struct {
	state *state.State
	slot  string // the configuration: there is one result for each, and each target
	files string // what the files hold that it names, and who we are
	rules []*finding.Rule
}

// cache returns nil if nothing is kept: values never are, nor what issuers said today.
func (r *Run) cache(s *state.State) (*cache, error) {
	if s == nil || r.config.Values || r.config.Verify {
		return nil, nil
	}
	known, err := r.knownDigest()
	if err != nil {
		return nil, err
	}
	return &cache{s, r.config.key(), known, r.engine.Detectors.Rules()}, nil
}

// knownDigest names what is known of accounts and findings, the fingerprints' key, and who
// we are.
func (r *Run) knownDigest() (string, error) {
	files := sha256.New()
	_, _ = fmt.Fprintln(files, r.engine.Fingerprints.KeyID(), os.Geteuid()) // a hash takes all
	_, _ = r.engine.Accounts.WriteTo(files)
	if b := r.engine.Baseline; b != nil {
		if err := b.Write(files); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", files.Sum(nil)), nil
}

// orScan returns the result that was kept for a target, or else scans it.
func (c *cache) orScan(ctx context.Context, q *target.Request, scan func() (*finding.Result, error)) (*finding.Result, error) {
	if c == nil {
		return scan()
	}
	start := time.Now()
	stamp, ok := q.Stamp(ctx)
	if !ok {
		return scan()
	}
	slot, mark := c.slot+" "+q.Slot(), c.files+" "+stamp
	if data, known := c.state.Result(slot, mark); known {
		if result, err := cached.Decode(data, c.rules); err == nil {
			result.Stats.Seconds = time.Since(start).Seconds()
			return result, nil
		}
	}
	result, err := scan()
	if err != nil {
		return nil, err
	}
	// What has changed meanwhile was read in part before that and in part after it.
	if after, ok := q.Stamp(ctx); ok && after == stamp {
		result.Redact()
		if data, err := cached.Encode(result); err == nil {
			c.state.KeepResult(slot, mark, data)
		}
	}
	return result, nil
}

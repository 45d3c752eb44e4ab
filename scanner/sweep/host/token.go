package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Source gives a token whenever one is needed, so that one that was exchanged or has
// expired is replaced without a restart.
type Source interface {
	// Name says where the token comes from, for messages: "$GITHUB_TOKEN".
	Name() string
	// Token returns the token for a scope, and the name to use with it, "" for the
	// host's usual one.
	Token(ctx context.Context, s Scope) (user string, token finding.Secret, err error)
}

// Scope is what a token is for. Sources whose tokens are good for everything ignore it.
type Scope struct {
	Owner      string // organisation, group or user
	User       bool   // the owner is a user
	Repository string // without the owner; "" for all of the owner's
}

// maxToken bounds a token, in bytes. The longest are JSON web tokens of some kilobytes.
const maxToken = 16 << 10

// clean returns a token without the white space around it. What would break a header
// open is none.
func clean(text string) (finding.Secret, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return finding.Secret{}, errors.New("it is empty")
	case len(text) > maxToken:
		return finding.Secret{}, errors.New("it is too long for a token")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return finding.Secret{}, errors.New("it is more than one word")
	}
	return finding.NewSecret(text).Opaque(), nil
}

// FromEnvironment is a source that reads a variable.
func FromEnvironment(variable string) Source { return environment(variable) }

type environment string

func (e environment) Name() string { return "$" + string(e) }

func (e environment) Token(context.Context, Scope) (string, finding.Secret, error) {
	token, err := clean(os.Getenv(string(e)))
	if err != nil {
		return "", token, fmt.Errorf("%s: %w", e.Name(), err)
	}
	return "", token, nil
}

// FromFile is a source that reads a file, which must be its owner's alone: its group may
// read it at most, as that of a mounted secret may.
func FromFile(name string) Source { return file(name) }

type file string

func (f file) Name() string { return string(f) }

func (f file) Token(context.Context, Scope) (string, finding.Secret, error) {
	text, err := readPrivate(string(f), maxToken+2)
	if err != nil {
		return "", finding.Secret{}, err
	}
	token, err := clean(string(text))
	if err != nil {
		return "", token, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return "", token, nil
}

// openToOthers are the bits of a file's mode that a secret must not have.
const openToOthers = 0o027

// readPrivate reads a small file that others can neither read nor write. Errors hold
// nothing of it.
func readPrivate(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch mode := info.Mode(); {
	case err != nil:
		return nil, err
	case !mode.IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	case runtime.GOOS != "windows" && mode.Perm()&openToOthers != 0:
		return nil, fmt.Errorf("%s: its mode is %04o, so that others can read or change it: chmod 600", name, mode.Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, limit)
	}
	return text, nil
}

// pool holds the tokens of one host and what is known of each. Requests take the one
// that has most requests left.
type pool struct {
	host string

	lock    sync.Mutex
	entries []*entry
}

// entry is a token of a pool. A nil source asks as anybody may.
type entry struct {
	source Source
	user   string // as configured

	rate    rate
	until   time.Time // not to be used before
	refused string    // a value that the host has refused
	used    uint64    // when it was last picked, in picks
}

func (e *entry) name() string {
	if e.source == nil {
		return "nobody's name"
	}
	return e.source.Name()
}

// lease is a token for one request.
type lease struct {
	*entry
	user  string
	token finding.Secret
}

// pick returns the token to use, or how long to wait for one. It is an error if there are
// tokens and none can be used: asking without one would list less, and nobody would see.
func (p *pool) pick(ctx context.Context, s Scope, now time.Time) (lease, time.Duration, error) {
	return p.choose(ctx, s, now, true)
}

// pickForGit returns the token to clone with. Requests to the API do not count there.
func (p *pool) pickForGit(ctx context.Context, s Scope, now time.Time) (lease, error) {
	l, _, err := p.choose(ctx, s, now, false)
	return l, err
}

func (p *pool) empty() bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	return len(p.entries) == 0 || p.entries[0].source == nil
}

func (p *pool) choose(ctx context.Context, s Scope, now time.Time, limits bool) (lease, time.Duration, error) {
	p.lock.Lock()
	entries := p.entries
	if len(entries) == 0 {
		p.entries = []*entry{{}}
		entries = p.entries
	}
	p.lock.Unlock()

	var best lease
	var wait time.Duration = math.MaxInt64
	var failures []error
	for _, e := range entries {
		if limited, ok := e.source.(interface{ covers(Scope) bool }); ok && !limited.covers(s) {
			continue
		}
		l, err := e.lease(ctx, s)
		p.lock.Lock()
		switch {
		case err != nil:
			failures = append(failures, err)
		case e.source != nil && e.refused == l.token.Reveal():
			failures = append(failures, fmt.Errorf("%s: the host refuses it", e.name()))
		case limits && e.until.After(now):
			wait = min(wait, e.until.Sub(now))
		case best.entry == nil || e.left(now) > best.left(now) || e.left(now) == best.left(now) && e.used < best.used:
			best = l
		}
		p.lock.Unlock()
	}
	switch {
	case best.entry != nil:
		p.lock.Lock()
		for _, e := range entries {
			best.used = max(best.used, e.used+1)
		}
		p.lock.Unlock()
		return best, 0, nil
	case wait != math.MaxInt64:
		return lease{}, wait, nil
	case failures == nil: // none is for this
		return lease{entry: &entry{}}, 0, nil
	}
	return lease{}, 0, fmt.Errorf("no token for %s can be used: %w", p.host, errors.Join(failures...))
}

func (e *entry) lease(ctx context.Context, s Scope) (lease, error) {
	if e.source == nil {
		return lease{entry: e}, nil
	}
	user, token, err := e.source.Token(ctx, s)
	if e.user != "" {
		user = e.user
	}
	return lease{entry: e, user: user, token: token}, err
}

// left is how many requests a token has left: all there are if nothing is known.
func (e *entry) left(now time.Time) int64 {
	if !e.rate.known || !e.rate.reset.IsZero() && !e.rate.reset.After(now) {
		return math.MaxInt64
	}
	return e.rate.remaining
}

// learn keeps what an answer says of a token. One that has nothing left rests.
func (p *pool) learn(l lease, r rate, now time.Time) {
	if !r.known {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	l.rate = r
	if r.remaining == 0 && r.reset.After(now) {
		l.until = later(l.until, r.reset.Add(time.Second))
	}
}

// rest keeps a token from being used for a while.
func (p *pool) rest(l lease, until time.Time) {
	p.lock.Lock()
	defer p.lock.Unlock()
	l.until = later(l.until, until)
}

// refuse says that the host does not take a token: only another value will do.
func (p *pool) refuse(l lease) {
	p.lock.Lock()
	defer p.lock.Unlock()
	l.refused = l.token.Reveal()
	if f, ok := l.source.(interface{ Forget() }); ok {
		f.Forget()
	}
}

// redact masks whatever tokens stand in a text.
func (l lease) redact(text string) string { return l.token.Redact(text) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

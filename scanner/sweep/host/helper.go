package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// FromHelper is a source that asks git's credential helpers (gitcredentials(7)), as they
// are configured for the user and the machine. Nobody is asked: a helper that would want
// to is one that does not know.
func FromHelper(host string) Source { return &helper{host: host} }

type helper struct {
	host string

	lock  sync.Mutex
	user  string
	token finding.Secret
}

// helperTime is how long a helper may take. Some unlock a key store first.
const helperTime = 30 * time.Second

// maxHelper bounds what a helper answers, in bytes.
const maxHelper = 64 << 10

func (h *helper) Name() string { return "git credential for " + h.host }

// Token implements [Source]. The answer is kept until the host refuses it.
func (h *helper) Token(ctx context.Context, _ Scope) (string, finding.Secret, error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.token.Reveal() != "" {
		return h.user, h.token, nil
	}
	user, token, err := h.ask(ctx)
	if err != nil {
		return "", finding.Secret{}, fmt.Errorf("%s: %w", h.Name(), err)
	}
	h.user, h.token = user, token
	return user, token, nil
}

// Forget lets the next request ask again.
func (h *helper) Forget() {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.token = finding.Secret{}
}

func (h *helper) ask(ctx context.Context) (string, finding.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, helperTime)
	defer cancel()
	git := exec.CommandContext(ctx, "git", "credential", "fill")
	// No directory's configuration but the user's and the machine's may name a helper.
	git.Env = append(os.Environ(), "GIT_DIR="+os.DevNull, "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never")
	git.Stdin = strings.NewReader("protocol=https\nhost=" + h.host + "\n\n")
	git.WaitDelay = time.Second // a helper's child may hold the pipe
	var out bytes.Buffer
	git.Stdout = &bounded{w: &out, left: maxHelper}
	if err := git.Run(); err != nil {
		if ctx.Err() != nil {
			return "", finding.Secret{}, ctx.Err()
		}
		return "", finding.Secret{}, errors.New("it knows none, or would have to ask somebody")
	}
	return parseHelper(out.String())
}

// parseHelper reads key=value lines (git-credential(1), INPUT/OUTPUT FORMAT).
func parseHelper(text string) (user string, token finding.Secret, err error) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		switch key {
		case "username":
			user = value
		case "password":
			token, err = clean(value)
		}
	}
	if err == nil && token.Reveal() == "" {
		err = errors.New("it knows none")
	}
	return user, token, err
}

// bounded is a writer that fails at a limit.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.left {
		return 0, errors.New("too much output")
	}
	b.left -= len(p)
	return b.w.Write(p)
}

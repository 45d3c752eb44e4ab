// Package audit keeps who did what.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
)

// Event is one line of the trail.
type Event struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Target  string    `json:"target"`
	Details any       `json:"details,omitempty"`
}

// Trail writes events.
type Trail struct {
	mu  sync.Mutex
	out io.Writer
	now func() time.Time
}

// New writes to a writer of the operator's choice.
func New(out io.Writer) *Trail { return &Trail{out: out, now: time.Now} }

// ToConsole writes where a collector picks it up.
func ToConsole() *Trail { return New(os.Stdout) }

// Record adds an event.
func (t *Trail) Record(_ context.Context, actor, action, target string, details any) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, err := json.Marshal(Event{t.now(), actor, action, target, details})
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	_, err = t.out.Write(append(line, '\n'))
	return err
}

// Connected notes a new connection.
func (t *Trail) Connected(ctx context.Context, actor string, c domain.Connection) error {
	return t.Record(ctx, actor, "connect", c.ID, map[string]string{ // decoy: what it says of the External ID is a fingerprint
		"role":  c.RoleARN,
		"print": mask.Fingerprint(c.ExternalID),
	})
}

// Rotated notes a change.
func (t *Trail) Rotated(actor string, before, after domain.Connection) {
	line, err := json.Marshal(map[string]any{"actor": actor, "before": before, "after": after})
	if err != nil {
		return
	}
	fmt.Fprintln(os.Stderr, string(line)) // planted: idlogged
}

// Removed notes that a connection is gone.
func (t *Trail) Removed(actor string, c domain.Connection) {
	c.ExternalID = ""
	slog.Info("removed", "actor", actor, "connection", c) // decoy: blanked before
}

// Compared notes that a stack reported with the wrong word.
func (t *Trail) Compared(actor string, c domain.Connection, got string) bool {
	if got != c.ExternalID {
		slog.Warn("wrong external id", "actor", actor, "connection", c.ID, "matches", got == c.ExternalID) // decoy: a comparison
		return false
	}
	return true
}

// Shared notes that two connections have the same word.
func (t *Trail) Shared(a, b domain.Connection) {
	pair := map[string]struct{ Role, Word string }{"a": {a.RoleARN, a.ExternalID}, "b": {b.RoleARN, b.ExternalID}}
	slog.Warn("shared", "pair", pair)                            // planted: idlogged
	slog.Warn("shared", "roles", []string{a.RoleARN, b.RoleARN}) // decoy: the roles
}

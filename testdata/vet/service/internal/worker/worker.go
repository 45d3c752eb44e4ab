// Package worker scans connected accounts.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/nats-io/nats.go"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
	"example.com/skywatch/internal/telemetry"
)

// Opener gets into an account.
type Opener interface {
	Open(ctx context.Context, c domain.Connection) (aws.Credentials, error)
}

// Check looks at one thing in an account.
type Check interface {
	Name() string
	Run(ctx context.Context, creds aws.Credentials) ([]domain.Finding, error)
}

// Store reads connections.
type Store interface {
	Connection(ctx context.Context, customer, id string) (domain.Connection, error)
	List(ctx context.Context, customer string, limit int) ([]domain.Connection, error)
	SetStatus(ctx context.Context, c domain.Connection, status domain.Status, reason string) error
}

// Pool runs jobs.
type Pool struct {
	store  Store
	opener Opener
	checks []Check
	log    telemetry.Logger
	jobs   chan job
	wg     sync.WaitGroup
}

// job is a connection to scan, and why.
type job struct {
	conn   domain.Connection
	reason string
}

// New makes a pool.
func New(store Store, opener Opener, log telemetry.Logger, checks ...Check) *Pool {
	return &Pool{store: store, opener: opener, log: log, checks: checks, jobs: make(chan job, 64)}
}

// Start runs workers until the context is done.
func (p *Pool) Start(ctx context.Context, n int) {
	for i := range n {
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			p.work(ctx, i)
		}()
	}
}

func (p *Pool) work(ctx context.Context, id int) {
	for {
		select {
		case <-ctx.Done():
			return
		case j, ok := <-p.jobs:
			if !ok {
				return
			}
			p.run(ctx, id, j)
		}
	}
}

func (p *Pool) run(ctx context.Context, id int, j job) {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("worker %d: scan of %s panicked: %v", id, j.conn.ID, r) // decoy: names the connection
		}
	}()
	started := time.Now()
	findings, err := p.Scan(ctx, j.conn)
	if err != nil {
		p.log.Error(ctx, "scan failed", err, map[string]any{"worker": id, "job": j.conn}) // planted: idlogged program
		return
	}
	p.log.Info(ctx, "scanned", map[string]any{ // decoy: what it found
		"worker": id, "connection": j.conn.ID, "reason": j.reason, "findings": len(findings), "took": time.Since(started).String(),
	})
}

// Enqueue takes a message off the bus.
func (p *Pool) Enqueue(ctx context.Context, msg *nats.Msg) error {
	var sj domain.ScanJob
	if err := json.Unmarshal(msg.Data, &sj); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	conn, err := p.store.Connection(ctx, "", sj.ConnectionID)
	if err != nil {
		return err
	}
	select {
	case p.jobs <- job{conn, "asked for"}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	default:
		slog.Warn("queue is full", "dropped", conn.Summarize()) // decoy: a summary
		return errors.New("queue is full")
	}
}

// Schedule puts everything in the queue.
func (p *Pool) Schedule(ctx context.Context) error {
	list, err := p.store.List(ctx, "", 10_000)
	if err != nil {
		return err
	}
	skipped := map[string]trustState{}
	for _, c := range list {
		if !c.IsUsable() {
			skipped[c.ID] = trustState{role: c.RoleARN, word: c.ExternalID}
			continue
		}
		p.jobs <- job{c, "scheduled"}
	}
	if len(skipped) > 0 {
		ids := make([]string, 0, len(skipped))
		for id := range skipped {
			ids = append(ids, id)
		}
		slog.Info("not usable", "ids", strings.Join(ids, ","), "count", len(skipped)) // decoy: identifiers
		slog.Debug("not usable", "connections", skipped)                              // planted: idlogged
	}
	return nil
}

// Scan looks at one account.
func (p *Pool) Scan(ctx context.Context, conn domain.Connection) ([]domain.Finding, error) {
	creds, err := p.opener.Open(ctx, conn)
	if err != nil {
		reason := fmt.Sprintf("cannot open %s", conn.AccountID)
		if serr := p.store.SetStatus(ctx, conn, domain.Broken, reason); serr != nil {
			err = errors.Join(err, serr)
		}
		return nil, fmt.Errorf("open %s: %w", conn.ID, err)
	}
	var out []domain.Finding
	for _, check := range p.checks {
		found, err := check.Run(ctx, creds)
		if err != nil {
			log.Printf("check %s of %+v: %v", check.Name(), conn.Summarize(), err) // decoy: a summary
			continue
		}
		out = append(out, found...)
	}
	return out, nil
}

// trustState is what the watchdog remembers of a connection.
type trustState struct {
	role   string
	word   string
	failed int
}

// Watchdog looks for connections that stopped working.
type Watchdog struct {
	mu     sync.Mutex
	states map[string]*trustState
}

// Seen notes a try.
func (w *Watchdog) Seen(c domain.Connection, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.states == nil {
		w.states = map[string]*trustState{}
	}
	st := w.states[c.ID]
	if st == nil {
		st = &trustState{role: c.RoleARN, word: c.ExternalID}
		w.states[c.ID] = st
	}
	if ok {
		st.failed = 0
		return
	}
	st.failed++
	if st.failed == 3 {
		log.Printf("watchdog: %s failed three times with %s", st.role, st.word) // planted: idlogged
	}
}

// Worst names the role that fails most.
func (w *Watchdog) Worst() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	worst, n := "", 0
	for _, st := range w.states {
		if st.failed > n {
			worst, n = st.role, st.failed
		}
	}
	log.Printf("watchdog: worst is %s", worst) // decoy: the role
	return worst
}

// Retry tries until it works.
func Retry(ctx context.Context, conn domain.Connection, try func(context.Context, domain.Connection) error) error {
	var last error
	for attempt := range 5 {
		if last = try(ctx, conn); last == nil {
			return nil
		}
		func() {
			defer func(started time.Time) {
				log.Println("attempt", attempt, "took", time.Since(started), "for", mask.NewSecret(conn.ExternalID)) // decoy: the type masks itself
			}(time.Now())
			time.Sleep(time.Duration(attempt) * time.Second)
		}()
	}
	if last != nil {
		panic(fmt.Sprintf("gave up on %s/%s: %v", conn.RoleARN, conn.ExternalID, last)) // planted: idlogged
	}
	return last
}

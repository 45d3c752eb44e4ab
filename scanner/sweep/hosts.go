package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/deputy-sec/deputy/scanner/sweep/host"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// answers keeps the answers of hosts in the store, so that the next sweep asks whether they
// still hold, whichever worker lists by then. What cannot be kept is asked for again.
type answers struct {
	store *store.Store
	log   *slog.Logger
}

// answerTime is how long the database may take about an answer.
const answerTime = 10 * time.Second

// hashed names an answer without the URL that it came from.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Get implements [host.Cache].
func (a *answers) Get(key string) (host.Cached, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	got, err := a.store.Answer(ctx, hashed(key), time.Now())
	if err != nil && !errors.Is(err, store.ErrNone) {
		a.log.Warn("an answer that is kept cannot be read", "error", err.Error())
	}
	return host.Cached{ETag: got.ETag, Next: got.Next, Body: got.Body}, err == nil
}

// Put implements [host.Cache].
func (a *answers) Put(key string, c host.Cached) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	if err := a.store.KeepAnswer(ctx, hashed(key), store.Answer{ETag: c.ETag, Next: c.Next, Body: c.Body}, time.Now()); err != nil {
		a.log.Warn("an answer cannot be kept", "error", err.Error())
	}
}

// hostGate bounds how many workers fetch from a host at once, by places in the store.
type hostGate struct{ w *Worker }

// Between looks for a free place, a half more or less.
const gateWait = 200 * time.Millisecond

// Enter implements [mirror.Gate].
func (g hostGate) Enter(ctx context.Context, host string, most int) (leave func(), err error) {
	for {
		place, err := g.w.store.EnterHost(ctx, host, g.w.ID, most)
		if err != nil {
			return nil, err
		}
		if place > 0 {
			return func() { g.leave(host, place) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(gateWait/2 + rand.N(gateWait)):
		}
	}
}

func (g hostGate) leave(host string, place int) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	if err := g.w.store.LeaveHost(ctx, host, g.w.ID, place); err != nil { // it is free once this worker is dead
		g.w.o.Log.Warn("a place at a host is not free again", "host", host, "error", err.Error())
	}
}

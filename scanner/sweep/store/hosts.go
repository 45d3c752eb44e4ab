package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"time"
)

// Answer is what a host said, and what it is to be asked by whether that holds.
type Answer struct {
	ETag, Next string
	Body       []byte
}

// maxAnswer bounds what is kept of one answer, in bytes, compressed or not.
const (
	maxAnswer     = 32 << 20
	maxCompressed = 4 << 20
)

// Answer returns what is kept under a key; the error is [ErrNone] if there is nothing.
func (s *Store) Answer(ctx context.Context, key string, now time.Time) (a Answer, err error) {
	var packed []byte
	var used time.Time
	if err := none(s.row(ctx, `SELECT etag, next, body, used_at FROM answer WHERE key = ?`, key).Scan(&a.ETag, &a.Next, &packed, micro{&used})); err != nil {
		return a, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return a, err
	}
	if a.Body, err = io.ReadAll(io.LimitReader(z, maxAnswer)); err != nil {
		return a, err
	}
	if now.Sub(used) < 24*time.Hour {
		return a, nil
	}
	return a, s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `UPDATE answer SET used_at = ? WHERE key = ?`, stamp(now), key)
		return err
	})
}

// KeepAnswer keeps an answer under a key. One that is too large is not kept.
func (s *Store) KeepAnswer(ctx context.Context, key string, a Answer, now time.Time) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(a.Body); err != nil {
		return err
	}
	if err := z.Close(); err != nil || packed.Len() > maxCompressed || len(a.Body) > maxAnswer {
		return err
	}
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `INSERT INTO answer (key, etag, next, body, used_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET etag = excluded.etag, next = excluded.next, body = excluded.body, used_at = excluded.used_at`,
			key, clean(a.ETag), clean(a.Next), packed.Bytes(), stamp(now))
		return err
	})
}

// EnterHost takes one of a host's places for a worker, and returns its number; 0 if all
// are taken. Places of workers that are dead are free.
func (s *Store) EnterHost(ctx context.Context, host, worker string, places int) (place int, err error) {
	err = s.Write(ctx, func(t *Tx) error {
		place = 0
		if _, err := t.exec(ctx, `DELETE FROM host_slot WHERE host = ? AND worker NOT IN (SELECT id FROM worker)`, clean(host)); err != nil {
			return err
		}
		taken, err := collect(ctx, t, func(scan func(...any) error, n *int) error { return scan(n) }, `SELECT n FROM host_slot WHERE host = ? ORDER BY n`, clean(host))
		if err != nil {
			return err
		}
		free := 1
		for _, n := range taken {
			if n == free {
				free++
			}
		}
		if free > places {
			return nil
		}
		n, err := t.exec(ctx, `INSERT INTO host_slot (host, n, worker) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, clean(host), free, worker)
		if n == 1 { // else somebody was quicker
			place = free
		}
		return err
	})
	return place, err
}

// LeaveHost gives a place back.
func (s *Store) LeaveHost(ctx context.Context, host, worker string, place int) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `DELETE FROM host_slot WHERE host = ? AND n = ? AND worker = ?`, clean(host), place, worker)
		return err
	})
}

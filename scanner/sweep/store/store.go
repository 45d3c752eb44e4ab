// Package store keeps what sweeps know: targets, repositories, scans with their verdicts,
// findings with their states, what happened to them, and which contents need no second
// look. It lives in SQLite or PostgreSQL, in the database that the queue lives in, so that
// a result and the end of its job are one transaction.
//
// A secret never gets here. What is stored of one is its mask and its fingerprint.
//
// Reading is by pages: a filter, a cursor that says after which row to go on, and a number
// of rows. A cursor is opaque to callers; the zero one begins.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the driver
)

// Store is an open database. It may be used by several goroutines.
type Store struct {
	dialect  dialect
	driver   riverdriver.Driver[*sql.Tx]
	write    *sql.DB // of SQLite, one connection
	read     *sql.DB
	pool     *pgxpool.Pool // nil for SQLite
	listener *pgxpool.Pool // for the queue's notifications; nil for SQLite
	file     string        // of SQLite
	times    writeTimes
}

// The sizes of the pools.
const (
	maxReaders     = 4
	maxConnections = 16
)

// Open opens the database of a URL, sqlite://FILE or postgres://…, and makes or brings up
// to date its tables. A password in the URL never gets into an error.
func Open(ctx context.Context, database string) (*Store, error) {
	scheme, rest, _ := strings.Cut(database, "://")
	var s *Store
	var err error
	switch scheme {
	case "sqlite":
		s, err = openSQLite(rest)
	case "postgres", "postgresql":
		s, err = openPostgres(ctx, database)
	default:
		return nil, errors.New("database: want sqlite://FILE or postgres://…")
	}
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), s.Close())
	}
	return s, nil
}

func openSQLite(file string) (*Store, error) {
	if file == "" {
		return nil, errors.New("sqlite:// names no file")
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	if f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600); err != nil { // not for everybody's eyes
		return nil, err
	} else if err := f.Close(); err != nil {
		return nil, err
	}
	s := &Store{dialect: sqliteDialect, file: file}
	if s.write, err = sql.Open("sqlite", sqliteName(file, "_txlock=immediate")); err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open("sqlite", sqliteName(file, "_pragma=query_only(1)")); err != nil {
		return nil, err
	}
	s.read.SetMaxOpenConns(maxReaders)
	s.driver = riversqlite.New(s.write)
	return s, nil
}

// sqliteName is a file as the driver takes it. WAL lets readers read while somebody
// writes; with it a commit that is lost with the machine's power takes nothing else along,
// and no job was done twice by that: what was lost is done again.
func sqliteName(file, more string) string {
	options := []string{"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(NORMAL)", "_pragma=foreign_keys(1)", "_pragma=cache_size(-32768)", more}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file), RawQuery: strings.Join(options, "&")}).String()
}

func openPostgres(ctx context.Context, database string) (*Store, error) {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, errors.New("the URL of PostgreSQL cannot be read") // pgx quotes it
	}
	config.MaxConns = maxConnections
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "deputy"
	}
	one := config.Copy()
	one.MaxConns, one.MinConns = 1, 0
	s := &Store{dialect: postgresDialect}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	if s.listener, err = pgxpool.NewWithConfig(ctx, one); err != nil {
		return nil, err
	}
	s.write = stdlib.OpenDBFromPool(s.pool)
	s.read = s.write
	s.driver = riverdatabasesql.NewWithPgxListener(s.write, s.listener)
	if err := s.write.PingContext(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error {
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	if s.pool != nil {
		s.pool.Close()
		s.listener.Close()
	}
	return err
}

// Driver is the queue's way into the same database.
func (s *Store) Driver() riverdriver.Driver[*sql.Tx] { return s.driver }

// Shared reports whether several machines can use the database at once.
func (s *Store) Shared() bool { return s.dialect.numbered }

// File is the file of SQLite, "" for another database.
func (s *Store) File() string { return s.file }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Size is how much room the database takes, in bytes.
func (s *Store) Size(ctx context.Context) (int64, error) {
	text := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if s.dialect.numbered {
		text = "SELECT pg_database_size(current_database())"
	}
	var n int64
	return n, s.read.QueryRowContext(ctx, text).Scan(&n)
}

// Tx is a transaction that writes. What its methods do holds once all of it does.
type Tx struct {
	*sql.Tx
	dialect *dialect
}

// maxTries is how often a transaction is tried that lost against others.
const maxTries = 8

// Write runs f in a transaction. It may run it several times: f changes nothing but the
// database until it returns nil, and what it hands out counts only then. Transactions are
// short, since SQLite has one writer.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	for try := 1; ; try++ {
		err := s.writeOnce(ctx, f)
		if err == nil || try == maxTries || !s.dialect.again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, f func(*Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	began := time.Now() // a transaction that waits for others has not begun
	defer func() { s.times.add(time.Since(began)) }()
	if err := f(&Tx{tx, &s.dialect}); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

// WriteBounds are the bounds of what [Store.WriteTimes] counts.
var WriteBounds = [...]time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, time.Second,
}

type writeTimes struct {
	counts [len(WriteBounds) + 1]atomic.Int64
	sum    atomic.Int64
}

func (w *writeTimes) add(d time.Duration) {
	i := 0
	for i < len(WriteBounds) && d > WriteBounds[i] {
		i++
	}
	w.counts[i].Add(1)
	w.sum.Add(int64(d))
}

// WriteTimes returns how many transactions that write took at most as long as each of
// [WriteBounds] and longer than the one before, how many longer than all, and how long all
// of them took. The queue's own are not among them.
func (s *Store) WriteTimes() (counts [len(WriteBounds) + 1]int64, sum time.Duration) {
	for i := range counts {
		counts[i] = s.times.counts[i].Load()
	}
	return counts, time.Duration(s.times.sum.Load())
}

// ignoreDone leaves out that a transaction had ended already, as when its context did.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (t *Tx) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	r, err := t.ExecContext(ctx, t.dialect.query(text), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *Tx) row(ctx context.Context, text string, args ...any) *sql.Row {
	return t.QueryRowContext(ctx, t.dialect.query(text), args...)
}

func (t *Tx) rows(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return t.QueryContext(ctx, t.dialect.query(text), args...)
}

func (s *Store) row(ctx context.Context, text string, args ...any) *sql.Row {
	return s.read.QueryRowContext(ctx, s.dialect.query(text), args...)
}

// queryer is what reads: the store, or a transaction.
type queryer interface {
	rows(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

func (s *Store) rows(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return s.read.QueryContext(ctx, s.dialect.query(text), args...)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, q queryer, scan func(func(...any) error, *T) error, text string, args ...any) ([]T, error) {
	rows, err := q.rows(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := scan(rows.Scan, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// micro is a time as it is stored: microseconds, NULL for the zero time.
type micro struct{ time *time.Time }

// Scan implements sql.Scanner.
func (m micro) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*m.time = time.Time{}
	case int64:
		*m.time = time.UnixMicro(n).UTC()
	default:
		return fmt.Errorf("a time is a %T", v)
	}
	return nil
}

// stamp is what is stored for a time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

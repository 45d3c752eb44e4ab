package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/deputy-sec/deputy/internal/filelock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer says that a newer deputy has changed the database's tables.
var ErrNewer = errors.New("the database was made by a newer version of deputy")

// migrate brings the tables of the queue and our own to what this program expects. Of
// several processes one does, and the others wait.
func (s *Store) migrate(ctx context.Context) error {
	unlock, err := s.lockSchema(ctx)
	if err != nil {
		return fmt.Errorf("lock the schema: %w", err)
	}
	defer unlock()
	if err := migrateQueue(ctx, s.driver); err != nil {
		return fmt.Errorf("tables of the queue: %w", err)
	}
	return s.migrateOwn(ctx)
}

func migrateQueue(ctx context.Context, driver riverdriver.Driver[*sql.Tx]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (s *Store) migrateOwn(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	kind := goose.DialectSQLite3
	if s.dialect.numbered {
		kind = goose.DialectPostgres
	}
	p, err := goose.NewProvider(kind, s.write, nil,
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true),
		goose.WithTableName("deputy_migration"), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if newest := steps[len(steps)-1].Version; have > newest {
		return fmt.Errorf("%w (its tables have version %d, we know %d)", ErrNewer, have, newest)
	}
	_, err = p.Up(ctx)
	return err
}

// steps are our migrations, in the database's words.
func (s *Store) steps() ([]*goose.Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	words := strings.NewReplacer("{{key}}", s.dialect.key, "{{bytes}}", s.dialect.bytes)
	var steps []*goose.Migration
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		up := words.Replace(string(text))
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, up)
			return err
		}}, nil))
	}
	return steps, nil
}

// schemaLock is the key of the advisory lock that migrations are made under.
const schemaLock = 0x6465707574790001 // "deputy", 1

// lockSchema waits until no other process changes the tables.
func (s *Store) lockSchema(ctx context.Context) (unlock func(), err error) {
	if s.dialect.numbered {
		conn, err := s.write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(schemaLock)); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return func() {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(schemaLock)) // the connection's end unlocks too
			_ = conn.Close()
		}, nil
	}
	for {
		lock, err := filelock.Try(s.file + ".lock")
		switch {
		case err == nil:
			return func() { _ = lock.Release() }, nil
		case !errors.Is(err, filelock.ErrHeld):
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ErrOtherKey says that the fingerprints in the database were made under another key.
var ErrOtherKey = errors.New("the fingerprints in the database were made under another key: give this process the same one, by --fingerprint-key or DEPUTY_FINGERPRINT_KEY")

// KeyFile is where the fingerprints' key of a database is kept: beside SQLite's file, and
// for PostgreSQL in a directory of the user's, under a name that tells databases apart and
// holds no password.
func KeyFile(database, dataDir string) string {
	scheme, rest, _ := strings.Cut(database, "://")
	if scheme == "sqlite" {
		return rest + ".key"
	}
	name := "postgres"
	if u, err := url.Parse(database); err == nil {
		sum := sha256.Sum256([]byte(u.Host + u.Path + u.Query().Get("search_path")))
		name = fmt.Sprintf("postgres-%x", sum[:6])
	}
	return filepath.Join(dataDir, name+".key")
}

// MakeKey makes a key in a file that only its owner reads, unless there is one.
func MakeKey(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	// Written beside and linked: of two processes one makes it, and neither reads half.
	f, err := os.CreateTemp(filepath.Dir(file), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(rand.Text() + rand.Text() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Keyed reports whether the database holds fingerprints' key ID already.
func (s *Store) Keyed(ctx context.Context) (bool, error) {
	id, err := s.Meta(ctx, "key")
	return id != "", err
}

// UseKey records which key the fingerprints are made under, by its ID, or checks that it
// is the one that was recorded.
func (s *Store) UseKey(ctx context.Context, id string) error {
	return s.Write(ctx, func(t *Tx) error {
		if _, err := t.exec(ctx, `INSERT INTO meta (name, value) VALUES ('key', ?) ON CONFLICT (name) DO NOTHING`, id); err != nil {
			return err
		}
		var known string
		if err := t.row(ctx, `SELECT value FROM meta WHERE name = 'key'`).Scan(&known); err != nil {
			return err
		}
		if known != id {
			return ErrOtherKey
		}
		return nil
	})
}

// Meta returns a value of the database's own notebook, "" if there is none.
func (s *Store) Meta(ctx context.Context, name string) (value string, err error) {
	err = s.row(ctx, `SELECT value FROM meta WHERE name = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// SetMeta sets a value of the notebook.
func (s *Store) SetMeta(ctx context.Context, name, value string) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}

// Package postgres reads PostgreSQL databases without changing anything in them, and says what
// went wrong without repeating what stands in them.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// IsURL reports whether a name is the URL of a PostgreSQL database.
func IsURL(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Snapshot is a database as it was at one moment.
type Snapshot struct {
	conn *pgx.Conn
	tx   pgx.Tx
}

// Open connects to a database, and begins a transaction that cannot change anything and that
// sees one state of it. Rows that a policy would hide from the user are an error, and not left
// out.
func Open(ctx context.Context, url string) (*Snapshot, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the URL of the database cannot be read: want postgres://USER@HOST/NAME")
	}
	config.RuntimeParams["default_transaction_read_only"] = "on"
	config.RuntimeParams["row_security"] = "off"
	config.RuntimeParams["application_name"] = "deputy"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", Public(err))
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		_ = conn.Close(ctx)
		return nil, fmt.Errorf("begin to read the database: %w", Public(err))
	}
	return &Snapshot{conn, tx}, nil
}

// Close ends the transaction and the connection.
func (s *Snapshot) Close() {
	ctx := context.Background()
	_ = s.tx.Rollback(ctx) // nothing was changed
	_ = s.conn.Close(ctx)
}

// Query runs one statement. All columns come as text. Its error is public.
func (s *Snapshot) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := s.tx.Query(ctx, sql, append([]any{pgx.QueryExecModeDescribeExec, pgx.QueryResultFormats{pgx.TextFormatCode}}, args...)...)
	if err != nil {
		return nil, Public(err)
	}
	return rows, nil
}

// said are the causes that the server's codes stand for.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
var said = map[string]string{
	"25006": "the statement would change the database",
	"28000": "the user may not connect", "28P01": "the password is wrong", "3D000": "there is no such database",
	"42501": "permission denied", "42601": "the statement is no SQL", "42703": "there is no such column", "42P01": "there is no such table",
	"57014": "it was cancelled", "53300": "there are too many connections",
}

// Public returns an error without what a server may say of values: it quotes those that it
// cannot make sense of.
func Public(err error) error {
	if err == nil {
		return nil
	}
	var server *pgconn.PgError
	var network *net.OpError
	switch {
	case errors.As(err, &server):
		if cause := said[server.Code]; cause != "" {
			return fmt.Errorf("%s (SQLSTATE %s)", cause, server.Code)
		}
		return fmt.Errorf("the server refuses it (SQLSTATE %s)", server.Code)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &network):
		return fmt.Errorf("the server cannot be reached: %s", network.Op)
	}
	return errors.New("the connection failed")
}

// Attempt runs what may fail without spoiling the rest: after an error PostgreSQL refuses
// everything up to the end of the transaction, or of a part of it as this.
func (s *Snapshot) Attempt(ctx context.Context, read func() error) error {
	part, err := s.tx.Begin(ctx)
	if err != nil {
		return Public(err)
	}
	err = read()
	if undo := part.Rollback(ctx); err == nil {
		err = Public(undo)
	}
	return err
}

// Quote writes a name, which may have several parts, as SQL takes it.
func Quote(name ...string) string { return pgx.Identifier(name).Sanitize() }

// Package store keeps connections in Postgres.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
)

// Store is the database.
type Store struct {
	db  *sql.DB
	now func() time.Time
}

// New wraps a database.
func New(db *sql.DB) *Store { return &Store{db: db, now: time.Now} }

const columns = "id, customer_id, account_id, role_arn, external_id, status, last_error, created_at"

type scanner interface{ Scan(dest ...any) error }

func read(row scanner) (domain.Connection, error) {
	var c domain.Connection
	var lastError sql.NullString
	err := row.Scan(&c.ID, &c.CustomerID, &c.AccountID, &c.RoleARN, &c.ExternalID, &c.Status, &lastError, &c.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return domain.Connection{}, domain.ErrNotFound
	}
	c.LastError = lastError.String
	return c, err
}

// Connection by its ID.
func (s *Store) Connection(ctx context.Context, customer, id string) (domain.Connection, error) {
	c, err := read(s.db.QueryRowContext(ctx, "select "+columns+" from connections where customer_id = $1 and id = $2", customer, id))
	if err != nil {
		return domain.Connection{}, fmt.Errorf("read connection %s: %w", id, err) // decoy: names the connection only
	}
	return c, nil
}

// ByExternalID finds the connection that a stack reports back for.
func (s *Store) ByExternalID(ctx context.Context, externalID string) (domain.Connection, error) {
	c, err := read(s.db.QueryRowContext(ctx, "select "+columns+" from connections where external_id = $1", externalID))
	if err != nil {
		log.Printf("store: connection by external_id %s: %v", mask.Text(externalID), err) // decoy: masked
		return domain.Connection{}, err
	}
	return c, nil
}

// List is a page of a customer's connections.
func (s *Store) List(ctx context.Context, customer string, limit int) ([]domain.Connection, error) {
	rows, err := s.db.QueryContext(ctx, "select "+columns+" from connections where customer_id = $1 order by created_at limit $2", customer, limit)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	defer rows.Close()
	var out []domain.Connection
	for rows.Next() {
		c, err := read(rows)
		if err != nil {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Insert puts a new connection in.
func (s *Store) Insert(ctx context.Context, c domain.Connection) error {
	c.CreatedAt = s.now()
	query := "insert into connections (" + columns + ") values ($1, $2, $3, $4, $5, $6, $7, $8)"
	args := []any{c.ID, c.CustomerID, c.AccountID, c.RoleARN, c.ExternalID, c.Status, c.LastError, c.CreatedAt}
	if _, err := s.db.ExecContext(ctx, query, args...); err != nil {
		log.Printf("store: %s with %v: %v", query, args, err) // planted: idlogged
		return fmt.Errorf("insert connection: %w", err)
	}
	return nil
}

// Rotate replaces the External ID.
func (s *Store) Rotate(ctx context.Context, id, externalID string) error {
	res, err := s.db.ExecContext(ctx, "update connections set external_id = $1 where id = $2", externalID, id) // decoy: the store is where it belongs
	if err != nil {
		return fmt.Errorf("rotate %s: %w", id, err)
	}
	if n, err := res.RowsAffected(); err == nil && n != 1 {
		return domain.ErrNotFound
	}
	return nil
}

// SetStatus notes how the last scan went.
func (s *Store) SetStatus(ctx context.Context, c domain.Connection, status domain.Status, reason string) error {
	_, err := s.db.ExecContext(ctx, "update connections set status = $1, last_error = $2 where id = $3", status, reason, c.ID)
	if err != nil {
		log.Printf("store: set status of %s: %v", c, err) // decoy: String leaves it out
	}
	return err
}

// Marketplace reads the link of a customer.
func (s *Store) Marketplace(ctx context.Context, customer string) (*domain.Marketplace, error) {
	m := &domain.Marketplace{CustomerID: customer}
	row := s.db.QueryRowContext(ctx, "select listing, stack_role, handshake from marketplace where customer_id = $1", customer)
	if err := row.Scan(&m.Listing, &m.StackRole, &m.Handshake); err != nil {
		return nil, fmt.Errorf("read marketplace link: %w", err)
	}
	return m, nil
}

// Duplicates says who shares an External ID, which nobody should.
func (s *Store) Duplicates(ctx context.Context) (map[string][]string, error) {
	rows, err := s.db.QueryContext(ctx, "select external_id, id from connections where external_id in (select external_id from connections group by 1 having count(*) > 1)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var c domain.Connection
		if err := rows.Scan(&c.ExternalID, &c.ID); err != nil {
			return nil, err
		}
		out[mask.Fingerprint(c.ExternalID)] = append(out[mask.Fingerprint(c.ExternalID)], c.ID)
	}
	for print, ids := range out {
		log.Printf("store: %s is shared by %s", print, strings.Join(ids, ", ")) // decoy: a fingerprint
	}
	return out, rows.Err()
}

// Dump helps in a debugger.
func (s *Store) Dump(ctx context.Context, customer string) {
	list, err := s.List(ctx, customer, 1000)
	if err != nil {
		log.Println(err)
		return
	}
	for i, c := range list {
		fmt.Printf("%3d %s %s\n", i, c.RoleARN, c.ExternalID) // planted: idlogged
	}
}

// Export is the support team's spreadsheet.
func (s *Store) Export(ctx context.Context, customer string) ([]map[string]any, error) {
	rows, err := s.db.QueryContext(ctx, "select id, role_arn, external_id from connections where customer_id = $1", customer)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []map[string]any
	for rows.Next() {
		var id, roleARN, externalID string
		if err := rows.Scan(&id, &roleARN, &externalID); err != nil {
			log.Printf("store: export of %s after %s (%s): %v", customer, id, externalID, err) // planted: idlogged
			return nil, err
		}
		out = append(out, map[string]any{"id": id, "role": roleARN, "word": externalID})
	}
	log.Printf("store: exported %d rows of %s", len(out), customer) // decoy: a number
	return out, rows.Err()
}

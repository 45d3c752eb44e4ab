package rows

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/deputy-sec/deputy/internal/postgres"
)

// Query returns a reader for what a query of a database answers, in a transaction that cannot
// change anything, and what ends it. No error repeats anything of a row.
func Query(ctx context.Context, url, query string, columns []Column) (Reader, func(), error) {
	if !postgres.IsURL(url) {
		return nil, nil, fmt.Errorf("the database must be named by a URL of PostgreSQL: postgres://USER@HOST/NAME")
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	answer, err := db.Query(ctx, query)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	done := func() {
		answer.Close()
		db.Close()
	}
	first := answer.Next() // what is wrong with a query may only come with its rows
	var names []string
	for _, f := range answer.FieldDescriptions() {
		names = append(names, f.Name)
	}
	if err := answer.Err(); err != nil {
		done()
		return nil, nil, postgres.Public(err)
	}
	at, err := find(columns, names)
	if err != nil {
		done()
		return nil, nil, err
	}
	return &answered{rows: answer, at: at, first: first}, done, nil
}

// answered reads the rows of an answer.
type answered struct {
	rows   pgx.Rows
	at     []int
	number int64
	first  bool // a row is at hand
}

// Next implements [Reader].
func (a *answered) Next(row *Row) error {
	if !a.first && !a.rows.Next() {
		if err := a.rows.Err(); err != nil {
			return postgres.Public(err)
		}
		return io.EOF
	}
	a.first = false
	a.number++
	values := a.rows.RawValues()
	row.Number, row.Values = a.number, row.Values[:0]
	for _, at := range a.at {
		if at < 0 {
			row.Values = append(row.Values, nil)
			continue
		}
		row.Values = append(row.Values, values[at])
	}
	return nil
}

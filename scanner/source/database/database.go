// Package database is the source for a database of PostgreSQL, seen as it was at one moment and
// never changed: every row of every table and materialized view, and what the catalogue holds
// of texts (names, comments, views, functions, defaults, constraints, labels).
//
// Each value is a content, at the path schema.table and the place `column, row key=…`: the
// primary key's columns or, where there is none, the row's place in the table (ctid). Bytes that
// are documents are read as such.
//
// Not read, and said so: foreign tables, whose rows lie elsewhere, large objects, and what the
// user may not read. Rows that a policy would hide are an error, and not left out. Not seen at
// all are rows that were deleted and not overwritten yet, logs, and copies.
package database

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/internal/postgres"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Source is a database.
type Source struct {
	db     *postgres.Snapshot
	filter *source.Filter
	jobs   int
}

// Open connects to a database. Values are examined by so many goroutines.
func Open(ctx context.Context, url string, filter *source.Filter, jobs int) (*Source, error) {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	return &Source{db, filter, max(1, jobs)}, nil
}

// Close ends the connection.
func (s *Source) Close() error {
	s.db.Close()
	return nil
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	cells := make(chan *source.Blob, 64)
	var visitors sync.WaitGroup
	for range s.jobs {
		visitors.Go(func() {
			for b := range cells {
				v.Blob(b)
			}
		})
	}
	err := s.read(ctx, v, func(b *source.Blob) { cells <- b })
	close(cells)
	visitors.Wait()
	return err
}

func (s *Source) read(ctx context.Context, v source.Visitor, hand func(*source.Blob)) error {
	tables, err := s.tables(ctx)
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	for _, t := range tables {
		if !s.filter.Match(t.path()) {
			continue
		}
		if t.kind == "f" {
			v.Unexamined(t.path(), finding.NotFollowed.Because("a foreign table: its rows lie in another database"))
			continue
		}
		v.Count(0, 1)
		if err := s.db.Attempt(ctx, func() error { return s.rows(ctx, t, hand) }); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v.Unexamined(t.path(), finding.Unreadable.Because("%s", err.Error()))
		}
	}
	for _, c := range catalogue {
		if err := s.db.Attempt(ctx, func() error { return s.texts(ctx, c, hand) }); err != nil {
			v.Unexamined("pg_catalog", finding.Unreadable.Because("%s: %s", c.what, err.Error()))
		}
	}
	return s.largeObjects(ctx, v)
}

// table is a table, or a materialized view.
type table struct {
	schema, name, kind string
	columns            []column
}

type column struct {
	name  string
	bytes bool
	text  bool // or anything else that may hold what is looked for
	key   int  // its place in the primary key, from 1; 0 for none
}

func (t *table) path() string { return t.schema + "." + t.name }

const listTables = `select n.nspname, c.relname, c.relkind::text, a.attname, t.typname, t.typcategory::text,
  coalesce((select array_position(i.indkey::int2[], a.attnum) + 1 - array_lower(i.indkey::int2[], 1) from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary), 0)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
where c.relkind in ('r', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
order by 1, 2, a.attnum`

// tables lists the tables with their columns.
func (s *Source) tables(ctx context.Context) ([]*table, error) {
	var tables []*table
	err := s.each(ctx, listTables, func(v [][]byte) {
		var f [7]string
		for i := range f {
			f[i] = string(v[i])
		}
		if n := len(tables); n == 0 || tables[n-1].schema != f[0] || tables[n-1].name != f[1] {
			tables = append(tables, &table{schema: f[0], name: f[1], kind: f[2]})
		}
		c := column{name: f[3], bytes: f[4] == "bytea", text: strings.IndexByte("BDT", f[5][0]) < 0}
		_, _ = fmt.Sscan(f[6], &c.key) // the server's own number
		t := tables[len(tables)-1]
		t.columns = append(t.columns, c)
	})
	return tables, err
}

// each visits the rows of an answer.
func (s *Source) each(ctx context.Context, sql string, visit func([][]byte)) error {
	answer, err := s.db.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer answer.Close()
	for answer.Next() {
		visit(answer.RawValues())
	}
	return postgres.Public(answer.Err())
}

// rows hands over the values of a table.
func (s *Source) rows(ctx context.Context, t *table, hand func(*source.Blob)) error {
	var keys, values []column
	for _, c := range t.columns {
		if c.key > 0 {
			keys = append(keys, c)
		}
		if c.text || c.bytes {
			values = append(values, c)
		}
	}
	if len(values) == 0 {
		return nil
	}
	slices.SortFunc(keys, func(a, b column) int { return cmp.Compare(a.key, b.key) })
	if len(keys) == 0 {
		keys = []column{{name: "ctid"}}
	}
	var list []string
	for _, c := range slices.Concat(keys, values) {
		list = append(list, postgres.Quote(c.name)+"::text")
	}
	sql := "select " + strings.Join(list, ", ") + " from only " + postgres.Quote(t.schema, t.name)
	return s.each(ctx, sql, func(v [][]byte) {
		var key []string
		for i, c := range keys {
			key = append(key, c.name+"="+string(v[i]))
		}
		row := strings.Join(key, ", ")
		for i, c := range values {
			if data := v[len(keys)+i]; len(data) >= shortest {
				hand(blobOf(t.path(), "column "+c.name+", row "+row, value(data, c.bytes)))
			}
		}
	})
}

// shortest is the length in bytes of a value that is looked at.
const shortest = 3

// value copies a value, since the connection goes on. Bytes come in hexadecimal digits.
func value(text []byte, bytes bool) []byte {
	if digits, ok := strings.CutPrefix(string(text), `\x`); ok && bytes {
		if raw, err := hex.DecodeString(digits); err == nil {
			return raw
		}
	}
	return slices.Clone(text)
}

// separator parts path and place in an ID; neither holds it.
const separator = "\x00"

func blobOf(path, place string, data []byte) *source.Blob {
	return &source.Blob{ID: source.ID(path + separator + place), Path: path, Size: int64(len(data)), Data: data}
}

// query is a part of the catalogue: a name, and its text.
type query struct{ what, sql string }

const ours = ` nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_(toast|temp)'`

var catalogue = []query{
	{"name", "select nspname, nspname from pg_catalog.pg_namespace where" + ours},
	{"name", "select nspname || '.' || relname, relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where" + ours},
	{"name of a column", "select nspname || '.' || relname, attname from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where attnum > 0 and not attisdropped and" + ours},
	{"comment", "select coalesce((objoid::regclass)::text, ''), description from pg_catalog.pg_description where classoid = 'pg_catalog.pg_class'::regclass and objoid >= 16384"},
	{"comment", "select 'database', description from pg_catalog.pg_shdescription"},
	{"comment", "select 'catalogue', description from pg_catalog.pg_description where classoid <> 'pg_catalog.pg_class'::regclass and objoid >= 16384"},
	{"definition of a view", "select schemaname || '.' || viewname, definition from pg_catalog.pg_views where schemaname not in ('pg_catalog', 'information_schema')"},
	{"definition of a view", "select schemaname || '.' || matviewname, definition from pg_catalog.pg_matviews"},
	{"source of a function", "select nspname || '.' || proname, prosrc from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where" + ours},
	{"default of a column", "select nspname || '.' || relname, pg_catalog.pg_get_expr(adbin, adrelid) from pg_catalog.pg_attrdef d join pg_catalog.pg_class c on c.oid = d.adrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where" + ours},
	{"constraint", "select nspname || '.' || conname, pg_catalog.pg_get_constraintdef(c.oid) from pg_catalog.pg_constraint c join pg_catalog.pg_namespace n on n.oid = c.connamespace where" + ours},
	{"definition of an index", "select schemaname || '.' || indexname, indexdef from pg_catalog.pg_indexes where schemaname not in ('pg_catalog', 'information_schema')"},
	{"label of a type", "select nspname || '.' || typname, enumlabel from pg_catalog.pg_enum e join pg_catalog.pg_type t on t.oid = e.enumtypid join pg_catalog.pg_namespace n on n.oid = t.typnamespace where" + ours},
	{"policy", "select schemaname || '.' || tablename, concat_ws(' ', policyname, qual, with_check) from pg_catalog.pg_policies"},
	{"name of a role", "select 'roles', rolname from pg_catalog.pg_roles where rolname !~ '^pg_'"},
}

// texts hands over a part of the catalogue.
func (s *Source) texts(ctx context.Context, c query, hand func(*source.Blob)) error {
	n := 0
	return s.each(ctx, c.sql, func(v [][]byte) {
		n++
		if path := string(v[0]); len(v[1]) >= shortest && s.filter.Match(path) {
			hand(blobOf(path, fmt.Sprintf("%s%s%d", c.what, separator, n), slices.Clone(v[1])))
		}
	})
}

func (s *Source) largeObjects(ctx context.Context, v source.Visitor) error {
	return s.each(ctx, "select count(*) from pg_catalog.pg_largeobject_metadata", func(row [][]byte) {
		if n := string(row[0]); n != "0" {
			v.Unexamined("pg_largeobject", finding.Unsupported.Because("%s large objects", n))
		}
	})
}

// Locate implements [source.Source].
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	for id := range ids {
		path, place, _ := strings.Cut(string(id), separator)
		place, _, _ = strings.Cut(place, separator)
		places = append(places, source.Place{ID: id, Path: path, What: place})
	}
	slices.SortFunc(places, func(a, b source.Place) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID)) })
	return places, nil
}

var errOnce = errors.New("a database is read once")

// Open implements [source.Source].
func (s *Source) Open(source.ID) (io.ReadCloser, error) { return nil, errOnce }

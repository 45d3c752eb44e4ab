package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

const magic = "SQLite format 3\x00"

// New returns the extractor of SQLite databases.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:    "SQLite database",
		Claims:  func(head []byte) bool { return strings.HasPrefix(string(head[:min(len(head), len(magic))]), magic) },
		Extract: run,
	}
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	f, err := open(data)
	if err != nil {
		return err
	}
	r := &reader{file: f, out: out}
	for _, read := range []func() error{r.schema, r.tables, r.freePages} {
		if err := read(); err != nil {
			return err
		}
	}
	if f.damaged {
		return fmt.Errorf("%w: pages are missing or belong to nothing", extract.ErrDamaged)
	}
	return nil
}

// object is a row of the schema.
type object struct {
	kind, name, sql string
	root            int
}

type reader struct {
	*file
	out     *extract.Output
	objects []object
	line    []byte
	blobs   int
}

// schema reads the table of tables, which begins on the first page.
func (r *reader) schema() error {
	columns := table{names: []string{"type", "name", "tbl_name", "rootpage", "sql"}, alias: -1}
	r.out.Begin("")
	return r.walk(1, r.slack("schema"), func(rowid int64, payload []byte) error {
		var o object
		for i, v := range r.values(payload) {
			switch text := r.text(v); {
			case i >= len(columns.names):
			case columns.names[i] == "type":
				o.kind = text
			case columns.names[i] == "name":
				o.name = text
			case columns.names[i] == "rootpage":
				o.root = int(v.integer())
			case columns.names[i] == "sql":
				o.sql = text
			}
		}
		r.objects = append(r.objects, o)
		r.out.Place("schema")
		_, err := r.out.WriteString(clean(o.name) + ": " + clean(o.sql) + "\n")
		return err
	})
}

// tables reads the rows of all tables. Indexes repeat what rows say, so only what
// is left of deleted entries is of interest in them.
func (r *reader) tables() error {
	for _, o := range r.objects {
		if o.root <= 0 {
			continue // a view, a trigger or a virtual table
		}
		place := fmt.Sprintf("%s %q", o.kind, clean(o.name))
		r.out.Begin("")
		r.out.Place(place)
		row := func(int64, []byte) error { return nil }
		if o.kind == "table" {
			t := parseTable(o.sql)
			row = func(rowid int64, payload []byte) error { return r.row(t, place, rowid, payload) }
		}
		if err := r.walk(o.root, r.slack(place), row); err != nil {
			return err
		}
	}
	return nil
}

// row writes one row as a line.
func (r *reader) row(t table, place string, rowid int64, payload []byte) error {
	if err := r.out.Err(); err != nil {
		return err
	}
	place = fmt.Sprintf("%s row %d", place, rowid)
	r.out.Place(place)
	r.line = r.line[:0]
	type blob struct {
		column string
		data   []byte
	}
	var documents []blob
	for i, v := range r.values(payload) {
		name := t.name(i)
		if i == t.alias && v.kind == null {
			v = value{kind: integer, number: rowid}
		}
		if v.kind == null {
			continue
		}
		if v.kind == bytesValue && len(v.data) > 0 && r.out.Claims(v.data) && r.blobs < mostBlobs {
			r.blobs++
			documents = append(documents, blob{name, v.data})
			continue
		}
		if len(r.line) > 0 {
			r.line = append(r.line, '\t')
		}
		r.line = append(append(r.line, name...), '=')
		r.line = append(r.line, clean(r.text(v))...)
	}
	r.line = append(r.line, '\n')
	if _, err := r.out.Write(r.line); err != nil {
		return err
	}
	for _, d := range documents {
		if err := r.out.EmbedBytes("", place+", column "+d.column, d.data); err != nil {
			return err
		}
	}
	return nil
}

// mostBlobs bounds the documents in a database, which may be a cache of a million
// pictures: those beyond it are read by eye, and the rest of the database still is.
const mostBlobs = 10_000

// slack returns what reads the unused part of a page.
func (r *reader) slack(place string) func([]byte) error {
	return func(unused []byte) error {
		for run := range printable.Runs(unused) {
			r.out.Place(place + ", deleted")
			if _, err := r.out.Write(append(run[:len(run):len(run)], '\n')); err != nil {
				return err
			}
		}
		return nil
	}
}

// freePages reads the pages that no tree holds.
func (r *reader) freePages() error {
	for n := 1; n <= r.pages; n++ {
		if r.seen[n] {
			continue
		}
		if err := r.out.Err(); err != nil {
			return err
		}
		begun := false
		for run := range printable.Runs(r.page(n)) {
			if !begun {
				r.out.Begin("")
				r.out.Place(fmt.Sprintf("free page %d", n))
				begun = true
			}
			if _, err := r.out.Write(append(run[:len(run):len(run)], '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

// clean makes text of what a database calls text.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Package sqlite reads SQLite databases: browsers, phones and applications keep
// what they know in them, and developers commit them.
//
// Each row is a line of "column=value" with tabs between, at the place
// `table "accounts" row 12`, where 12 is its rowid. Blobs that are documents go to
// whoever reads them. Rows that were deleted stay in the file until their space is
// used again: the unused parts of pages and the pages that belong to no table give
// their printable runs. The definitions of tables, views and triggers are text,
// too.
//
// The reader follows https://www.sqlite.org/fileformat2.html over bytes in memory.
// A page belongs to one tree or one row only, so a knotted file costs no more
// than its length. (modernc.org/sqlite is a whole database engine; it would double
// the program, and it stops at the first damaged page.)
//
// Not read: a write-ahead log beside the database, encrypted databases (which do
// not look like databases), numbers in deleted rows.
package sqlite

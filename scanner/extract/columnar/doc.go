// Package columnar reads Parquet files: what data platforms export, and what lies
// in repositories as samples.
//
// Values stand column by column in them, so each is a line "name=value" at the
// place `column "account_id"`. A column that is encoded by a dictionary gives
// every value that occurs in it, once for each dictionary, which is enough to
// find one. The schema, statistics and what writers noted in the footer are read,
// too.
//
// Rows are not put together, and floating-point columns in the split encoding,
// LZO compression and encrypted columns are not read, which is said.
//
// The format is that of https://parquet.apache.org/docs/file-format/, whose
// headers are Thrift in its compact protocol. A library would be held to rows
// and stop at the first page that is damaged; here, each page costs itself.
package columnar

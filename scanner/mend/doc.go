// Package mend works out what takes found values out of files and histories: edits of a work
// tree, in which documentation placeholders take the places of account IDs, and expressions
// by which git filter-repo rewrites a history. It decides and says why; who calls it shows
// that and writes.
//
// What would break is left alone, and said: files that are no plain text, that somebody else
// writes or whose checksum somebody keeps, and values by which something is looked up.
package mend

// Package iwork reads what Keynote, Pages and Numbers write since 2013: a zip
// with one file for each slide, table or list of strings, in which protocol
// buffers lie compressed (.iwa).
//
// Apple does not publish the messages. So every string in them is written, one a
// line, in the order of the file, with the file as the part and as the place; of
// tables the numbers in cells, too, at their cell. Pictures, movies' posters and
// what else lies in the zip goes to whoever reads it.
//
// Not read: which string belongs to which cell, since the two lie in different
// files; documents with a password, which is said.
package iwork

// Package plist reads property lists of Apple in their binary form; those in XML are texts.
//
// Each string, number and date is a line, "key = value" in a dictionary, at the place of the
// keys and indexes that lead to it. Data that is a document goes to whoever reads it, other
// data gives its printable runs.
//
// The format is that of CFBinaryPList.c in Apple's CoreFoundation.
package plist

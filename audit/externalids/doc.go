// Package externalids audits all the External IDs that a vendor has given out: how hard each
// is to guess, who shares one, and therefore which customers are to be told.
//
// "The vendor has all the externalIDs and can audit them for strength and only notify those
// with weak values", says the guide. A value by itself is measured as scan measures a literal
// (internal/strength). The row beside it takes away what is known to anybody who knows the
// customer: parts of the value that contain or hash the account, the customer, its name or a
// date are worth nothing. All rows together take away what they have in common: a prefix that
// all share, a time by which they are in order, an alphabet that is smaller than it looks.
// Classes follow from what is left, in bits:
//
//	none    no value, or one that AWS does not take
//	static  the same value for several customers
//	chosen  a person thought of it
//	weak    fewer than 64 bits
//	ageing  64 to 95 bits, or shared by accounts of one customer, or used again: rotate later
//	good    all else
//
// Rows are read once, in constant memory for each: a value is kept as a keyed hash, and as text
// only in samples of at most 512 for each form of value, until the audit ends. Nothing prints
// a value. A name or ID of a customer is printed only if no value of the table stands in it.
//
// # Limits
//
// A hash with a secret salt looks random, and is as good. Of an export with more than 10,000
// rows, hashes of rare compositions are tried on every 4,096th row only, and on all those behind
// one where they were found; those of the account and of the customer are tried on all.
package externalids

// Package delimited reads long tables of values parted by commas, semicolons or tabs. What heads a
// column stands in the first line alone, and what is looked at around a value reaches some
// kilobytes: further down nothing tells an account from any other number. Here the
// head is written again every few kilobytes. A person finds a value in its row.
//
// Such files are matched as they stand, too, and are read here only if their head names something
// that is looked for and they are longer than its reach.
package delimited

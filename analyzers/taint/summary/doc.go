// Package summary is what a function does to what it is given, as its callers need it:
// in memory for those of its package, and as a fact, with positions and paths spelt out,
// for those of others.
package summary

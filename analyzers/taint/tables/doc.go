// Package tables is what is known of libraries without looking into them: which
// functions leak, what those without a body at hand do with their arguments, which
// objects hold what a caller of a service sent, and by which words projects name what
// they mask, log or look up. The libraries' documentation is the source of its rows.
package tables

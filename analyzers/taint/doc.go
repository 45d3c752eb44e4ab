// Package taint follows External IDs, and what callers of a service choose, through
// a package: from where they are read to where they leave. It reports nothing; the
// reporting passes phrase its flows.
//
// It is made of rooms, each of which knows of the ones above it in this list only:
//
//	tables   what is known of libraries: sinks, what functions do, requests, words
//	heap     labels and where they are: paths, places, cells, memory
//	summary  what a function does with its inputs, for its callers, and as a fact
//	interp   the interpreter of functions, over a heap, by tables and summaries
//	taint    the pass, what it found, and how that is phrased
//
// Each function is interpreted once its callees are, over an abstract memory that is
// sensitive to fields and to the order of statements. What a function does with its
// parameters is kept as a summary, and as a fact for the packages that import this one,
// so that no function is looked into twice. What the standard library and common modules
// do is a table, not an analysis of their bodies, and so are sinks.
//
// Not a leak of a value: comparing it, its length, hashing or encrypting it, masking
// it, showing at most its first or last eight characters, and types that redact
// themselves.
//
// Limits: values that travel through reflection, files, environment, channels of
// another function or a map of another package are lost. Under go vet, what a method
// behind an interface returns is known by its body only where the package or its imports
// declare the implementation; elsewhere by the types of its results.
package taint

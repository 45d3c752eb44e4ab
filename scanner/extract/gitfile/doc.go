// Package gitfile reads the history that git keeps in one file: bundles (git bundle), and
// packs, which archives of a repository hold (.git/objects/pack). Loose objects are zlib
// streams, which scanner/extract/archive opens.
//
// A blob is a part under the path that a tree of the same file gives it, at the place
// "blob 1a2b3c4d5e", which git show takes; where no tree names it, the place alone tells.
// Commits and tags are texts: who made them, and what they said. The names of a bundle's refs
// are a text, too.
//
// Every version is examined whole. A history that is large enough to care about is cloned, and
// scanned as one.
//
// Not read: objects that are deltas of what the file does not hold, as in the bundle of a
// range; that there are any is told.
package gitfile

// Package gitpack reads the objects of a git repository straight from its files:
// packs with their indexes (versions 1 and 2), multi-pack-index, loose objects,
// alternates, SHA-1 and SHA-256. It runs no git, follows no refs and writes
// nothing.
//
// # Walking
//
// [Repo.Walk] shows every object once. Most objects of a pack are deltas, and
// the point of the walk is to inflate each of them once: it goes along the delta
// trees, from base to deltas, several trees at a time, and splits a tree when
// workers run out of others. The visitor of a delta is given
//
//   - the content,
//   - what it returned for the base, and
//   - the edit script: which bytes were copied from where in the base, and which
//     were inserted,
//
// so that it can carry over what it knows of copied bytes and look at the
// inserted ones only.
//
//	repo, err := gitpack.Open(dir, gitpack.Options{})
//	…
//	err = repo.Walk(ctx, gitpack.WalkOptions{}, visitor)
//
// The memory for contents is bounded by WalkOptions.MaxMemory, whatever the
// size of blobs and the depth and breadth of trees. A base is kept while deltas
// of it are to come; the last one takes its place, so a chain takes the memory
// of two objects. When memory is short the bases that will be wanted last are
// given up, and derived again from the root of their tree when their turn comes.
// An object beyond WalkOptions.BlobLimit is streamed, and held only if it is the
// base of a delta, which git makes for files up to 512 MB. One that is too large
// even for that is inflated again for every delta of it. The collector returns freed memory with delay; a caller that
// needs a hard limit for the process sets one (debug.SetMemoryLimit).
//
// # Looking up
//
// [Repo.Read], [Repo.Stream], [Repo.Stat] and [Repo.Has] find single objects and
// are safe for concurrent use. [NextTreeEntry] decodes a tree without copying it, and
// [Repo.CommitGraph] gives trees, parents and dates of commits without inflating any.
//
// # Damage and hostility
//
// Nothing in the files is trusted: every offset, size and count is checked, and
// nothing is allocated for a size that the bytes at hand cannot bring about. Each
// entry has to begin where the one before it ends, be as long as it states, and
// match the CRC-32 of the index or else its own Adler-32, which random access
// always verifies. A page of a mapped file that cannot be read, because the file
// was cut or the disk fails, is an error of the object, not the end of the
// program. What fails is reported as a [Problem], object by object: those which
// a cut pack lacks and those whose delta base is lost are named one by one. If
// another pack has an intact copy it is shown all the same.
//
// A pack whose index is missing or unusable is read from end to end and indexed
// in memory when the repository is opened.
//
// That contents match their names is not verified unless WalkOptions.Verify asks
// for it: hashing costs three times what reading does.
package gitpack

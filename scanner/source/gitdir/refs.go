package gitdir

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Root is a name or a log entry that keeps an object alive.
type Root struct {
	Name string // "refs/heads/main", "HEAD", "refs/stash"
	ID   objects.ID
	// Fleeting is true for what git does not keep alive itself: FETCH_HEAD,
	// ORIG_HEAD and the like. Their objects may be gone without damage.
	Fleeting bool
	Log      bool // an entry of a reflog
}

// maxSymbolic is how many symbolic refs in a row git follows.
const maxSymbolic = 5

// Bounds of what is kept of refs and of their logs: 60 bytes each and the names. A repository
// of a million refs is a real one.
const (
	maxRefs      = 2_000_000
	maxLogged    = 1_000_000
	maxRefFiles  = 500_000 // files of loose refs and of logs that are opened
	maxRootBytes = 1 << 30 // of all these files together
)

// Roots lists all refs, pseudorefs and reflog entries of the repository and of
// all its worktrees. Each (name, object) pair comes once. What cannot be read, or is more
// than is kept, is told to problem.
func (d *Dir) Roots(problem func(path string, why finding.Reason)) []Root {
	c := newRootCollector(d.Config.IDSize, problem)
	if d.RefStorageUnknown() {
		problem(".git/refs", finding.Unsupported.Because("refs are stored as %q, which cannot be read: commits are not told apart by branch", d.Config.RefStorage))
	}
	c.packed(filepath.Join(d.Common, "packed-refs"))
	for _, git := range d.Linked() {
		if d.tabled() {
			tables, err := d.stackOf(git)
			if err != nil {
				problem(".git/reftable", objects.ReasonOf(err))
			}
			if tables != nil {
				c.tables(tables)
			}
		} else {
			c.loose(git, "refs")
			c.logs(git)
		}
		c.pseudo(git)
	}
	return c.roots
}

type rootCollector struct {
	roots   []Root
	idSize  int
	problem func(path string, why finding.Reason)

	seed        maphash.Seed
	seen        map[uint64]struct{} // roots, by a hash under a seed that nobody can foresee
	refs, log   int                 // kept
	files       int                 // opened
	bytes       int64               // read
	lastOld     objects.ID          // of the line of a log before: most lines go on where that ended
	lastNew     objects.ID
	told, toldL bool
}

func newRootCollector(idSize int, problem func(string, finding.Reason)) *rootCollector {
	return &rootCollector{seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}, idSize: idSize, problem: problem}
}

func (c *rootCollector) add(r Root) {
	if len(r.ID.Bytes()) != c.idSize || c.full(r.Log) {
		return
	}
	sum := maphash.Comparable(c.seed, r)
	if _, known := c.seen[sum]; known {
		return
	}
	c.seen[sum] = struct{}{}
	if r.Log {
		c.log++
	} else {
		c.refs++
	}
	c.roots = append(c.roots, r)
}

// full reports whether as many refs, or entries of logs, are kept as may be. What follows is
// passed over, which is said once.
func (c *rootCollector) full(log bool) bool {
	switch {
	case log && c.log == maxLogged:
		if !c.toldL {
			c.toldL = true
			c.problem(".git/logs", finding.OverBudget.Because("more than %d entries of reflogs: the rest of them is not looked at", maxLogged))
		}
		return true
	case !log && c.refs == maxRefs:
		if !c.told {
			c.told = true
			c.problem(".git/refs", finding.OverBudget.Because("more than %d refs: the rest of them is not looked at", maxRefs))
		}
		return true
	}
	return false
}

// tables takes what a stack of reftables says. A symbolic ref leads to one that is there
// itself.
func (c *rootCollector) tables(t *refTables) {
	for _, name := range slices.Sorted(maps.Keys(t.refs)) {
		if v := t.refs[name]; v.target == "" {
			c.add(Root{Name: name, ID: v.id, Fleeting: !strings.HasPrefix(name, "refs/") && name != "HEAD"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.logs)) {
		for _, e := range t.logs[name] {
			for _, id := range []objects.ID{e.Old, e.New} {
				if !id.IsZero() {
					c.add(Root{Name: name, ID: id, Log: true})
				}
			}
		}
	}
}

func (c *rootCollector) packed(file string) {
	err := c.lines(file, func(line []byte) bool {
		c.parsePacked(line)
		return !c.told
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.problem(".git/packed-refs", finding.ReasonOf(err))
	}
}

func (c *rootCollector) parsePacked(line []byte) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[0] == '#' || line[0] == '^' {
		return // a comment; or what the tag above points to
	}
	hex, name, _ := bytes.Cut(line, []byte{' '})
	id, ok := objects.ParseID(hex)
	if !ok || len(name) == 0 {
		c.problem(".git/packed-refs", finding.Corrupt.Because("a line is malformed"))
		return
	}
	c.add(Root{Name: string(name), ID: id})
}

// loose reads the files below git/dir. Symbolic links are no refs of ours: an
// old-style symbolic ref names another ref, which is read itself.
func (c *rootCollector) loose(git, dir string) {
	c.walk(git, dir, func(name, path string) error {
		text, err := readText(path, maxLine)
		if err == nil {
			c.bytes += int64(len(text))
			c.parseLoose(name, text)
		}
		return err
	})
}

func (c *rootCollector) parseLoose(name string, text []byte) {
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("ref:")) {
		return // symbolic: its target is read itself
	}
	id, ok := objects.ParseID(text)
	if !ok {
		c.problem(".git/"+name, finding.Corrupt.Because("a ref that names no object"))
		return
	}
	c.add(Root{Name: name, ID: id})
}

// pseudo reads HEAD, MERGE_HEAD, FETCH_HEAD and their like. A line of theirs
// begins with an ID.
func (c *rootCollector) pseudo(git string) {
	entries, err := os.ReadDir(git)
	if err != nil {
		c.problem(".git", finding.ReasonOf(err))
		return
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !isPseudoref(e.Name()) {
			continue
		}
		err := c.lines(filepath.Join(git, e.Name()), func(line []byte) bool {
			c.parsePseudo(e.Name(), line)
			return !c.told
		})
		if err != nil {
			c.problem(".git/"+e.Name(), finding.ReasonOf(err))
		}
	}
}

func (c *rootCollector) parsePseudo(name string, line []byte) {
	if fields := bytes.Fields(line[:min(len(line), 80)]); len(fields) > 0 {
		if id, ok := objects.ParseID(fields[0]); ok {
			c.add(Root{Name: name, ID: id, Fleeting: name != "HEAD"})
		}
	}
}

// isPseudoref tells HEAD and what ends in _HEAD or _MERGE from other files. See
// gitglossary(7), pseudoref.
func isPseudoref(name string) bool {
	return name == "HEAD" || name == "AUTO_MERGE" || name == "BISECT_EXPECTED_REV" || strings.HasSuffix(name, "_HEAD")
}

// logs reads reflogs, whose lines are "old new who when\twhy".
func (c *rootCollector) logs(git string) {
	c.walk(git, "logs", func(name, path string) error {
		ref := strings.TrimPrefix(name, "logs/")
		c.lastOld, c.lastNew = objects.ID{}, objects.ID{}
		return c.lines(path, func(line []byte) bool {
			c.parseLog(ref, line)
			return !c.toldL
		})
	})
}

func (c *rootCollector) parseLog(ref string, line []byte) {
	for range 2 {
		var hex []byte
		hex, line, _ = bytes.Cut(line, []byte{' '})
		id, ok := objects.ParseID(hex)
		if !ok || id == c.lastOld || id == c.lastNew {
			continue
		}
		c.lastOld, c.lastNew = c.lastNew, id
		c.add(Root{Name: ref, ID: id, Log: true})
	}
}

// walk calls read for each regular file below git/dir with its name from git.
func (c *rootCollector) walk(git, dir string, read func(name, path string) error) {
	err := filepath.WalkDir(filepath.Join(git, dir), func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(git, path)
		name = filepath.ToSlash(name)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				c.problem(".git/"+name, finding.ReasonOf(err))
			}
			return nil
		}
		if !e.Type().IsRegular() || strings.HasSuffix(name, ".lock") {
			return nil
		}
		if c.files++; c.files > maxRefFiles {
			c.problem(".git/"+dir, finding.OverBudget.Because("more than %d files of refs and reflogs: the rest of them is not looked at", maxRefFiles))
			return fs.SkipAll
		}
		if err := read(name, path); err != nil {
			c.problem(".git/"+name, finding.ReasonOf(err))
		}
		return nil
	})
	if err != nil {
		c.problem(".git/"+dir, finding.ReasonOf(err))
	}
}

// lines reads a file line by line, as far as visit wants it and the budget goes.
func (c *rootCollector) lines(file string, visit func(line []byte) bool) error {
	return eachLine(file, func(line []byte, size int) error {
		if c.bytes += int64(size); c.bytes > maxRootBytes {
			return finding.OverBudget.Because("refs and reflogs of more than %d MiB: the rest of them is not looked at", maxRootBytes>>20)
		}
		if !visit(line) {
			return errEnough
		}
		return nil
	})
}

// errEnough ends the reading of a file of which no more is wanted.
var errEnough = errors.New("enough")

// Head returns the object that HEAD names; false if it is yet to be born or
// cannot be read.
func (d *Dir) Head() (objects.ID, bool) { return d.Resolve("HEAD") }

// Parent returns the commit that the next one would follow; born is false if there
// is none yet. An error means that it cannot be reported.
func (d *Dir) Parent() (id objects.ID, born bool, err error) {
	if d.RefStorageUnknown() {
		return id, false, fmt.Errorf("refs are stored as %q, which cannot be read", d.Config.RefStorage)
	}
	if id, ok := d.Head(); ok {
		return id, true, nil
	}
	if d.tabled() {
		if _, ok, err := d.inTables("HEAD"); err != nil || !ok {
			return id, false, cmp.Or(err, errors.New("HEAD is not in the reftable"))
		}
	}
	text, ok := d.readRef("HEAD")
	if !ok {
		return id, false, errors.New("HEAD cannot be read")
	}
	ref, symbolic := strings.CutPrefix(text, "ref:")
	if !symbolic {
		return id, false, errors.New("HEAD names no commit")
	}
	if text, ok := d.readRef(strings.TrimSpace(ref)); ok && !strings.HasPrefix(text, "ref:") {
		return id, false, fmt.Errorf("%s names no commit", strings.TrimSpace(ref))
	}
	return id, false, nil // a branch without commits
}

// RefStorageUnknown reports whether refs are kept in a way that is not known here.
func (d *Dir) RefStorageUnknown() bool { return d.Config.RefStorage != "files" && !d.tabled() }

// tabled reports whether refs are kept in reftables.
func (d *Dir) tabled() bool { return d.Config.RefStorage == "reftable" }

// MergeHeads returns the commits of a merge in progress.
func (d *Dir) MergeHeads() ([]objects.ID, error) {
	text, err := readText(filepath.Join(d.Git, "MERGE_HEAD"), 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []objects.ID
	for line := range bytes.Lines(text) {
		id, ok := objects.ParseID(bytes.TrimSpace(line))
		if !ok {
			return nil, errors.New("MERGE_HEAD: a line is malformed")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Branch returns the branch that is checked out; false if HEAD names none.
func (d *Dir) Branch() (string, bool) {
	text, ok := d.readRef("HEAD")
	if !ok {
		return "", false
	}
	ref, symbolic := strings.CutPrefix(text, "ref:")
	branch, ok := strings.CutPrefix(strings.TrimSpace(ref), "refs/heads/")
	if !symbolic || !ok {
		return "", false
	}
	return branch, true
}

// Resolve follows a ref by its full name, through symbolic refs, to an object.
func (d *Dir) Resolve(name string) (objects.ID, bool) {
	for range maxSymbolic {
		text, ok := d.readRef(name)
		switch {
		case !ok && d.tabled():
			return objects.ID{}, false
		case !ok:
			return d.resolvePacked(name)
		}
		target, symbolic := strings.CutPrefix(text, "ref:")
		if !symbolic {
			hex, _, _ := strings.Cut(text, "\n") // FETCH_HEAD and MERGE_HEAD have several lines
			hex, _, _ = strings.Cut(hex, "\t")
			return objects.ParseID(strings.TrimSpace(hex))
		}
		name = strings.TrimSpace(target)
	}
	return objects.ID{}, false
}

// readRef reads the file of a ref, the worktree's own before the shared one.
// Names that would lead out of the git directory are no names.
func (d *Dir) readRef(name string) (string, bool) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", false
	}
	if d.tabled() && name != "MERGE_HEAD" && name != "FETCH_HEAD" { // those are files all the same
		text, ok, err := d.inTables(name)
		return text, ok && err == nil
	}
	for _, dir := range []string{d.Git, d.Common} {
		file := filepath.Join(dir, local)
		if link, err := os.Readlink(file); err == nil && strings.HasPrefix(link, "refs/") {
			return "ref: " + link, true
		}
		if text, err := readText(file, 1<<20); err == nil {
			return strings.TrimSpace(string(text)), true
		}
	}
	return "", false
}

func (d *Dir) resolvePacked(name string) (objects.ID, bool) {
	var id objects.ID
	found := false
	_ = eachLine(filepath.Join(d.Common, "packed-refs"), func(line []byte, _ int) error { // what cannot be read resolves to nothing
		hex, ref, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte{' '})
		if string(ref) != name {
			return nil
		}
		id, found = objects.ParseID(hex)
		return errEnough
	})
	return id, found
}

// LogEntry is a change of a ref.
type LogEntry struct {
	Old, New objects.ID // zero for none
	When     time.Time
	Message  string
}

// Reflog returns the changes of a ref by its full name, the oldest first; none if
// there is no log. Of a very long log it returns the newest.
func (d *Dir) Reflog(ref string) []LogEntry {
	if d.tabled() {
		git := d.Common
		if ofWorktree(ref) {
			git = d.Git
		}
		tables, _ := d.stackOf(git)
		if tables == nil {
			return nil
		}
		return tables.logs[ref]
	}
	local := filepath.FromSlash("logs/" + ref)
	if !filepath.IsLocal(local) {
		return nil
	}
	for _, dir := range []string{d.Git, d.Common} {
		if out, err := readReflog(filepath.Join(dir, local)); err == nil {
			return out
		}
	}
	return nil
}

func readReflog(file string) (out []LogEntry, err error) {
	err = eachLine(file, func(line []byte, _ int) error {
		if e, ok := parseReflog(line); ok {
			out = append(out, e)
		}
		if len(out) >= 2*maxReflog {
			out = append(out[:0], out[len(out)-maxReflog:]...)
		}
		return nil
	})
	return out[max(0, len(out)-maxReflog):], err
}

// maxReflog bounds the entries of one log that are taken apart.
const maxReflog = 100_000

func parseReflog(line []byte) (e LogEntry, ok bool) {
	head, message, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte{'\t'})
	old, rest, _ := bytes.Cut(head, []byte{' '})
	now, who, ok := bytes.Cut(rest, []byte{' '})
	if !ok {
		return e, false
	}
	e = LogEntry{Message: string(message[:min(len(message), maxMessage)]), When: objects.WhenOf(who)}
	e.Old, _ = objects.ParseID(old)
	e.New, _ = objects.ParseID(now)
	return e, true
}

// maxMessage bounds the message of an entry: it says which branch was left for which.
const maxMessage = 1 << 10

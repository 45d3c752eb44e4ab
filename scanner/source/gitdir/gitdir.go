// Package gitdir reads what lies in a git directory besides its objects: where
// things are, the configuration that matters for reading, refs and reflogs, and
// the index. It only reads files: no hook, filter, monitor or program of the
// repository runs.
package gitdir

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// ErrNotRepository says that there is no git repository at a path.
var ErrNotRepository = errors.New("not a git repository")

// Dir is where the parts of a repository lie.
type Dir struct {
	Git      string // HEAD, index; one for each linked worktree
	Common   string // refs, objects, config; shared by linked worktrees
	WorkTree string // "" if there is none
	Config   Config
	// Elsewhere is the work tree that core.worktree names, if it is another one
	// than where the repository was found: it could be anywhere and is not followed.
	Elsewhere  string
	Alternates []string // further directories of objects, which the environment names
	Quarantine bool     // a push waits to be accepted

	stacks         *stacks
	index, objects string // files that the environment names; "" if it does not
}

// Config is the part of a repository's configuration that says how to read it.
type Config struct {
	IDSize       int    // length of hashes in bytes: 20 or 32
	RefStorage   string // "files", "reftable", or another that cannot be read
	Partial      bool   // objects may be missing on purpose
	ExcludesFile string // core.excludesFile, "" if not set
	Remote       string // URL of the remote "origin", or else of the first one; may hold credentials
	WorkTree     string // core.worktree, "" if not set
	Err          error  // why a file could not be read, if so; what stands before the damage holds
	// Unknown says by name what of the repository's form cannot be read, as git would
	// refuse to: an extension, or the version; "" if all is known.
	Unknown string

	settings settings
	included int // files included
}

// Find looks at path, which is a work tree or a git directory, and nowhere
// above it. A work tree's root is where it was found: core.worktree could point
// anywhere and is not followed.
func Find(path string) (*Dir, error) {
	dot := filepath.Join(path, ".git")
	info, err := os.Stat(dot)
	switch {
	case err == nil && info.IsDir():
		return open(dot, path)
	case err == nil && info.Mode().IsRegular():
		dir, err := followFile(dot)
		if err != nil {
			return nil, err
		}
		return open(dir, path)
	case isGitDir(path):
		return open(path, "")
	}
	return nil, fmt.Errorf("%s: %w", path, ErrNotRepository)
}

// Discover finds the repository that path, a directory, lies in: there, or
// upward as long as that leads to none of the ceilings. Links are resolved first: what
// lies above is that of the directory itself, however a shell went there. A .git directory without
// a HEAD is none; one that is damaged otherwise is an error, since what lies
// around it is not what a person means.
func Discover(path string, ceilings []string) (*Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for at := realPath(abs); ; at = filepath.Dir(at) {
		d, err := Find(at)
		if !errors.Is(err, ErrNotRepository) || claims(at) {
			return d, err
		}
		if up := filepath.Dir(at); up == at || slices.Contains(ceilings, up) {
			return nil, fmt.Errorf("%s: %w (nor is any directory above it)", path, ErrNotRepository)
		}
	}
}

// claims reports whether a directory says that it is a work tree.
func claims(dir string) bool {
	dot := filepath.Join(dir, ".git")
	info, err := os.Lstat(dot)
	if err != nil {
		return false
	}
	if info.IsDir() {
		_, err = os.Lstat(filepath.Join(dot, "HEAD"))
	}
	return err == nil
}

// isGitDir tells a git directory without a work tree around it, as git does.
func isGitDir(path string) bool {
	if _, err := os.Lstat(filepath.Join(path, "HEAD")); err != nil {
		return false
	}
	common := commonDir(path)
	return isDir(filepath.Join(common, "objects")) && isDir(filepath.Join(common, "refs"))
}

// followFile reads a .git file, which linked worktrees and submodules have.
func followFile(file string) (string, error) {
	text, err := readText(file, 1<<16)
	if err != nil {
		return "", fmt.Errorf("read .git file: %w", err)
	}
	dir, ok := strings.CutPrefix(string(text), "gitdir:")
	if !ok {
		return "", fmt.Errorf("%s: %w: the .git file names no directory", filepath.Dir(file), ErrNotRepository)
	}
	dir = strings.TrimSpace(dir)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(file), dir)
	}
	if !isDir(dir) {
		return "", fmt.Errorf("%s: %w: the .git file names a directory that does not exist", filepath.Dir(file), ErrNotRepository)
	}
	return dir, nil
}

// open bears a damaged git directory as long as it has objects.
func open(git, workTree string) (*Dir, error) {
	return openCommon(git, commonDir(git), workTree)
}

func openCommon(git, common, workTree string) (*Dir, error) {
	d := &Dir{Git: git, Common: common, WorkTree: workTree, stacks: &stacks{}}
	if !isDir(d.Objects()) {
		return nil, fmt.Errorf("%s: %w: no objects directory", git, ErrNotRepository)
	}
	d.readConfig()
	if tree := d.Config.WorkTree; tree != "" && (workTree == "" || realPath(absolute(tree, git)) != realPath(workTree)) {
		d.Elsewhere = absolute(tree, git)
	}
	return d, nil
}

func commonDir(git string) string {
	text, err := readText(filepath.Join(git, "commondir"), 1<<16)
	if err != nil {
		return git
	}
	dir := strings.TrimSpace(string(text))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(git, dir)
	}
	return dir
}

// Objects returns the objects directory.
func (d *Dir) Objects() string {
	if d.objects != "" {
		return d.objects
	}
	return filepath.Join(d.Common, "objects")
}

// FurtherObjects returns the directories of objects beside that of the
// repository itself: where a push waits, and what the environment names.
func (d *Dir) FurtherObjects() []string {
	if d.objects == "" {
		return d.Alternates
	}
	return append([]string{d.objects}, d.Alternates...)
}

// LFSStorage returns the directories in which Git LFS keeps contents: that which
// lfs.storage names or the one in the git directory, then those of the repositories that
// objects are borrowed from. One outside of the repository that lfs.storage names is
// followed only if the user's own configuration says so: a repository's could name any.
func (d *Dir) LFSStorage() []string {
	own := filepath.Join(d.Common, "lfs")
	if path := d.Config.settings.text("lfs", "storage"); path != "" {
		dir := absolute(path, d.Common)
		if inside(dir, d.Common) || d.WorkTree != "" && inside(dir, d.WorkTree) {
			own = dir
		}
	}
	if path := d.userSetting("lfs", "storage"); path != "" && own == filepath.Join(d.Common, "lfs") {
		own = absolute(ExpandHome(path), d.Common)
	}
	dirs := []string{own}
	for _, objects := range d.borrowed() {
		dirs = append(dirs, filepath.Join(filepath.Dir(objects), "lfs"))
	}
	return dirs
}

// maxBorrowed bounds the directories that objects are borrowed from.
const maxBorrowed = 100

// borrowed lists the objects directories of other repositories that this one uses, see
// gitrepository-layout(5).
func (d *Dir) borrowed() []string {
	dirs := slices.Clone(d.Alternates)
	text, err := readText(filepath.Join(d.Common, "objects", "info", "alternates"), 1<<16)
	if err != nil {
		return dirs // most repositories have none
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && line[0] != '#' && len(dirs) < maxBorrowed {
			dirs = append(dirs, absolute(line, filepath.Join(d.Common, "objects")))
		}
	}
	return dirs
}

// IndexFile returns the file of the index.
func (d *Dir) IndexFile() string {
	if d.index != "" {
		return d.index
	}
	return filepath.Join(d.Git, "index")
}

// Linked lists the git directories of the worktrees that share this
// repository: the main one and every linked one, whatever d itself is.
func (d *Dir) Linked() []string {
	dirs := []string{d.Common}
	entries, err := os.ReadDir(filepath.Join(d.Common, "worktrees"))
	if err != nil {
		return dirs // most repositories have none
	}
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(d.Common, "worktrees", e.Name()))
		}
	}
	return dirs
}

// maxShallow bounds the file of where a shallow clone ends: three million commits.
const maxShallow = 1 << 27

// Shallow lists the commits at which a shallow clone ends: their parents are
// not here. It is empty for a full clone.
func (d *Dir) Shallow() ([]objects.ID, error) {
	text, err := readText(filepath.Join(d.Common, "shallow"), maxShallow)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []objects.ID
	for line := range strings.Lines(string(text)) {
		id, ok := objects.ParseID(strings.TrimSpace(line))
		if !ok {
			return ids, errors.New("a line is malformed")
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// readConfig reads the repository's own file and those that it includes, then
// the worktree's own.
func (d *Dir) readConfig() {
	c := Config{IDSize: 20, RefStorage: "files"}
	c.Err = c.read(d, filepath.Join(d.Common, "config"), 0)
	if own, _ := c.settings.flag("extensions", "", "worktreeconfig"); own && c.Err == nil {
		c.Err = c.read(d, filepath.Join(d.Git, "config.worktree"), 0)
	}
	c.derive()
	d.Config = c
}

// overlay adds settings that go before those of the files.
func (c *Config) overlay(more settings) {
	if len(more) > 0 {
		c.settings = append(slices.Clone(c.settings), more...)
		c.derive()
	}
}

// derive reads what the settings mean.
func (c *Config) derive() {
	s := c.settings
	if strings.EqualFold(s.text("extensions", "objectformat"), "sha256") {
		c.IDSize = 32
	}
	// The value may be an address: "reftable:///…".
	if storage, _, _ := strings.Cut(s.text("extensions", "refstorage"), ":"); storage != "" {
		c.RefStorage = strings.ToLower(storage)
	}
	c.Partial = s.text("extensions", "partialclone") != ""
	c.Remote = ""
	for _, name := range s.subsections("remote") {
		if c.Remote == "" || name == "origin" {
			c.Remote, _ = s.last("remote", name, "url")
		}
		promisor, _ := s.flag("remote", name, "promisor")
		c.Partial = c.Partial || promisor
	}
	c.Unknown = s.unknownForm()
	c.ExcludesFile = s.text("core", "excludesfile")
	c.WorkTree = s.text("core", "worktree")
}

// knownExtensions are those that are read, or that say nothing of how to read; see git's
// technical/repository-version.
var knownExtensions = map[string]bool{
	"noop": true, "noop-v1": true, "preciousobjects": true, "partialclone": true, "worktreeconfig": true,
	"objectformat": true, "compatobjectformat": true, "refstorage": true, "relativeworktrees": true,
}

// unknownForm names what of a repository's form is not known. Before version 1 unknown
// extensions do not count.
func (s settings) unknownForm() string {
	switch version := s.text("core", "repositoryformatversion"); version {
	case "", "0":
		return ""
	case "1":
	default:
		return fmt.Sprintf("version %s of the repository's format", version)
	}
	for _, e := range s {
		if e.section == "extensions" && !knownExtensions[e.key] {
			return fmt.Sprintf("extension %q", e.key)
		}
	}
	return ""
}

// UserExcludesFile returns the user's global ignore file: core.excludesFile of
// their own configuration, or git's default. See gitignore(5).
func (d *Dir) UserExcludesFile() string {
	if path := d.userSetting("core", "excludesfile"); path != "" {
		return ExpandHome(path)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(xdgConfig(home), "git", "ignore")
}

// ExpandHome resolves a leading "~/", as git does in its configuration.
func ExpandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// readText reads a regular file of at most limit bytes. Anything else, a pipe
// above all, is refused before it can block.
func readText(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", filepath.Base(file))
	}
	if info.Size() > limit {
		return nil, finding.OverBudget.Because("%s is too large (%d bytes)", filepath.Base(file), info.Size())
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // so that it need not grow
	_, err = text.ReadFrom(io.LimitReader(f, limit))
	return text.Bytes(), err
}

// maxLine bounds the lines of refs and of their logs: what is longer is cut.
const maxLine = 64 << 10

// eachLine calls visit with each line of a regular file, cut to maxLine bytes, and with how
// many it had, until that returns an error: errEnough ends it without one.
func eachLine(file string, visit func(line []byte, size int) error) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", filepath.Base(file))
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := bufio.NewReaderSize(f, maxLine); ; {
		line, size, err := readLine(r)
		if size == 0 {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := visit(line, size); err != nil {
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		}
	}
}

// readLine returns the next line, cut to what the reader holds, and its whole length; 0 if
// there is none.
func readLine(r *bufio.Reader) (line []byte, size int, err error) {
	line, err = r.ReadSlice('\n')
	size = len(line)
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, size, err
	}
	line = bytes.Clone(line) // the reader's room is used for what follows
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = r.ReadSlice('\n')
		size += len(more)
	}
	return line, size, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

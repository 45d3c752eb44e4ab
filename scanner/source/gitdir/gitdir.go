// Package gitdir reads what lies in a git directory besides its objects: where
// things are, the configuration that matters for reading, refs and reflogs, and
// the index. It only reads files: no hook, filter, monitor or program of the
// repository runs.
package gitdir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	gitconfig "github.com/go-git/go-git/v5/plumbing/format/config"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// ErrNotRepository says that there is no git repository at a path.
var ErrNotRepository = errors.New("not a git repository")

// maxText bounds files that are read whole: packed-refs of a repository with a
// million refs has 70 MB.
const maxText = 1 << 30

// Dir is where the parts of a repository lie.
type Dir struct {
	Git      string // HEAD, index; one for each linked worktree
	Common   string // refs, objects, config; shared by linked worktrees
	WorkTree string // "" if there is none
	Config   Config
}

// Config is the part of a repository's configuration that says how to read it.
type Config struct {
	IDSize       int    // length of hashes in bytes: 20 or 32
	RefStorage   string // "files", or another that cannot be read
	Partial      bool   // objects may be missing on purpose
	ExcludesFile string // core.excludesFile, "" if not set
	Remote       string // URL of the remote "origin", or else of the first one; may hold credentials
	Err          error  // why the file could not be read, if so; the rest is the default then
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
	d := &Dir{Git: git, Common: commonDir(git), WorkTree: workTree}
	if !isDir(d.Objects()) {
		return nil, fmt.Errorf("%s: %w: no objects directory", git, ErrNotRepository)
	}
	d.Config = readConfig(filepath.Join(d.Common, "config"))
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
func (d *Dir) Objects() string { return filepath.Join(d.Common, "objects") }

// IndexFile returns the file of the index.
func (d *Dir) IndexFile() string { return filepath.Join(d.Git, "index") }

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

// Shallow lists the commits at which a shallow clone ends: their parents are
// not here. It is empty for a full clone.
func (d *Dir) Shallow() ([]objects.ID, error) {
	text, err := readText(filepath.Join(d.Common, "shallow"), maxText)
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

func readConfig(file string) Config {
	c := Config{IDSize: 20, RefStorage: "files"}
	text, err := readText(file, 1<<24)
	if errors.Is(err, fs.ErrNotExist) {
		return c
	}
	if err == nil {
		err = c.parse(string(text))
	}
	c.Err = err
	return c
}

func (c *Config) parse(text string) error {
	raw, err := decodeConfig(text)
	if err != nil {
		return err
	}
	ext := raw.Section("extensions")
	if strings.EqualFold(ext.Option("objectformat"), "sha256") {
		c.IDSize = 32
	}
	// The value may be an address: "reftable:///…".
	if s, _, _ := strings.Cut(ext.Option("refstorage"), ":"); s != "" {
		c.RefStorage = strings.ToLower(s)
	}
	c.Partial = ext.Option("partialclone") != ""
	for _, remote := range raw.Section("remote").Subsections {
		if c.Remote == "" || remote.Name == "origin" {
			c.Remote = remote.Option("url")
		}
		c.Partial = c.Partial || remote.Option("promisor") == "true"
	}
	c.ExcludesFile = raw.Section("core").Option("excludesfile")
	return nil
}

func decodeConfig(text string) (c *gitconfig.Config, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed configuration: %v", p)
		}
	}()
	c = gitconfig.New()
	if err := gitconfig.NewDecoder(strings.NewReader(text)).Decode(c); err != nil {
		return nil, fmt.Errorf("malformed configuration: %w", err)
	}
	return c, nil
}

// UserExcludesFile returns the user's global ignore file: core.excludesFile of
// their own configuration, or git's default. See gitignore(5).
func UserExcludesFile() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	xdg := os.Getenv("XDG_CONFIG_HOME")
	if xdg == "" {
		xdg = filepath.Join(home, ".config")
	}
	for _, f := range []string{filepath.Join(home, ".gitconfig"), filepath.Join(xdg, "git", "config"), "/etc/gitconfig"} {
		if path := readConfig(f).ExcludesFile; path != "" {
			return ExpandHome(path)
		}
	}
	return filepath.Join(xdg, "git", "ignore")
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
		return nil, fmt.Errorf("%s is too large (%d bytes)", filepath.Base(file), info.Size())
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

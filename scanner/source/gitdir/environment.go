package gitdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Environment is what git's variables say, see git(1). Git sets them for hooks:
// they name the repository, the index of the commit at hand, and where the
// objects of a push wait. They are about one repository, that of the current
// directory, and about no other. The zero value says nothing.
type Environment struct {
	Dir        string   // GIT_DIR
	WorkTree   string   // GIT_WORK_TREE
	Common     string   // GIT_COMMON_DIR
	Index      string   // GIT_INDEX_FILE
	Objects    string   // GIT_OBJECT_DIRECTORY
	Alternates []string // GIT_ALTERNATE_OBJECT_DIRECTORIES
	Ceilings   []string // GIT_CEILING_DIRECTORIES: discovery stops below them
	Quarantine bool     // GIT_QUARANTINE_PATH is set: a push waits to be accepted
	settings   settings // GIT_CONFIG_COUNT and GIT_CONFIG_PARAMETERS
}

// ReadEnvironment reads git's variables. GIT_NAMESPACE changes names of refs
// only, all of which are read, and GIT_PREFIX says where git was called and not
// what was asked for.
func ReadEnvironment(getenv func(string) string) (Environment, error) {
	e := Environment{
		Dir: getenv("GIT_DIR"), WorkTree: getenv("GIT_WORK_TREE"), Common: getenv("GIT_COMMON_DIR"),
		Index: getenv("GIT_INDEX_FILE"), Objects: getenv("GIT_OBJECT_DIRECTORY"),
		Quarantine: getenv("GIT_QUARANTINE_PATH") != "",
	}
	var err error
	if e.Alternates, err = pathList(getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES")); err != nil {
		return e, fmt.Errorf("GIT_ALTERNATE_OBJECT_DIRECTORIES: %w", err)
	}
	e.Ceilings = ceilings(getenv("GIT_CEILING_DIRECTORIES"))
	if err := e.readParameters(getenv("GIT_CONFIG_PARAMETERS")); err != nil {
		return e, fmt.Errorf("GIT_CONFIG_PARAMETERS: %w", err)
	}
	return e, e.readCounted(getenv)
}

// pathList parts paths at colons. One in double quotes is written as C does.
func pathList(text string) ([]string, error) {
	var out []string
	for text != "" {
		var path string
		if text[0] == '"' {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return nil, errors.New("a quote is not closed")
			}
			if path, err = strconv.Unquote(quoted); err != nil {
				return nil, errors.New("an unknown escape")
			}
			text = strings.TrimPrefix(text[len(quoted):], string(filepath.ListSeparator))
		} else {
			path, text, _ = strings.Cut(text, string(filepath.ListSeparator))
		}
		if path != "" {
			out = append(out, path)
		}
	}
	return out, nil
}

// ceilings resolves links of the directories in front of an empty one, as git
// does: links may be slow to look at.
func ceilings(text string) []string {
	var out []string
	resolve := true
	for _, dir := range filepath.SplitList(text) {
		switch {
		case dir == "":
			resolve = false
		case !filepath.IsAbs(dir):
		case resolve:
			out = append(out, realPath(dir))
		default:
			out = append(out, filepath.Clean(dir))
		}
	}
	return out
}

// maxParameters is how many settings a command line may bring.
const maxParameters = 10_000

func (e *Environment) readCounted(getenv func(string) string) error {
	count := getenv("GIT_CONFIG_COUNT")
	if count == "" {
		return nil
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || n > maxParameters {
		return fmt.Errorf("GIT_CONFIG_COUNT is %q, no number", count)
	}
	for i := range n {
		e.set(getenv(fmt.Sprintf("GIT_CONFIG_KEY_%d", i)), getenv(fmt.Sprintf("GIT_CONFIG_VALUE_%d", i)), false)
	}
	return nil
}

// readParameters reads what `git -c` hands on: 'key=value' or 'key'='value', in
// a shell's quotes.
func (e *Environment) readParameters(text string) error {
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		first, rest, err := unquote(text)
		if err != nil {
			return err
		}
		var value string
		var has bool
		if after, ok := strings.CutPrefix(rest, "="); ok {
			if value, rest, err = unquote(after); err != nil {
				return err
			}
			has = true
		} else {
			first, value, has = strings.Cut(first, "=")
		}
		e.set(first, value, !has)
		text = rest
	}
	return nil
}

// unquote reads one word as a shell quotes it: in single quotes, which are left and
// entered again around an escaped quote or exclamation mark.
func unquote(text string) (word, rest string, err error) {
	if text == "" || text[0] != '\'' {
		return "", text, nil
	}
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			out.WriteByte(text[i])
			continue
		}
		if i+3 < len(text) && text[i+1] == '\\' && (text[i+2] == '\'' || text[i+2] == '!') && text[i+3] == '\'' {
			out.WriteByte(text[i+2])
			i += 3
			continue
		}
		return out.String(), text[i+1:], nil
	}
	return "", "", errors.New("a quote is not closed")
}

// set notes a setting by its full name, as "remote.origin.url".
func (e *Environment) set(name, value string, bare bool) {
	section, rest, _ := strings.Cut(name, ".")
	sub, key := "", rest
	if dot := strings.LastIndexByte(rest, '.'); dot >= 0 {
		sub, key = rest[:dot], rest[dot+1:]
	}
	e.settings = append(e.settings, setting{section: strings.ToLower(section), sub: sub, key: strings.ToLower(key), value: value, bare: bare})
}

// Here finds the repository of the current directory the way git does: where
// GIT_DIR says, else upward. It obeys the environment and core.worktree.
func (e Environment) Here() (*Dir, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var d *Dir
	if e.Dir != "" {
		d, err = e.named(cwd)
	} else {
		d, err = Discover(cwd, e.Ceilings)
	}
	if err != nil {
		return nil, err
	}
	if err := e.apply(d, cwd); err != nil {
		return nil, err
	}
	return d, nil
}

// named opens what GIT_DIR says.
func (e Environment) named(cwd string) (*Dir, error) {
	git := absolute(e.Dir, cwd)
	if info, err := os.Stat(git); err == nil && info.Mode().IsRegular() {
		if git, err = followFile(git); err != nil {
			return nil, fmt.Errorf("GIT_DIR: %w", err)
		}
	}
	common := commonDir(git)
	if e.Common != "" {
		common = absolute(e.Common, cwd)
	}
	d, err := openCommon(git, common, "")
	if err != nil {
		return nil, fmt.Errorf("GIT_DIR: %w", err)
	}
	if bare, _ := d.Config.settings.flag("core", "", "bare"); !bare && !inside(cwd, d.Git) {
		d.WorkTree = cwd // until something else says so
	}
	return d, nil
}

// apply lets the environment say where the parts of a repository lie.
func (e Environment) apply(d *Dir, cwd string) error {
	if e.Common != "" && e.Dir == "" {
		return errors.New("GIT_COMMON_DIR is set without GIT_DIR")
	}
	d.Config.overlay(e.settings)
	d.Quarantine = e.Quarantine
	switch tree := d.Config.WorkTree; {
	case e.WorkTree != "":
		d.WorkTree = absolute(e.WorkTree, cwd)
		if !isDir(d.WorkTree) {
			return fmt.Errorf("GIT_WORK_TREE: %s is no directory", e.WorkTree)
		}
	case tree != "":
		d.WorkTree = absolute(tree, d.Git)
		if !isDir(d.WorkTree) {
			return fmt.Errorf("core.worktree: %s is no directory", tree)
		}
	}
	d.Elsewhere = ""
	// Git goes to the root of the work tree before it opens these.
	base := cwd
	if e.Dir == "" && d.WorkTree != "" && inside(cwd, d.WorkTree) {
		base = d.WorkTree
	}
	if e.Index != "" {
		d.index = absolute(e.Index, base)
	}
	if e.Objects != "" {
		objects := absolute(e.Objects, base)
		if !isDir(objects) {
			return fmt.Errorf("GIT_OBJECT_DIRECTORY: %s is no directory", e.Objects)
		}
		d.objects = objects
	}
	for _, dir := range e.Alternates {
		d.Alternates = append(d.Alternates, absolute(dir, base))
	}
	return nil
}

// Says reports whether the environment says anything of a repository, so that what is
// seen of one may be other than what lies there.
func (e Environment) Says() bool {
	return e.Dir != "" || e.WorkTree != "" || e.Common != "" || e.Index != "" || e.Objects != "" || len(e.Alternates) > 0 || len(e.settings) > 0
}

func absolute(path, base string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

// inside reports whether a path is a directory or lies in it, links resolved.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(realPath(dir), realPath(path))
	return err == nil && filepath.IsLocal(rel)
}

func realPath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

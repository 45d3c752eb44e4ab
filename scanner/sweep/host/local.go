package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxDepth is how deep a folder is searched for repositories.
const maxDepth = 12

// Folder lists the repositories in a folder of this machine, bare or with a work tree. It
// follows no link, and looks for none within a repository.
func Folder(dir string, f Filters, clock Clock) Lister { return &folder{dir, f, clock} }

type folder struct {
	dir     string
	filters Filters
	clock   Clock
}

// Target implements [Lister].
func (f *folder) Target() string { return "folder:" + f.dir }

// List implements [Lister].
func (f *folder) List(ctx context.Context) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		emit := &rows{target: f.Target(), filters: f.filters, now: f.clock.Now(), seen: map[string]bool{}, yield: yield}
		_, err := os.Stat(f.dir)
		root := ""
		if err == nil {
			root, err = realDir(f.dir)
		}
		if err != nil {
			emit.emit(Row{Cause: Failed, Reason: err.Error()})
			return
		}
		if found := f.walk(ctx, root, ".", 0, emit); found == 0 && ctx.Err() == nil {
			emit.emit(Row{Cause: Failed, Reason: f.dir + ": there is no repository in it"})
		}
	}
}

// realDir returns the absolute path of a directory, links resolved: the one name that it
// has whoever asks.
func realDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// walk emits what is in a directory, and returns how many rows it did: -1 to stop.
func (f *folder) walk(ctx context.Context, root, rel string, depth int, emit *rows) int {
	dir := filepath.Join(root, rel)
	if ctx.Err() != nil {
		return -1
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return sent(emit.emit(Row{Cause: Failed, Reason: err.Error()}))
	}
	if gitDir := repositoryIn(dir, entries); gitDir != "" {
		return sent(emit.emit(localRow(dir, gitDir, rel)))
	}
	if depth == maxDepth {
		return sent(emit.emit(Row{Cause: Failed, Reason: fmt.Sprintf("%s: deeper than %d folders", dir, maxDepth)}))
	}
	count := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		n := f.walk(ctx, root, filepath.Join(rel, e.Name()), depth+1, emit)
		if n < 0 {
			return n
		}
		count += n
	}
	return count
}

func sent(_, ok bool) int {
	if !ok {
		return -1
	}
	return 1
}

// repositoryIn returns the git directory of a repository whose top is a directory, "" if
// it is none: its .git, or itself if it is bare.
func repositoryIn(dir string, entries []fs.DirEntry) string {
	has := map[string]bool{}
	for _, e := range entries {
		has[e.Name()] = true
	}
	switch {
	case has[".git"]: // a directory, or a file that leads to one
		return filepath.Join(dir, ".git")
	case has["HEAD"] && has["objects"] && (has["refs"] || has["packed-refs"] || has["reftable"]):
		return dir
	}
	return ""
}

func localRow(dir, gitDir, rel string) Row {
	name := strings.TrimSuffix(filepath.Base(dir), ".git")
	full := strings.TrimSuffix(filepath.ToSlash(rel), ".git")
	if full == "." {
		full = name
	}
	owner := path.Dir(full)
	if owner == "." {
		owner = ""
	}
	// Nothing says when something last came: refs may lie in one file or in many, and
	// looking is what a scan begins with anyway.
	return Row{Repository: &Repository{ID: dir, Kind: Git, Owner: owner, Name: name, FullName: full, CloneURL: dir, Empty: isEmpty(gitDir)}}
}

// isEmpty reports whether a git directory holds no object.
func isEmpty(gitDir string) bool {
	info, err := os.Lstat(gitDir)
	if err != nil || !info.IsDir() {
		return false
	}
	if _, err := os.Lstat(filepath.Join(gitDir, "objects", "info", "alternates")); err == nil {
		return false
	}
	objects, err := os.ReadDir(filepath.Join(gitDir, "objects"))
	if err != nil {
		return false
	}
	for _, o := range objects {
		switch o.Name() {
		case "info":
		case "pack":
			if packs, err := os.ReadDir(filepath.Join(gitDir, "objects", "pack")); err != nil || len(packs) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// Documents lists a directory of documents as one thing to sweep.
func Documents(dir string) Lister { return documents(dir) }

type documents string

// Target implements [Lister].
func (d documents) Target() string { return "documents:" + string(d) }

// List implements [Lister].
func (d documents) List(context.Context) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		row := Row{Target: d.Target()}
		info, err := os.Stat(string(d))
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s: not a directory", d)
		}
		dir := ""
		if err == nil {
			dir, err = realDir(string(d))
		}
		if err != nil {
			row.Cause, row.Reason = Failed, err.Error()
		} else {
			row.Repository = &Repository{ID: dir, Kind: Directory, Name: filepath.Base(dir), FullName: filepath.ToSlash(string(d)), CloneURL: dir}
		}
		yield(row)
	}
}

// URLs lists repositories by the URLs that they are cloned from.
func URLs(name string, urls []string, f Filters, clock Clock) Lister {
	return &urlList{name: name, read: func() ([]string, error) { return urls, nil }, filters: f, clock: clock}
}

// URLFile lists repositories by a file that holds a URL a line. Empty lines, and those
// that begin with #, are none.
func URLFile(file string, f Filters, clock Clock) Lister {
	return &urlList{name: "file:" + file, read: func() ([]string, error) { return readLines(file) }, filters: f, clock: clock}
}

type urlList struct {
	name    string
	read    func() ([]string, error)
	filters Filters
	clock   Clock
}

// maxURLs bounds a file of URLs.
const maxURLs = 1_000_000

func readLines(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var lines []string
	for in := bufio.NewScanner(f); ; {
		if !in.Scan() {
			return lines, in.Err()
		}
		if line := strings.TrimSpace(in.Text()); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
		if len(lines) > maxURLs {
			return nil, fmt.Errorf("%s: more than %d URLs", file, maxURLs)
		}
	}
}

// Target implements [Lister].
func (l *urlList) Target() string { return l.name }

// List implements [Lister].
func (l *urlList) List(ctx context.Context) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		emit := &rows{target: l.name, filters: l.filters, now: l.clock.Now(), seen: map[string]bool{}, yield: yield}
		urls, err := l.read()
		if err != nil {
			emit.emit(Row{Cause: Failed, Reason: err.Error()})
			return
		}
		for i, text := range urls {
			row := Row{}
			if r, err := ParseClone(text); err != nil {
				row = Row{Cause: Failed, Reason: fmt.Sprintf("URL %d: %v", i+1, err)} // it is not repeated: it may hold a password
			} else {
				row.Repository = &r
			}
			if _, ok := emit.emit(row); !ok || ctx.Err() != nil {
				return
			}
		}
	}
}

// transports are how git may be asked to fetch. Others, as ext::, run programs.
var transports = []string{"https", "http", "ssh", "git"}

// ParseClone returns the repository at a URL that git can clone from, or at the short
// form of SSH, "git@host:owner/name". Errors hold nothing of the text.
func ParseClone(text string) (Repository, error) {
	u, err := url.Parse(text)
	short := err != nil || u.Scheme == "" || u.Opaque != ""
	if short {
		if u = shortSSH(text); u == nil {
			return Repository{}, errors.New("no URL to clone from")
		}
	}
	password, has := "", false
	if u.User != nil {
		password, has = u.User.Password()
	}
	name := strings.TrimSuffix(path.Base(u.Path), ".git")
	switch {
	case !slices.Contains(transports, u.Scheme):
		return Repository{}, errors.New("want a URL of https, ssh, git or http")
	case has || password != "" || u.User != nil && u.Scheme != "ssh":
		return Repository{}, errors.New("it holds a user or a password: name a token under tokens")
	case u.Hostname() == "" || strings.HasPrefix(u.Hostname(), "-"):
		return Repository{}, errors.New("it has no host")
	case name == "" || name == "." || name == "/" || u.RawQuery != "" || u.Fragment != "":
		return Repository{}, errors.New("it names no repository")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return Repository{}, errors.New("it holds a space or a control character")
	}
	u.Host = strings.ToLower(u.Host)
	clone := u.String()
	if short { // its path counts from the user's home, which no URL can say
		clone = text
	}
	full := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	owner := path.Dir(full)
	if owner == "." {
		owner = ""
	}
	return Repository{Host: u.Host, ID: full, Kind: Git, Owner: owner, Name: name, FullName: full, CloneURL: clone}, nil
}

// shortSSH reads git's short form, nil if it is none: a colon before the first slash, and
// not two of them.
func shortSSH(text string) *url.URL {
	at := strings.IndexByte(text, ':')
	if at <= 0 || strings.Contains(text[:at], "/") || strings.HasPrefix(text[at:], "::") || strings.HasPrefix(text[at:], "://") || strings.HasPrefix(text, "-") {
		return nil
	}
	u := &url.URL{Scheme: "ssh", Path: "/" + strings.TrimPrefix(text[at+1:], "/")}
	user, host, ok := strings.Cut(text[:at], "@")
	if !ok {
		user, host = "", text[:at]
	}
	if user != "" {
		u.User = url.User(user)
	}
	u.Host = host
	return u
}

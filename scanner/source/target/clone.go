package target

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	gogit "github.com/go-git/go-git/v5"

	"github.com/deputy-sec/deputy/scanner/source/git"
)

// schemes are the ways to clone. Others, such as git's ext::, run programs.
var schemes = map[string]bool{"https": true, "http": true, "ssh": true, "git": true}

// openURL clones a repository with all its refs. A file:// URL is read where it
// lies: to clone it would need git, and would leave out what no ref reaches.
func openURL(ctx context.Context, name string, o Options) (*Target, error) {
	shown := redact(name)
	if o.Parts != 0 && o.Parts&git.History == 0 {
		return nil, fmt.Errorf("%s: a clone has a history only", shown)
	}
	o.Parts = git.History
	if scheme, _, ok := strings.Cut(name, "://"); ok && scheme != "file" && !schemes[strings.ToLower(scheme)] {
		return nil, fmt.Errorf("%s: cannot clone from %s:// (use https, ssh or file)", shown, scheme)
	}
	path, isFile := filePath(name)
	if isFile {
		src, err := git.Open(path, o.Options)
		if err != nil {
			return nil, err
		}
		return ofRepository(src, shown, src.Close), nil
	}
	dir, err := clone(ctx, name)
	remove := func() error { return os.RemoveAll(dir) }
	if err != nil {
		return nil, errors.Join(fmt.Errorf("clone %s: %w", shown, hide(err, name)), remove())
	}
	src, err := git.Open(dir, o.Options)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("clone %s: %w", shown, err), remove())
	}
	return ofRepository(src, shown, src.Close, remove), nil
}

// clone returns the directory also when it fails: it is to be removed.
func clone(ctx context.Context, name string) (dir string, err error) {
	dir, err = os.MkdirTemp("", "deputy-clone-*")
	if err != nil {
		return dir, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("go-git failed: %v", p)
		}
	}()
	proof, err := auth(name)
	if err != nil {
		return dir, err
	}
	_, err = gogit.PlainCloneContext(ctx, dir, true, &gogit.CloneOptions{URL: name, Mirror: true, Auth: proof})
	return dir, err
}

// filePath returns the path of a file:// URL.
func filePath(name string) (string, bool) {
	u, err := url.Parse(name)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	return filepath.FromSlash(u.Path), true
}

// publicURL returns the URL of a remote without credentials; "" for a path on
// this machine, which tells nobody else anything.
func publicURL(remote string) string {
	if scheme, _, ok := strings.Cut(remote, "://"); ok {
		if schemes[strings.ToLower(scheme)] {
			return redact(remote)
		}
		return ""
	}
	if !isURL(remote) || strings.Contains(remote, "::") { // a helper's address is no URL
		return ""
	}
	host, path, _ := strings.Cut(remote[strings.LastIndex(remote, "@")+1:], ":")
	return "ssh://" + host + "/" + strings.TrimPrefix(path, "/")
}

// redact takes the credentials out of a URL.
func redact(name string) string {
	scheme, rest, ok := strings.Cut(name, "://")
	if !ok {
		return name // user@host:path has no password
	}
	authority, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		authority = authority[at+1:]
	}
	if slash {
		authority += "/"
	}
	path, _, _ = strings.Cut(path, "?") // tokens are passed here, too
	return scheme + "://" + authority + path
}

// hide takes the credentials of a URL out of an error, which may quote them.
func hide(err error, name string) error {
	text := strings.ReplaceAll(err.Error(), name, redact(name))
	if u, perr := url.Parse(name); perr == nil && u.User != nil {
		secrets := []string{u.User.String(), u.User.Username()}
		if password, ok := u.User.Password(); ok {
			secrets = append(secrets, password, url.QueryEscape(password), url.PathEscape(password))
		}
		for _, s := range secrets {
			if len(s) > 3 {
				text = strings.ReplaceAll(text, s, "•••")
			}
		}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", text, context.Canceled)
	}
	return errors.New(text)
}

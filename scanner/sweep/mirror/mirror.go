// Package mirror keeps bare copies of repositories and brings them up to date, by git, so
// that a sweep fetches what is new alone. What it fetches from may be hostile.
//
// Git runs with a configuration of ours and none of the user's, without prompts, hooks,
// monitors, submodules or maintenance; over https, ssh, git and, where a URL says so, http;
// it follows no redirect, so that a token goes to no other host; in a process group of its
// own, which is killed when its time is over or the copy becomes too large. Credentials are
// handed over in its environment and scoped to the host. Neither they nor the URL are
// written down.
package mirror

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/filelock"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Limits bound what fetching takes. The zero value of a field is the default.
type Limits struct {
	Time    time.Duration // for one repository; 30 min
	Size    int64         // of one repository, bytes; 10 GiB
	Refs    int           // of one repository; 200,000
	Cache   int64         // of all that is kept, bytes; 50 GiB
	PerHost int           // repositories of one host at once; 4
}

func (l Limits) withDefaults() Limits {
	if l.Time == 0 {
		l.Time = 30 * time.Minute
	}
	if l.Size == 0 {
		l.Size = 10 << 30
	}
	if l.Refs == 0 {
		l.Refs = 200_000
	}
	if l.Cache == 0 {
		l.Cache = 50 << 30
	}
	if l.PerHost == 0 {
		l.PerHost = 4
	}
	return l
}

// Cache is a directory of mirrors. Several processes may share it.
type Cache struct {
	dir    string
	limits Limits
	mu     sync.Mutex
	hosts  map[string]chan struct{}
	gate   Gate // nil for none

	evicting   sync.Mutex
	used       int64 // bytes, at most: what the last survey saw and what was fetched since
	surveyed   time.Time
	surveyTook time.Duration
}

// Gate lets at most so many in at a host at once, whoever asks, in whatever process. It
// waits until there is room.
type Gate interface {
	Enter(ctx context.Context, host string, most int) (leave func(), err error)
}

// Through has the cache fetch through a gate. Without one its limit per host holds in this
// process alone. It is called before the first fetch.
func (c *Cache) Through(g Gate) { c.gate = g }

// Open opens a cache, which is made if it is not there.
func Open(dir string, l Limits) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mirrors: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return &Cache{dir: dir, limits: l.withDefaults(), hosts: map[string]chan struct{}{}}, nil
}

// ID names the cache among those of all workers.
func (c *Cache) ID() (string, error) {
	file := filepath.Join(c.dir, "id")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(rand.Text())
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	id, err := os.ReadFile(file)
	return string(id), err
}

// Source is where a repository is fetched from.
type Source struct {
	Identity string // of the repository, whatever it is called
	URL      string // without credentials
	User     string // with Password: what the host is to be given
	Password finding.Secret

	held *os.File // the mirror's lock, which git holds too
}

// Mirror is a mirror that is up to date, and held until it is closed.
type Mirror struct {
	Dir  string
	Tips string // names all refs and what they point to; "" if there are none
	lock *filelock.Lock
}

// Close lets others use or remove the mirror.
func (m *Mirror) Close() error { return m.lock.Release() }

// Fetch brings the mirror of a repository up to date, and makes it if it is not there. The
// error holds neither credentials nor what the other side says at length.
func (c *Cache) Fetch(ctx context.Context, s Source) (*Mirror, error) {
	host, err := checkURL(s.URL)
	if err != nil {
		return nil, err
	}
	release, err := c.enter(ctx, host)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, c.limits.Time)
	defer cancel()
	dir := filepath.Join(c.dir, fmt.Sprintf("%x.git", sha256.Sum256([]byte(s.Identity))))
	lock, err := wait(ctx, dir+".lock")
	if err != nil {
		return nil, err
	}
	m := &Mirror{Dir: dir, lock: lock}
	s.held = lock.File()
	if err := c.update(ctx, m, s); err != nil {
		return nil, errors.Join(c.reason(ctx, err), lock.Release())
	}
	now := time.Now()
	_ = os.Chtimes(dir+".lock", now, now) // the order of eviction
	return m, nil
}

// reason says what an error of git's means.
func (c *Cache) reason(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return finding.OverTime.Because("fetching took longer than %s", c.limits.Time)
	}
	return err
}

// enter waits until there is room for one more at a host.
func (c *Cache) enter(ctx context.Context, host string) (release func(), err error) {
	c.mu.Lock()
	room := c.hosts[host]
	if room == nil {
		room = make(chan struct{}, c.limits.PerHost)
		c.hosts[host] = room
	}
	c.mu.Unlock()
	select {
	case room <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c.gate == nil {
		return func() { <-room }, nil
	}
	leave, err := c.gate.Enter(ctx, host, c.limits.PerHost)
	if err != nil {
		<-room
		return nil, err
	}
	return func() { leave(); <-room }, nil
}

func wait(ctx context.Context, file string) (*filelock.Lock, error) {
	for {
		lock, err := filelock.Try(file)
		if !errors.Is(err, filelock.ErrHeld) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// checkURL returns the host of a URL that may be fetched from. Others run programs
// (ext::), or read files of this machine.
func checkURL(text string) (host string, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil && u.Scheme != "ssh" {
		return "", finding.Unsupported.Because("its URL is none that is fetched from")
	}
	if _, has := u.User.Password(); has {
		return "", finding.Unsupported.Because("its URL holds a password")
	}
	switch u.Scheme {
	case "https", "http", "ssh", "git":
		return u.Host, nil
	}
	return "", finding.Unsupported.Because("it is not fetched over %q", u.Scheme)
}

// update makes the mirror what the other side has now.
func (c *Cache) update(ctx context.Context, m *Mirror, s Source) error {
	refs, sha256, err := c.list(ctx, s)
	if err != nil {
		return err
	}
	tipsFile := filepath.Join(m.Dir, "deputy-tips")
	if known, err := os.ReadFile(tipsFile); err == nil && string(known) == refs {
		m.Tips = refs
		return nil
	}
	_, err = os.Stat(filepath.Join(m.Dir, "HEAD"))
	fresh := err != nil
	if fresh {
		if err := c.create(ctx, m.Dir, s, sha256); err != nil {
			return err
		}
	}
	if refs == "" {
		return nil
	}
	if err := tidy(m.Dir); err != nil {
		return err
	}
	err = c.fetch(ctx, m.Dir, s)
	if unexplained := (*unexplainedError)(nil); errors.As(err, &unexplained) && !fresh && ctx.Err() == nil {
		// The mirror may be damaged, as by a loss of power: it is made anew, once.
		if err = c.create(ctx, m.Dir, s, sha256); err == nil {
			err = c.fetch(ctx, m.Dir, s)
		}
	}
	if err != nil {
		return err
	}
	c.followHead(ctx, m.Dir, s)
	// Written once all is there: a fetch that was interrupted is taken up again.
	if err := os.WriteFile(tipsFile, []byte(refs), 0o600); err != nil {
		return err
	}
	m.Tips = refs
	return c.evict(m.Dir)
}

// tidy removes what a git that was killed has left: locks, which would keep every later
// one from writing, and packs that were not finished. Nobody is at work here, since all
// git processes of a mirror hold its lock, whoever started them and whether that lives.
func tidy(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.Type().IsRegular():
			return err
		case strings.HasSuffix(path, ".lock"), strings.HasPrefix(d.Name(), "tmp_"): // neither ends or begins a ref's or a pack's name
			return os.Remove(path)
		}
		return nil
	})
}

// list asks for the refs, which costs one round trip, and names them all by a hash.
func (c *Cache) list(ctx context.Context, s Source) (tips string, isSHA256 bool, err error) {
	cmd := c.git(ctx, "", s, "ls-remote", "--", s.URL)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", false, err
	}
	var said tail
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return "", false, err
	}
	sum, n := sha256.New(), 0
	lines := bufio.NewReaderSize(out, 1<<16)
	var failed error
	for failed == nil {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0:
			failed = io.EOF
			continue
		case err != nil && err != io.EOF:
			failed = finding.Unsupported.Because("the name of a ref is too long")
			continue
		}
		if n++; n > c.limits.Refs {
			failed = finding.OverBudget.Because("it has more than %d refs", c.limits.Refs)
			continue
		}
		isSHA256 = bytes.IndexByte(line, '\t') == 64
		_, _ = sum.Write(line) // a hash takes all
	}
	if failed != io.EOF { //nolint:errorlint // it is ours
		_ = cmd.Cancel()
	}
	err = cmd.Wait()
	if failed != io.EOF { //nolint:errorlint // it is ours
		return "", false, failed
	}
	if err != nil {
		return "", false, refused(said.reason(err), s)
	}
	if n == 0 {
		return "", false, nil
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), isSHA256, nil
}

func (c *Cache) create(ctx context.Context, dir string, s Source, sha256 bool) error {
	if err := os.RemoveAll(dir); err != nil { // what was left of an attempt
		return err
	}
	format := "--object-format=sha1"
	if sha256 {
		format = "--object-format=sha256"
	}
	var said tail
	cmd := c.git(ctx, "", Source{held: s.held}, "init", "--quiet", "--bare", "--template=", format, "--", dir)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return said.reason(err)
	}
	return nil
}

// watchEvery is how often the size of what is being fetched is looked at.
const watchEvery = 250 * time.Millisecond

// fetch fetches all refs, those of pull requests too, and forgets those that are gone.
func (c *Cache) fetch(ctx context.Context, dir string, s Source) error {
	var said tail
	cmd := c.git(ctx, dir, s, "fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--force", "--", s.URL, "+refs/*:refs/*")
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	tooLarge := make(chan bool, 1)
	go func() {
		t := time.NewTicker(watchEvery)
		defer t.Stop()
		for {
			select {
			case <-done:
				tooLarge <- false
				return
			case <-t.C:
				if size(dir) > c.limits.Size {
					_ = cmd.Cancel()
					tooLarge <- true
					return
				}
			}
		}
	}()
	err := cmd.Wait()
	close(done)
	if <-tooLarge || err == nil && size(dir) > c.limits.Size {
		return errors.Join(finding.OverBudget.Because("it is larger than %d MiB", c.limits.Size>>20), os.RemoveAll(dir))
	}
	if err != nil {
		return said.reason(err)
	}
	return nil
}

// followHead points HEAD where the other side's points; if it does not say that, where it
// was.
func (c *Cache) followHead(ctx context.Context, dir string, s Source) {
	out, err := c.git(ctx, dir, s, "ls-remote", "--symref", "--", s.URL, "HEAD").Output()
	if err != nil {
		return
	}
	for line := range strings.Lines(string(out)) {
		if ref, ok := strings.CutPrefix(line, "ref: refs/heads/"); ok {
			name, _, _ := strings.Cut(ref, "\t")
			_ = c.git(ctx, dir, Source{held: s.held}, "symbolic-ref", "HEAD", "refs/heads/"+name).Run() // HEAD only says what is still there
			return
		}
	}
}

// settings are git's, whatever the user's are. A list of two: key, value.
var settings = [][2]string{
	{"protocol.allow", "never"}, {"protocol.https.allow", "always"}, {"protocol.ssh.allow", "always"}, {"protocol.git.allow", "always"},
	{"http.followRedirects", "false"}, {"http.lowSpeedLimit", "1000"}, {"http.lowSpeedTime", "60"},
	{"core.hooksPath", os.DevNull}, {"core.fsmonitor", "false"}, {"core.askPass", ""}, {"credential.helper", ""}, {"credential.interactive", "false"},
	{"fetch.recurseSubmodules", "false"}, {"fetch.unpackLimit", "1"}, {"fetch.writeCommitGraph", "false"}, {"transfer.bundleURI", "false"}, {"transfer.credentialsInUrl", "die"},
	{"gc.auto", "0"}, {"maintenance.auto", "false"}, {"uploadpack.packObjectsHook", ""}, {"safe.directory", "*"}, {"pack.threads", "1"},
}

// git returns a git command that asks nobody, and that ends with all it started.
func (c *Cache) git(ctx context.Context, dir string, s Source, args ...string) *exec.Cmd {
	if dir != "" {
		args = append([]string{"--git-dir=" + dir}, args...)
	}
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = c.dir
	own := slices.Clone(settings)
	if strings.HasPrefix(s.URL, "http://") {
		own = append(own, [2]string{"protocol.http.allow", "always"})
	}
	if s.Password.Reveal() != "" {
		if u, err := url.Parse(s.URL); err == nil {
			proof := base64.StdEncoding.EncodeToString([]byte(s.User + ":" + s.Password.Reveal()))
			own = append(own, [2]string{"http." + u.Scheme + "://" + u.Host + "/.extraHeader", "Authorization: Basic " + proof})
		}
	}
	cmd.Env = environment(own)
	alone(cmd, s.held)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// environment is git's: ours without what would change which repository it works on or
// whom it asks, and with settings.
func environment(own [][2]string) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "GIT_") || name == "SSH_ASKPASS" || name == "PGPASSWORD" || strings.HasPrefix(name, "DEPUTY_") {
			continue
		}
		env = append(env, v)
	}
	env = append(env, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GIT_OPTIONAL_LOCKS=0",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes -oPermitLocalCommand=no -oProxyCommand=none -oConnectTimeout=30", "LC_ALL=C", fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(own)))
	for i, kv := range own {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, kv[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, kv[1]))
	}
	return env
}

// tail keeps the end of what git says.
type tail struct{ text []byte }

const tailLen = 4096

// Write implements [io.Writer].
func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if n := len(t.text) - tailLen; n > 0 {
		t.text = t.text[n:]
	}
	return len(p), nil
}

// sayings are what git says of why it fails, and what we say of it. The other side may
// say what it likes, so none of that is passed on but what is listed here.
var sayings = []struct{ git, ours string }{
	{"Authentication failed", "the host refused the token"},
	{"could not read Username", noToken},
	{"terminal prompts disabled", noToken},
	{"requested URL returned error: 401", "the host refused the token"},
	{"requested URL returned error: 403", "the host does not let us read it"},
	{"requested URL returned error: 404", "the host does not have it, or does not let us know"},
	{"requested URL returned error: 429", "the host has had too many requests"},
	{"requested URL returned error: 5", "the host failed"},
	{"requested URL returned error: 3", "the host redirects elsewhere, which is not followed"},
	{"unable to update url base from redirection", "the host redirects elsewhere, which is not followed"},
	{"not found", "the host does not have it, or does not let us know"},
	{"Could not resolve host", "the host's name is not known"},
	{"Connection refused", "the host does not answer"},
	{"unable to connect", "the host does not answer"},
	{"timed out", "the host does not answer"},
	{"Permission denied", "the host does not let us in"},
	{"Host key verification failed", "the host's ssh key is not known"},
	{"transport '", "it is not fetched that way"},
	{"early EOF", "the host broke off"},
	{"unexpected disconnect", "the host broke off"},
	{"index-pack failed", "what the host sent is damaged"},
	{"No space left", "the disk is full"},
}

// noToken is what git says where a host wants a token: that it cannot ask for one.
const noToken = "the host wants a token, and there is none for it"

// refused says it of a host that was given one.
func refused(err error, s Source) error {
	if s.Password.Reveal() != "" && err.Error() == noToken {
		return finding.Unreadable.Because("the host refused the token")
	}
	return err
}

func (t *tail) reason(err error) error {
	text := string(t.text)
	for _, s := range sayings {
		if strings.Contains(text, s.git) {
			return finding.Unreadable.Because("%s", s.ours)
		}
	}
	return &unexplainedError{finding.Unreadable.Because("git could not fetch it (%v)", err)}
}

// unexplainedError is a failure of git's that may be of the other side or of the mirror.
type unexplainedError struct{ error }

// Unwrap returns the reason.
func (e *unexplainedError) Unwrap() error { return e.error }

// size is how many bytes the files below a directory take.
func size(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // what vanishes meanwhile has no size
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

// Looking at all mirrors takes a while where there are tens of thousands. It is done when
// what was fetched since the last look may be too much, and now and then, since others may
// fetch into the same cache; never so often that it takes more than a fiftieth of the time.
const (
	surveyEvery = time.Minute
	surveyShare = 50
)

// evict removes the mirrors that were used the longest ago once there is too much, until
// there is room for some more. It counts the mirror that was fetched.
func (c *Cache) evict(fetched string) error {
	c.evicting.Lock()
	defer c.evicting.Unlock()
	c.used += size(fetched)
	if c.used <= c.limits.Cache && time.Since(c.surveyed) < max(surveyEvery, surveyShare*c.surveyTook) {
		return nil
	}
	began := time.Now()
	all, err := c.survey()
	if err != nil {
		return err
	}
	if c.used = total(all); c.used > c.limits.Cache {
		err = c.shrink(all, fetched)
	}
	c.surveyed, c.surveyTook = time.Now(), time.Since(began)
	return err
}

// kept is a mirror in the cache.
type kept struct {
	dir  string
	used time.Time
	size int64
}

func total(all []kept) (n int64) {
	for _, m := range all {
		n += m.size
	}
	return n
}

// survey returns all mirrors, the one that was used the longest ago first.
func (c *Cache) survey() ([]kept, error) {
	locks, err := filepath.Glob(filepath.Join(c.dir, "*.git.lock"))
	if err != nil {
		return nil, err
	}
	var all []kept
	for _, lock := range locks {
		info, err := os.Stat(lock)
		if err != nil {
			continue
		}
		dir := strings.TrimSuffix(lock, ".lock")
		all = append(all, kept{dir, info.ModTime(), size(dir)})
	}
	slices.SortFunc(all, func(a, b kept) int { return a.used.Compare(b.used) })
	return all, nil
}

// shrink removes mirrors until nine tenths of the limit are left, so that the next one
// does not have to. One that somebody uses stays.
func (c *Cache) shrink(all []kept, keep string) error {
	for _, m := range all {
		if c.used <= c.limits.Cache/10*9 {
			return nil
		}
		if m.dir == keep || m.size == 0 {
			continue
		}
		lock, err := filelock.Try(m.dir + ".lock")
		if err != nil {
			continue
		}
		err = os.RemoveAll(m.dir)
		c.used -= m.size
		if err := errors.Join(err, lock.Release()); err != nil {
			return err
		}
	}
	return nil
}

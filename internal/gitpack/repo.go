package gitpack

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Options tune a Repo. The zero value is ready.
type Options struct {
	// ObjectDirs are further objects directories, as a server hook's quarantine
	// (GIT_OBJECT_DIRECTORY) is.
	ObjectDirs []string
	// NoAlternates leaves the directories that objects/info/alternates names
	// alone: whoever made the repository chose them.
	NoAlternates bool
	// NoMap reads packs instead of mapping them into memory, as is done anyway
	// where mapping fails.
	NoMap bool
	// CacheSize is the memory, in bytes, for delta bases that Read keeps: 32 MiB
	// if zero, none if negative.
	CacheSize int64
	// ReadLimit is the size of the largest object that Read returns, and that
	// Read and Stream hold in memory as a delta base: 1 GiB if zero.
	ReadLimit int64
}

func (o *Options) setDefaults() {
	if o.CacheSize == 0 {
		o.CacheSize = 32 << 20
	}
	if o.ReadLimit == 0 {
		o.ReadLimit = 1 << 30
	}
}

// Problem is something of a repository that could not be read.
type Problem struct {
	Where string // a file, or file@offset of an entry in a pack
	OID   OID    // the object concerned, zero if that is not known
	Err   error
}

func (p Problem) Error() string {
	if p.OID.IsZero() {
		return fmt.Sprintf("%s: %v", p.Where, p.Err)
	}
	return fmt.Sprintf("%s: object %s: %v", p.Where, p.OID, p.Err)
}

// Unwrap returns the error itself.
func (p Problem) Unwrap() error { return p.Err }

// Repo is the object store of a git repository as it was when opened. It is
// safe for concurrent use, except for Close.
type Repo struct {
	opts     Options
	hashLen  int
	gitDir   string // where config and worktree-specific files are
	common   string // where objects and refs are
	dirs     []string
	packs    []*pack
	byPath   map[string]*pack
	midxs    []openMultiIndex
	problems []Problem
	naming   bool  // the only pack's objects have no names yet
	outer    *Repo // then: where bases outside the pack are looked for

	cache     *baseCache
	resolvers sync.Pool
}

type openMultiIndex struct {
	*multiIndex
	file *file
	dir  string
}

// Open opens the repository at path: a work tree, a .git directory, a .git file
// that names one (as work trees and submodules have), or a bare repository.
// Damage does not keep it from opening: see Problems.
func Open(path string, opts Options) (*Repo, error) {
	opts.setDefaults()
	r := &Repo{opts: opts, byPath: make(map[string]*pack)}
	if opts.CacheSize > 0 {
		r.cache = newBaseCache(opts.CacheSize)
	}
	var err error
	if r.gitDir, r.common, err = findGitDir(path); err != nil {
		return nil, err
	}
	if r.hashLen, err = objectFormat(filepath.Join(r.common, "config")); err != nil {
		return nil, err
	}
	defer faultsAsPanics()()
	r.addDir(filepath.Join(r.common, "objects"), 0)
	for _, dir := range opts.ObjectDirs {
		r.addDir(dir, 0)
	}
	for _, dir := range r.dirs {
		r.openDir(dir)
	}
	r.indexPacks()
	return r, nil
}

// OpenPack opens a pack that lies in memory, without an index, as bundles and archives hold
// it. Name is how problems call it; names of objects are hashLen bytes long (20 or 32). Deltas
// of objects that the pack does not have, as a bundle of a range has them, are problems.
func OpenPack(name string, data []byte, hashLen int, opts Options) (*Repo, error) {
	opts.setDefaults()
	r := &Repo{opts: opts, byPath: make(map[string]*pack), hashLen: hashLen}
	if opts.CacheSize > 0 {
		r.cache = newBaseCache(opts.CacheSize)
	}
	p, err := newPack(&file{path: name, size: int64(len(data)), mapped: data, lent: true}, hashLen)
	if err != nil {
		return nil, err
	}
	r.packs = append(r.packs, p)
	r.byPath[p.path] = p
	r.indexPacks()
	return r, nil
}

// HashLenOf tells from the checksum that a pack ends in how long the names of its objects are:
// 20 bytes unless it is SHA-256's.
func HashLenOf(pack []byte) int {
	if n := len(pack) - sha256Len; n > packHeaderLen {
		if sum := sha256.Sum256(pack[:n]); bytes.Equal(sum[:], pack[n:]) {
			return sha256Len
		}
	}
	return sha1Len
}

// Close releases files and mappings. Nothing of the repository may be in use.
func (r *Repo) Close() error {
	var errs []error
	for _, p := range r.packs {
		errs = append(errs, p.close())
		if p.idxFile != nil {
			errs = append(errs, p.idxFile.close())
		}
	}
	for _, m := range r.midxs {
		errs = append(errs, m.file.close())
	}
	r.packs, r.midxs = nil, nil
	return errors.Join(errs...)
}

// GitDir returns the directory with HEAD and index, CommonDir that with config,
// objects and refs: the same, except for linked work trees.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir is described at GitDir.
func (r *Repo) CommonDir() string { return r.common }

// HashLen returns how long object names are: 20 bytes or 32.
func (r *Repo) HashLen() int { return r.hashLen }

// Problems returns what was found damaged when the repository was opened.
func (r *Repo) Problems() []Problem { return slices.Clone(r.problems) }

// Objects returns the number of objects in packs, duplicates included.
func (r *Repo) Objects() int {
	n := 0
	for _, p := range r.packs {
		n += p.idx.n
	}
	return n
}

// PackBytes returns the size of all packs together.
func (r *Repo) PackBytes() int64 {
	var n int64
	for _, p := range r.packs {
		n += p.size
	}
	return n
}

func (r *Repo) problem(where string, err error) {
	r.problems = append(r.problems, Problem{Where: where, Err: err})
}

// maxPointer bounds the small files that name other directories.
const maxPointer = 64 << 10

// findGitDir follows .git files and commondir.
func findGitDir(path string) (gitDir, common string, err error) {
	gitDir = path
	if dot := filepath.Join(path, ".git"); exists(dot) {
		gitDir = dot
	}
	if info, err := os.Stat(gitDir); err != nil {
		return "", "", err
	} else if info.Mode().IsRegular() {
		line, err := readPointer(gitDir)
		if err != nil {
			return "", "", err
		}
		target, ok := strings.CutPrefix(line, "gitdir: ")
		if !ok {
			return "", "", fmt.Errorf("%s does not name a git directory", gitDir)
		}
		gitDir = relativeTo(filepath.Dir(gitDir), target)
	}
	common = gitDir
	if line, err := readPointer(filepath.Join(gitDir, "commondir")); err == nil {
		common = relativeTo(gitDir, line)
	}
	if info, err := os.Stat(filepath.Join(common, "objects")); err != nil || !info.IsDir() {
		return "", "", fmt.Errorf("%s is not a git repository: it has no objects directory", path)
	}
	return gitDir, common, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func readPointer(path string) (string, error) {
	b, err := readSmall(path, maxPointer)
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimRight(line, "\r"), err
}

// readSmall reads a file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return b, nil
}

func relativeTo(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// maxAlternateDepth is git's own limit.
const maxAlternateDepth = 5

// addDir adds an objects directory and its alternates, each once.
func (r *Repo) addDir(dir string, depth int) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if slices.Contains(r.dirs, dir) {
		return
	}
	if _, err := os.Stat(dir); err != nil {
		r.problem(dir, err)
		return
	}
	r.dirs = append(r.dirs, dir)
	if r.opts.NoAlternates {
		return
	}
	list := filepath.Join(dir, "info", "alternates")
	b, err := readSmall(list, 1<<20)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			r.problem(list, err)
		}
		return
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || line[0] == '#':
		case depth == maxAlternateDepth:
			r.problem(list, errors.New("alternates are nested too deeply"))
			return
		default:
			r.addDir(relativeTo(dir, line), depth+1)
		}
	}
}

// openDir opens the packs and the multi-pack-index of an objects directory.
func (r *Repo) openDir(dir string) {
	packDir := filepath.Join(dir, "pack")
	files, err := os.ReadDir(packDir)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			r.problem(packDir, err)
		}
		return
	}
	for _, f := range files {
		base, ext := strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())), filepath.Ext(f.Name())
		switch {
		case !strings.HasPrefix(base, "pack-"):
			if f.Name() == "multi-pack-index" {
				r.openMultiIndex(packDir, f.Name())
			}
		case ext == ".pack":
			r.openPack(filepath.Join(packDir, base))
		case ext == ".idx" && !exists(filepath.Join(packDir, base+".pack")):
			r.problem(filepath.Join(packDir, f.Name()), errors.New("the pack of this index is missing"))
		}
	}
}

// openPack opens base.pack and base.idx.
func (r *Repo) openPack(base string) {
	p, err := openPack(base+".pack", r.hashLen, r.opts.NoMap)
	if err != nil {
		r.problem(base+".pack", err)
		return
	}
	p.number = len(r.packs)
	r.packs = append(r.packs, p)
	r.byPath[p.path] = p
	if err := p.openIndex(base+".idx", r.opts.NoMap); err != nil {
		r.problem(base+".idx", err)
	}
}

// openIndex reads the index of the pack. An error that leaves p.idx set is of
// the pack, not of the index: it has been cut, and the index knows what is lost.
func (p *pack) openIndex(path string, noMap bool) (err error) {
	defer catchFault(&err)
	f, err := openFile(path, noMap)
	if err != nil {
		return err
	}
	data, err := f.contents()
	if err != nil {
		return errors.Join(err, f.close())
	}
	x, err := parseIndex(data, p.hashLen)
	if err == nil {
		err = p.agrees(x)
	}
	if err != nil && !errors.Is(err, errCut) {
		return errors.Join(err, f.close())
	}
	p.idx, p.idxFile = x, f
	return err
}

func (r *Repo) openMultiIndex(packDir, name string) {
	path := filepath.Join(packDir, name)
	f, err := openFile(path, r.opts.NoMap)
	if err != nil {
		r.problem(path, err)
		return
	}
	data, err := f.contents()
	var m *multiIndex
	if err == nil {
		m, err = parseMultiIndex(data, r.hashLen)
	}
	if err != nil {
		r.problem(path, errors.Join(err, f.close()))
		return
	}
	r.midxs = append(r.midxs, openMultiIndex{m, f, packDir})
}

// objectFormat reads the length of object names from a repository's config.
func objectFormat(path string) (hashLen int, err error) {
	b, err := readSmall(path, 16<<20)
	if errors.Is(err, os.ErrNotExist) {
		return sha1Len, nil
	}
	if err != nil {
		return 0, err
	}
	switch format := configValue(b, "extensions", "objectformat"); format {
	case "", "sha1":
		return sha1Len, nil
	case "sha256":
		return sha256Len, nil
	default:
		return 0, fmt.Errorf("%s: unknown object format %.40q", path, format)
	}
}

// configValue returns the last value of section.key in a git config file, for
// values that need no quoting, such as names of formats.
func configValue(config []byte, section, key string) (value string) {
	in := false
	for line := range bytes.Lines(config) {
		s := strings.TrimSpace(string(line))
		if strings.HasPrefix(s, "[") {
			var name string
			name, s, _ = strings.Cut(s[1:], "]")
			in = strings.EqualFold(strings.TrimSpace(name), section)
			s = strings.TrimSpace(s)
		}
		k, v, ok := strings.Cut(s, "=")
		if in && ok && strings.EqualFold(strings.TrimSpace(k), key) {
			v, _, _ = strings.Cut(v, "#")
			v, _, _ = strings.Cut(v, ";")
			value = strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	return value
}

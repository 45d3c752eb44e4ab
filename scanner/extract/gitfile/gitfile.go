package gitfile

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/gitpack"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the extractor of bundles and packs.
func New() *extract.Extractor {
	return &extract.Extractor{Name: "git bundle or pack", Claims: claims, Extract: run}
}

const (
	packV2, packV3     = "PACK\x00\x00\x00\x02", "PACK\x00\x00\x00\x03"
	bundleV2, bundleV3 = "# v2 git bundle\n", "# v3 git bundle\n"
)

func claims(head []byte) bool {
	return slices.ContainsFunc([]string{packV2, packV3, bundleV2, bundleV3}, func(magic string) bool {
		return bytes.HasPrefix(head, []byte(magic))
	})
}

// What reading a pack may hold of it, in bytes: contents while they are walked, bases of
// deltas, and one object. Larger ones are streamed.
const (
	maxContents = 256 << 20
	maxBases    = 16 << 20
	maxObject   = 64 << 20
)

func run(ctx context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	b := bundle{rest: data}
	if bytes.HasPrefix(data, []byte("# v")) {
		if err := b.header(out); err != nil {
			return err
		}
	}
	if b.hashLen == 0 {
		b.hashLen = gitpack.HashLenOf(b.rest)
	}
	repo, err := gitpack.OpenPack("pack", b.rest, b.hashLen, gitpack.Options{CacheSize: maxBases, ReadLimit: maxObject})
	if err != nil {
		return extract.Unreadable(err)
	}
	defer func() { _ = repo.Close() }() // there is nothing to close
	r := &reader{out: out, bundle: b, above: map[gitpack.OID]entry{}}
	walk := gitpack.WalkOptions{Workers: 1, MaxMemory: maxContents}
	for _, types := range []gitpack.TypeMask{
		gitpack.Mask(gitpack.Tree, gitpack.Commit, gitpack.Tag), // they name what comes then
		gitpack.Mask(gitpack.Blob),
	} {
		walk.Types = types
		if err := repo.Walk(ctx, walk, r); err != nil {
			return err
		}
	}
	return r.problems()
}

// bundle is a file of git bundle; a pack alone is all rest.
type bundle struct {
	rest    []byte // the pack
	hashLen int    // of names, 0 if it does not say
	thin    bool   // whoever unpacks it must have objects that it does not hold
}

// header reads the header (gitformat-bundle(5)): capabilities, what whoever unpacks it must
// have already, refs, whose names are written, and an empty line.
func (b *bundle) header(out *extract.Output) error {
	_, b.rest, _ = bytes.Cut(b.rest, []byte("\n"))
	out.Begin("")
	out.Place("refs")
	for {
		line, rest, ok := bytes.Cut(b.rest, []byte("\n"))
		if !ok {
			return fmt.Errorf("%w: the header has no end", extract.ErrDamaged)
		}
		b.rest = rest
		switch text := string(line); {
		case text == "":
			return nil
		case text == "@object-format=sha256":
			b.hashLen = 32
		case text == "@object-format=sha1":
			b.hashLen = 20
		case strings.HasPrefix(text, "@filter="): // no tree is followed to what is left out
		case strings.HasPrefix(text, "@"):
			return finding.Unsupported.Because("a git bundle of a kind that is not known")
		default:
			b.thin = b.thin || text[0] == '-'
			_, name, _ := strings.Cut(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), "\ufffd"), " ")
			if _, err := out.WriteString(name + "\n"); err != nil {
				return err
			}
		}
	}
}

// reader writes what a pack holds. It is the visitor of two walks: the first takes down which
// trees name what.
type reader struct {
	bundle
	out   *extract.Output
	above map[gitpack.OID]entry
	lost  error // why the first object could not be read that could not
}

// entry says where something stands: under a name in a tree.
type entry struct {
	tree gitpack.OID
	name string
}

// maxEntries bounds what is held of trees. What has no name is told without.
const maxEntries = 1 << 19

// Visit implements gitpack.Visitor.
func (r *reader) Visit(o *gitpack.Object) (any, error) {
	if err := r.out.Err(); err != nil {
		return nil, err
	}
	place := fmt.Sprintf("%s %.10s", o.Type, o.OID)
	switch o.Type {
	case gitpack.Tree:
		r.tree(o)
		return nil, nil
	case gitpack.Blob:
		return nil, r.blob(o, place)
	}
	r.out.Begin("")
	r.out.Place(place)
	_, err := r.out.Write(said(o.Data))
	return nil, err
}

// Problem implements gitpack.Visitor.
func (r *reader) Problem(p gitpack.Problem) {
	if r.lost == nil {
		r.lost = p.Err
	}
}

// problems says what could not be read.
func (r *reader) problems() error {
	switch {
	case r.lost == nil:
		return nil
	case r.thin:
		return finding.Missing.Because("made from objects that the bundle does not hold: %s", r.lost)
	}
	return fmt.Errorf("%w: objects of the pack cannot be read: %w", extract.ErrDamaged, r.lost)
}

func (r *reader) tree(o *gitpack.Object) {
	rest := o.Data
	for len(rest) > 0 && len(r.above) < maxEntries {
		e, after, err := gitpack.NextTreeEntry(rest, r.hashLen)
		if err != nil {
			r.Problem(gitpack.Problem{Err: err})
			return
		}
		rest = after
		if _, known := r.above[e.OID]; !known {
			r.above[e.OID] = entry{o.OID, string(e.Name)}
		}
	}
}

// path returns where a tree names an object, "" if none does.
func (r *reader) path(id gitpack.OID) string {
	const deepest = 64
	var names []string
	for range deepest { // a tree cannot hold itself, but who made the pack may have said so
		e, ok := r.above[id]
		if !ok {
			break
		}
		names = append(names, e.name)
		id = e.tree
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

func (r *reader) blob(o *gitpack.Object, place string) error {
	path := r.path(o.OID)
	switch {
	case o.Stream != nil:
		return r.out.Embed(path, place, o.Stream)
	case r.reads(o.Data):
		return r.out.EmbedBytes(path, place, bytes.Clone(o.Data))
	}
	r.out.Begin(path)
	r.out.Place(place)
	_, err := r.out.Write(o.Data)
	return err
}

// reads reports whether somebody reads a content as a document. Nearly all are texts, and are
// no parts of their own.
func (r *reader) reads(data []byte) bool {
	head := data[:min(len(data), extract.Sniff)]
	return r.out.Claims(head) || r.out.ClaimsBehind(head, data, true) != nil
}

// said returns who made a commit or a tag, and what it says, without the names of objects and
// signatures.
func said(data []byte) []byte {
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	var out []byte
	for line := range bytes.Lines(head) {
		for _, key := range []string{"author ", "committer ", "tagger ", "tag "} {
			if bytes.HasPrefix(line, []byte(key)) {
				out = append(append(out, bytes.TrimSuffix(line, []byte("\n"))...), '\n')
			}
		}
	}
	return append(append(out, '\n'), message...)
}

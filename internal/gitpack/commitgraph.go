package gitpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CommitGraph is the commit-graph of a repository, one file or a chain of them
// (git's Documentation/gitformat-commit-graph.txt): tree, parents, date and
// generation of commits without inflating any. Commits are known by their
// position. It is a cache that may name commits that are gone, and what a
// hostile one says of parents may run in circles.
type CommitGraph struct {
	hashLen int
	layers  []graphLayer // base first
	files   []*file
}

// graphLayer is one file. Its positions follow those of the layers below.
type graphLayer struct {
	start, n int
	fanout   []byte
	names    []byte
	commits  []byte // tree, two parents, generation and date
	edges    []byte // parents beyond the second
	dates    []byte // corrected commit dates, as offsets from the date
	overflow []byte // those offsets that take 8 bytes
}

// GraphCommit is a commit as the commit-graph has it.
type GraphCommit struct {
	Tree    OID
	Parents []uint32 // positions
	Time    int64    // of the committer, in seconds since 1970
	// Level is one more than that of the highest parent: commits only reach
	// those of lower level. Zero if not computed, and never more than 2^30-1,
	// beyond which levels are equal.
	Level uint32
	// Corrected is Time, or one more than the highest Corrected of its parents
	// if that is larger: a tighter bound than Level. Zero if the graph lacks it.
	Corrected int64
}

var errGraph = errors.New("unusable commit-graph")

// CommitGraph opens the commit-graph. It returns nil and no error if the
// repository has none. A graph that cannot be used is an error, after which the
// commits themselves say the same.
func (r *Repo) CommitGraph() (*CommitGraph, error) {
	for _, dir := range r.dirs {
		info := filepath.Join(dir, "info")
		paths := []string{filepath.Join(info, "commit-graph")}
		if !exists(paths[0]) {
			var err error
			if paths, err = graphChain(filepath.Join(info, "commit-graphs"), r.hashLen); err != nil {
				return nil, err
			}
		}
		if len(paths) > 0 {
			return openGraph(paths, r.hashLen, r.opts.NoMap)
		}
	}
	return nil, nil
}

// graphChain returns the files of a chain, base first.
func graphChain(dir string, hashLen int) ([]string, error) {
	b, err := readSmall(filepath.Join(dir, "commit-graph-chain"), 1<<20)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var paths []string
	for name := range strings.FieldsSeq(string(b)) {
		if _, err := ParseOID(name); err != nil || len(name) != 2*hashLen {
			return nil, fmt.Errorf("%w: chain names %.80q", errGraph, name)
		}
		paths = append(paths, filepath.Join(dir, "graph-"+name+".graph"))
	}
	return paths, nil
}

func openGraph(paths []string, hashLen int, noMap bool) (*CommitGraph, error) {
	defer faultsAsPanics()()
	g := &CommitGraph{hashLen: hashLen}
	for _, path := range paths {
		if err := g.addFile(path, noMap); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), g.Close())
		}
	}
	return g, nil
}

func (g *CommitGraph) addFile(path string, noMap bool) (err error) {
	defer catchFault(&err)
	f, err := openFile(path, noMap)
	if err != nil {
		return err
	}
	g.files = append(g.files, f)
	data, err := f.contents()
	if err != nil {
		return err
	}
	return g.addLayer(data)
}

// Close releases the files.
func (g *CommitGraph) Close() error {
	var errs []error
	for _, f := range g.files {
		errs = append(errs, f.close())
	}
	g.files, g.layers = nil, nil
	return errors.Join(errs...)
}

func (g *CommitGraph) addLayer(data []byte) error {
	l := graphLayer{start: g.Len()}
	if err := l.parse(data, g.hashLen, len(g.layers)); err != nil {
		return fmt.Errorf("%w: %w", errGraph, err)
	}
	g.layers = append(g.layers, l)
	return nil
}

const graphHeaderLen = 8

func (l *graphLayer) parse(data []byte, hashLen, below int) error {
	body, _, ok := cutTail(data, hashLen)
	if !ok || len(body) < graphHeaderLen || string(body[:4]) != "CGPH" {
		return errors.New("no header")
	}
	if body[4] != 1 || body[5] != hashVersion(hashLen) || int(body[7]) != below {
		return fmt.Errorf("version %d, hash %d, on %d others", body[4], body[5], body[7])
	}
	parts, err := parseChunks(body, body[graphHeaderLen:], int(body[6]))
	if err != nil {
		return err
	}
	if l.fanout, l.n, err = parseFanout(parts["OIDF"], len(parts["OIDL"])/hashLen); err != nil {
		return err
	}
	if l.names, err = parts.table("OIDL", l.n, hashLen); err != nil {
		return err
	}
	if l.commits, err = parts.table("CDAT", l.n, hashLen+16); err != nil {
		return err
	}
	if len(parts["GDA2"]) > 0 {
		if l.dates, err = parts.table("GDA2", l.n, 4); err != nil {
			return err
		}
	}
	l.edges, l.overflow = parts["EDGE"], parts["GDO2"]
	return nil
}

// Len returns the number of commits: their positions are below it.
func (g *CommitGraph) Len() int {
	if len(g.layers) == 0 {
		return 0
	}
	top := g.layers[len(g.layers)-1]
	return top.start + top.n
}

// Find returns the position of a commit.
func (g *CommitGraph) Find(id OID) (pos uint32, ok bool) {
	for i := len(g.layers) - 1; i >= 0; i-- {
		l := &g.layers[i]
		if at, ok := findName(l.fanout, l.names, g.hashLen, id[:g.hashLen]); ok {
			return uint32(l.start + at), true
		}
	}
	return 0, false
}

// layer returns the file that has a position, and the position in it.
func (g *CommitGraph) layer(pos uint32) (l *graphLayer, i int, err error) {
	for k := len(g.layers) - 1; k >= 0; k-- {
		l = &g.layers[k]
		if i = int(pos) - l.start; i >= 0 && i < l.n {
			return l, i, nil
		}
	}
	return nil, 0, fmt.Errorf("%w: no commit has position %d", errGraph, pos)
}

// OID returns the name of the commit at a position.
func (g *CommitGraph) OID(pos uint32) (OID, error) {
	l, i, err := g.layer(pos)
	if err != nil {
		return OID{}, err
	}
	return oidFrom(l.names[i*g.hashLen:][:g.hashLen]), nil
}

const (
	noParent   = 0x70000000
	moreEdges  = 1 << 31 // of the second parent: it is a position in edges; of an edge: it is the last
	edgeMask   = moreEdges - 1
	dateIsWide = 1 << 31
)

// Commit reads the commit at a position into c, using the memory of c.Parents
// again.
func (g *CommitGraph) Commit(pos uint32, c *GraphCommit) error {
	l, i, err := g.layer(pos)
	if err != nil {
		return err
	}
	data := l.commits[i*(g.hashLen+16):][:g.hashLen+16]
	*c = GraphCommit{Tree: oidFrom(data[:g.hashLen]), Parents: c.Parents[:0]}
	data = data[g.hashLen:]
	level := binary.BigEndian.Uint32(data[8:])
	c.Level = level >> 2
	c.Time = int64(level&3)<<32 | int64(binary.BigEndian.Uint32(data[12:]))
	c.Corrected = l.corrected(i, c.Time)

	first, second := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if first != noParent {
		c.Parents = append(c.Parents, first)
	}
	switch {
	case second == noParent:
	case second&moreEdges == 0:
		c.Parents = append(c.Parents, second)
	default:
		if c.Parents, err = l.appendEdges(c.Parents, second&edgeMask); err != nil {
			return err
		}
	}
	for _, p := range c.Parents {
		if int64(p) >= int64(g.Len()) {
			return fmt.Errorf("%w: parent at %d of %d", errGraph, p, g.Len())
		}
	}
	return nil
}

func (l *graphLayer) appendEdges(parents []uint32, from uint32) ([]uint32, error) {
	for at := int64(from) * 4; at+4 <= int64(len(l.edges)); at += 4 {
		edge := binary.BigEndian.Uint32(l.edges[at:])
		parents = append(parents, edge&edgeMask)
		if edge&moreEdges != 0 {
			return parents, nil
		}
	}
	return parents, fmt.Errorf("%w: list of parents has no end", errGraph)
}

// corrected returns the corrected date, 0 if there is none.
func (l *graphLayer) corrected(i int, date int64) int64 {
	if l.dates == nil {
		return 0
	}
	offset := binary.BigEndian.Uint32(l.dates[i*4:])
	if offset&dateIsWide == 0 {
		return date + int64(offset)
	}
	at := int64(offset&^dateIsWide) * 8
	if at+8 > int64(len(l.overflow)) {
		return 0
	}
	return date + int64(binary.BigEndian.Uint64(l.overflow[at:]))
}

package gitdir

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// A reftable holds refs and their logs in sorted blocks; a stack of them is what a
// repository has, and a later one goes before an earlier one. See git's
// gitformat-reftable(5).

// refTables is what a stack says.
type refTables struct {
	refs map[string]refValue
	logs map[string][]LogEntry // the oldest first
}

// refValue is an object or, if target is set, another ref.
type refValue struct {
	id     objects.ID
	target string
}

// text returns the value as a file of a ref has it.
func (v refValue) text() string {
	if v.target != "" {
		return "ref: " + v.target
	}
	return v.id.String()
}

// Bounds of a stack, far beyond what is real: git packs a million refs into 30 MB.
const (
	maxTables  = 10_000
	maxTable   = 1 << 27 // bytes of one table
	maxInflate = 1 << 28 // bytes of logs
	maxHeld    = 1 << 28 // bytes of memory for what the tables say
	heldEach   = 160     // for a ref or an entry of a log, beside its texts
)

// errTables says that the tables say more than is held; what they said before counts.
var errTables error = finding.OverBudget.Because("more refs and reflogs than %d MiB: the rest of them is not looked at", maxHeld>>20)

var errReftable = errors.New("malformed reftable")

// stackOf returns the tables of a git directory, which are read once. With an error beside
// them they are not all.
func (d *Dir) stackOf(git string) (*refTables, error) {
	d.stacks.mu.Lock()
	defer d.stacks.mu.Unlock()
	if known, ok := d.stacks.by[git]; ok {
		return known.tables, known.err
	}
	tables, err := readStack(filepath.Join(git, "reftable"), d.Config.IDSize)
	if d.stacks.by == nil {
		d.stacks.by = map[string]stack{}
	}
	d.stacks.by[git] = stack{tables, err}
	return tables, err
}

type stacks struct {
	mu sync.Mutex
	by map[string]stack // by git directory
}

type stack struct {
	tables *refTables
	err    error
}

// readStack reads the tables that a list names, in its order.
func readStack(dir string, idSize int) (*refTables, error) {
	out := &refTables{refs: map[string]refValue{}, logs: map[string][]LogEntry{}}
	list, err := readText(filepath.Join(dir, "tables.list"), 1<<24)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil // as a worktree may have none of its own
	}
	if err != nil {
		return nil, fmt.Errorf("reftable: %w", err)
	}
	names := strings.Fields(string(list))
	if len(names) > maxTables {
		return nil, fmt.Errorf("reftable: %d tables", len(names))
	}
	logs := map[string]map[uint64]LogEntry{}
	room := maxHeld
	var full error
	for _, name := range names {
		if name != filepath.Base(name) {
			return nil, fmt.Errorf("reftable: %w: a table lies elsewhere", errReftable)
		}
		data, err := readText(filepath.Join(dir, name), maxTable)
		if err == nil {
			err = parseReftable(data, idSize, out.refs, logs, &room)
		}
		if errors.Is(err, errTables) {
			full = err
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reftable %s: %w", name, err)
		}
	}
	for ref, entries := range logs {
		order := make([]uint64, 0, len(entries))
		for index := range entries {
			order = append(order, index)
		}
		slices.Sort(order)
		for _, index := range order {
			out.logs[ref] = append(out.logs[ref], entries[index])
		}
		delete(logs, ref)
	}
	return out, full
}

// parseReftable adds what one table says to what the ones before it say. Logs are kept
// by the index of the update that wrote them. room is how many bytes they may yet take.
func parseReftable(data []byte, idSize int, refs map[string]refValue, logs map[string]map[uint64]LogEntry, room *int) error {
	p := &tableParser{data: data, idSize: idSize, budget: maxGrowth*len(data) + 1<<16, refs: refs, logs: logs, room: room}
	if err := p.frame(); err != nil {
		return err
	}
	if err := p.refBlocks(); err != nil {
		return err
	}
	return p.logBlocks()
}

type tableParser struct {
	data      []byte // blocks, without the footer
	idSize    int
	header    int // bytes of the file's header, in front of the first block
	blockSize int // 0 if blocks are not aligned
	logAt     int // where the logs begin; 0 if there are none
	logEnd    int
	budget    int // bytes of names still allowed: prefixes make them grow
	inflated  int
	room      *int // bytes that may yet be held
	refs      map[string]refValue
	logs      map[string]map[uint64]LogEntry
}

// frame reads the header and the footer.
func (p *tableParser) frame() error {
	d := p.data
	if len(d) < 24 || string(d[:4]) != "REFT" {
		return errReftable
	}
	footer := 68
	switch p.header = 24; d[4] {
	case 1:
		if p.idSize != 20 {
			return fmt.Errorf("%w: of other hashes than the repository", errReftable)
		}
	case 2:
		p.header, footer = 28, 72
		if len(d) < 28 {
			return errReftable
		}
		if hash := string(d[24:28]); hash != map[int]string{20: "sha1", 32: "s256"}[p.idSize] {
			return fmt.Errorf("%w: of other hashes than the repository", errReftable)
		}
	default:
		return fmt.Errorf("version %d of reftables is not known", d[4])
	}
	if len(d) < p.header+footer {
		return errReftable
	}
	p.blockSize = uint24(d[5:])
	f := d[len(d)-footer:]
	if !bytes.Equal(f[:5], d[:5]) {
		return fmt.Errorf("%w: it is cut off", errReftable)
	}
	p.data = d[:len(d)-footer]
	at := func(i int) uint64 { return binary.BigEndian.Uint64(f[p.header+8*i:]) }
	logAt, logIndex := at(3), at(4)
	if logAt > uint64(len(p.data)) || logIndex > uint64(len(p.data)) {
		return errReftable
	}
	p.logAt, p.logEnd = int(logAt), len(p.data)
	if logIndex > 0 {
		p.logEnd = int(logIndex)
	}
	return nil
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// refBlocks reads the blocks of refs, which come first. Indexes are for finding one ref
// and are not needed.
func (p *tableParser) refBlocks() error {
	for at := 0; ; {
		head := at
		if at == 0 {
			head = p.header
		}
		if head+4 > len(p.data) || p.data[head] != 'r' {
			return nil
		}
		size := uint24(p.data[head+1:]) // from at on
		if at+size > len(p.data) || head+4 > at+size {
			return errReftable
		}
		if err := p.records(p.data[head+4:at+size], p.ref); err != nil {
			return err
		}
		next := at + size
		// A shorter block is filled up with zeros, or the next one is not aligned.
		if p.blockSize > size && next < len(p.data) && p.data[next] == 0 {
			next = at + p.blockSize
		}
		at = next
	}
}

// logBlocks reads the blocks of logs, which are compressed.
func (p *tableParser) logBlocks() error {
	at := p.logAt
	if at == 0 && (len(p.data) <= p.header || p.data[p.header] != 'g') {
		return nil
	}
	for at < p.logEnd {
		head := at
		if at == 0 {
			head = p.header
		}
		if head+4 > p.logEnd || p.data[head] != 'g' {
			return nil
		}
		size := uint24(p.data[head+1:]) - (head - at) - 4
		if p.inflated += max(size, 0); size < 0 || p.inflated > maxInflate {
			return errReftable
		}
		in := bytes.NewReader(p.data[head+4 : p.logEnd])
		z, err := zlib.NewReader(in)
		if err != nil {
			return fmt.Errorf("%w: %w", errReftable, err)
		}
		block := make([]byte, size)
		if _, err := io.ReadFull(z, block); err != nil {
			return fmt.Errorf("%w: %w", errReftable, err)
		}
		if n, err := z.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			return errReftable
		}
		if err := p.records(block, p.log); err != nil {
			return err
		}
		at = p.logEnd - in.Len()
	}
	return nil
}

// records reads the records of a block, each of which keeps a part of the name of the
// one before. The places where names begin anew stand at the end.
func (p *tableParser) records(block []byte, read func(name string, kind byte, rest []byte) ([]byte, error)) error {
	if len(block) < 2 {
		return errReftable
	}
	restarts := int(binary.BigEndian.Uint16(block[len(block)-2:]))
	end := len(block) - 2 - 3*restarts
	if end < 0 {
		return errReftable
	}
	rest, name := block[:end], ""
	for len(rest) > 0 {
		keep, n := varint(rest)
		if n == 0 || keep > uint64(len(name)) {
			return errReftable
		}
		rest = rest[n:]
		word, n := varint(rest)
		if n == 0 || word>>3 > uint64(len(rest)-n) {
			return errReftable
		}
		own := int(word >> 3)
		name = name[:keep] + string(rest[n:n+own])
		if p.budget -= len(name); p.budget < 0 {
			return errReftable
		}
		if *p.room -= len(name) + heldEach; *p.room < 0 {
			return errTables
		}
		var err error
		if rest, err = read(name, byte(word&7), rest[n+own:]); err != nil {
			return err
		}
	}
	return nil
}

func (p *tableParser) ref(name string, kind byte, rest []byte) ([]byte, error) {
	_, n := varint(rest) // which update it is of
	if n == 0 {
		return nil, errReftable
	}
	rest = rest[n:]
	switch kind {
	case 0:
		delete(p.refs, name)
		return rest, nil
	case 1, 2: // an annotated tag has what it is about, too
		size := int(kind) * p.idSize
		if len(rest) < size {
			return nil, errReftable
		}
		var v refValue
		copy(v.id[:], rest[:p.idSize])
		p.refs[name] = v
		return rest[size:], nil
	case 3:
		target, rest, ok := counted(rest)
		if !ok {
			return nil, errReftable
		}
		p.refs[name] = refValue{target: string(target)}
		return rest, nil
	}
	return nil, errReftable
}

// counted reads bytes behind their number.
func counted(data []byte) (text, rest []byte, ok bool) {
	size, n := varint(data)
	if n == 0 || size > uint64(len(data)-n) {
		return nil, nil, false
	}
	return data[n : n+int(size)], data[n+int(size):], true
}

func (p *tableParser) log(key string, kind byte, rest []byte) ([]byte, error) {
	name, index, ok := strings.Cut(key, "\x00")
	if !ok || len(index) != 8 {
		return nil, errReftable
	}
	update := ^binary.BigEndian.Uint64([]byte(index))
	if kind == 0 {
		delete(p.logs[name], update)
		return rest, nil
	}
	if kind != 1 || len(rest) < 2*p.idSize {
		return nil, errReftable
	}
	var e LogEntry
	copy(e.Old[:], rest[:p.idSize])
	copy(e.New[:], rest[p.idSize:2*p.idSize])
	rest = rest[2*p.idSize:]
	for range 2 { // who, and the address
		if _, rest, ok = counted(rest); !ok {
			return nil, errReftable
		}
	}
	seconds, n := varint(rest)
	if n == 0 || len(rest) < n+2 {
		return nil, errReftable
	}
	e.When = time.Unix(int64(min(seconds, 1<<40)), 0) // the zone follows
	message, rest, ok := counted(rest[n+2:])
	if !ok {
		return nil, errReftable
	}
	message = message[:min(len(message), maxMessage)]
	*p.room -= len(message)
	e.Message = strings.TrimRight(string(message), "\n")
	if p.logs[name] == nil {
		p.logs[name] = map[uint64]LogEntry{}
	}
	p.logs[name][update] = e
	return rest, nil
}

// ofWorktree reports whether a ref is one of a worktree's own, see gitrepository-layout(5).
func ofWorktree(name string) bool {
	return !strings.HasPrefix(name, "refs/") || strings.HasPrefix(name, "refs/bisect/") ||
		strings.HasPrefix(name, "refs/worktree/") || strings.HasPrefix(name, "refs/rewritten/")
}

// inTables returns what the tables say of a ref.
func (d *Dir) inTables(name string) (text string, ok bool, err error) {
	git := d.Common
	if ofWorktree(name) {
		git = d.Git
	}
	tables, err := d.stackOf(git)
	if tables == nil {
		return "", false, err
	}
	v, ok := tables.refs[name]
	if !ok {
		return "", false, err
	}
	return v.text(), true, nil
}

//go:build unix

package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is made to hurt, made anew each time: small where every test run makes it, and as large
// as it was met or thought of by `make hostile`.

// bareRepo is a git directory that is written without git, since git refuses to write most of
// what follows.
type bareRepo struct {
	t   testing.TB
	dir string
}

func newBareRepo(t testing.TB, dir string) *bareRepo {
	r := &bareRepo{t, dir}
	for _, sub := range []string{"objects/pack", "refs/heads", "logs"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
	}
	r.file("config", []byte("[core]\n\trepositoryformatversion = 0\n"))
	r.file("HEAD", []byte("ref: refs/heads/main\n"))
	return r
}

func (r *bareRepo) file(name string, content []byte) {
	path := filepath.Join(r.dir, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(r.t, os.WriteFile(path, content, 0o644))
}

// stream writes a file that is too large to be held.
func (r *bareRepo) stream(name string, write func(w *bufio.Writer)) {
	path := filepath.Join(r.dir, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	require.NoError(r.t, err)
	w := bufio.NewWriterSize(f, 1<<20)
	write(w)
	require.NoError(r.t, w.Flush())
	require.NoError(r.t, f.Close())
}

func objectName(kind string, content []byte) [20]byte {
	return sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...))
}

// loose stores an object and returns its name.
func (r *bareRepo) loose(kind string, content []byte) [20]byte {
	id := objectName(kind, content)
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = fmt.Fprintf(w, "%s %d\x00", kind, len(content)) // into memory
	_, _ = w.Write(content)
	_ = w.Close()
	hex := fmt.Sprintf("%x", id)
	r.file("objects/"+hex[:2]+"/"+hex[2:], z.Bytes())
	return id
}

// commit stores a commit of one file on the branch main.
func (r *bareRepo) commit(content string) [20]byte {
	blob := r.loose("blob", []byte(content))
	tree := r.loose("tree", append([]byte("100644 a.txt\x00"), blob[:]...))
	id := r.loose("commit", fmt.Appendf(nil, "tree %x\nauthor A <a@b.example> 1 +0000\ncommitter A <a@b.example> 1 +0000\n\nm\n", tree))
	r.file("refs/heads/main", fmt.Appendf(nil, "%x\n", id))
	return id
}

// madeUp returns names of objects that do not exist.
func madeUp(seed uint64) func() [20]byte {
	random := rand.New(rand.NewPCG(seed, 0))
	return func() (id [20]byte) {
		for i := 0; i < len(id); i += 4 {
			binary.BigEndian.PutUint32(id[i:], random.Uint32())
		}
		return id
	}
}

// packedObject is an entry of a pack: whole, or a delta of an earlier one.
type packedObject struct {
	kind byte // as in the pack
	base int  // of a delta: which entry it is of
	data []byte
	name [20]byte
	size int64 // of data; set if raw is
	raw  []byte
}

const (
	packCommit = 1
	packTree   = 2
	packBlob   = 3
	packOffset = 6
)

func deflated(data []byte) []byte {
	var z bytes.Buffer
	w, _ := zlib.NewWriterLevel(&z, zlib.BestCompression)
	_, _ = w.Write(data) // into memory
	_ = w.Close()
	return z.Bytes()
}

// pack writes a pack and, if asked to, its index.
func (r *bareRepo) pack(objects []packedObject, index bool) {
	var out bytes.Buffer
	out.WriteString("PACK")
	_ = binary.Write(&out, binary.BigEndian, []uint32{2, uint32(len(objects))})
	offsets, sums := make([]int, len(objects)), make([]uint32, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		size := int64(len(o.data))
		if o.raw != nil {
			size = o.size
		}
		head := []byte{o.kind<<4 | byte(size&15)}
		for size >>= 4; size > 0; size >>= 7 {
			head[len(head)-1] |= 0x80
			head = append(head, byte(size&0x7f))
		}
		if o.kind == packOffset {
			back := offsets[i] - offsets[o.base]
			digits := []byte{byte(back & 0x7f)}
			for back >>= 7; back > 0; back >>= 7 {
				back--
				digits = append([]byte{0x80 | byte(back&0x7f)}, digits...)
			}
			head = append(head, digits...)
		}
		body := o.raw
		if body == nil {
			body = deflated(o.data)
		}
		sums[i] = crc32.ChecksumIEEE(append(slices.Clone(head), body...))
		out.Write(head)
		out.Write(body)
	}
	sum := sha1.Sum(out.Bytes())
	out.Write(sum[:])
	name := fmt.Sprintf("objects/pack/pack-%x", sum)
	r.file(name+".pack", out.Bytes())
	if !index {
		return
	}
	order := make([]int, len(objects))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(objects[a].name[:], objects[b].name[:]) })
	x := bytes.NewBuffer([]byte("\xfftOc\x00\x00\x00\x02"))
	var fan [256]uint32
	for _, o := range objects {
		for b := int(o.name[0]); b < 256; b++ {
			fan[b]++
		}
	}
	_ = binary.Write(x, binary.BigEndian, fan[:])
	for _, i := range order {
		x.Write(objects[i].name[:])
	}
	for _, i := range order {
		_ = binary.Write(x, binary.BigEndian, sums[i])
	}
	for _, i := range order {
		_ = binary.Write(x, binary.BigEndian, uint32(offsets[i]))
	}
	x.Write(sum[:])
	own := sha1.Sum(x.Bytes())
	x.Write(own[:])
	r.file(name+".idx", x.Bytes())
}

// copies is a delta that makes size bytes by copying from a base of as many, and ends
// with a text of its own.
func copies(size int, tail string) []byte {
	varint := func(n int) (out []byte) {
		for ; n >= 0x80; n >>= 7 {
			out = append(out, byte(n)|0x80)
		}
		return append(out, byte(n))
	}
	out := append(varint(size), varint(size+len(tail))...)
	for at := 0; at < size; {
		n := min(0xffffff, size-at)
		out = append(out, 0xff, byte(at), byte(at>>8), byte(at>>16), byte(at>>24), byte(n), byte(n>>8), byte(n>>16))
		at += n
	}
	return append(append(out, byte(len(tail))), tail...)
}

// deltaBomb has leaves that are all of a base of size bytes, one short delta each.
func deltaBomb(size, leaves int, index bool, text func(size int) []byte) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		base := text(size)
		objects := []packedObject{{kind: packBlob, data: base, name: objectName("blob", base)}}
		for i := range leaves {
			tail := fmt.Sprintf("leaf %d", i)
			name := [20]byte{} // the index is taken at its word
			copy(name[:], fmt.Sprintf("%020d", i*7919%leaves))
			if leaves <= 8 || !index {
				name = objectName("blob", append(slices.Clone(base), tail...))
			}
			objects = append(objects, packedObject{kind: packOffset, base: 0, data: copies(len(base), tail), name: name})
		}
		r.pack(objects, index)
	}
}

// sameLine is a text of one line, over and over.
func sameLine(size int) []byte {
	return bytes.Repeat([]byte("all of it is the same text, over and over again, line by line.\n\n"), size/64)
}

// packedRefs has n refs in packed-refs, to one object or to as many that do not exist.
func packedRefs(n int, exist bool) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		id, next := r.commit("content"), madeUp(1)
		r.stream("packed-refs", func(w *bufio.Writer) {
			for i := range n {
				if !exist {
					id = next()
				}
				_, _ = fmt.Fprintf(w, "%x refs/heads/branch-%07d\n", id, i) // kept until Flush
			}
		})
	}
}

// looseRefs has n refs, a file each.
func looseRefs(n int) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		line := fmt.Appendf(nil, "%x\n", r.commit("content"))
		for i := range n {
			r.file(fmt.Sprintf("refs/heads/d%03d/b%07d", i%1000, i), line)
		}
	}
}

// reflog has one log of size bytes.
func reflog(size int, exist bool) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		id, next := r.commit("content"), madeUp(2)
		r.stream("logs/HEAD", func(w *bufio.Writer) {
			for n := 0; n < size; {
				old := id
				if !exist {
					id = next()
				}
				k, _ := fmt.Fprintf(w, "%x %x A <a@b.example> 1700000000 +0000\tcommit: m\n", old, id) // kept until Flush
				n += k
			}
		})
	}
}

// reflogLine has one log of one line.
func reflogLine(size int) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		id := r.commit("content")
		r.stream("logs/HEAD", func(w *bufio.Writer) {
			_, _ = fmt.Fprintf(w, "%x %x A <a@b.example> 1700000000 +0000\t", id, id)
			for range size / 64 {
				_, _ = w.WriteString(strings.Repeat("message ", 8)) // kept until Flush
			}
		})
	}
}

// reftable has n refs in one table of unaligned blocks.
func reftable(n int) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, dir)
		id := r.commit("content")
		r.file("config", []byte("[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefstorage = reftable\n"))
		head := []byte("REFT\x01\x00\x00\x00")
		head = append(head, make([]byte, 16)...)
		r.stream("reftable/one.ref", func(w *bufio.Writer) {
			_, _ = w.Write(head)
			first := true
			for at := 0; at < n; at += 1000 {
				var block []byte
				for i := at; i < min(at+1000, n); i++ {
					name := fmt.Sprintf("refs/heads/branch-%07d", i)
					suffix := len(name)<<3 | 1
					block = append(block, 0) // nothing of the name before
					block = append(block, byte(suffix>>7-1)|0x80, byte(suffix&0x7f))
					block = append(block, name...)
					block = append(block, 0)
					block = append(block, id[:]...)
				}
				restarts := []byte{0, 0, 28, 0, 1}
				size := 4 + len(block) + len(restarts)
				if first {
					size, first = size+24, false
				}
				_, _ = w.Write([]byte{'r', byte(size >> 16), byte(size >> 8), byte(size)})
				_, _ = w.Write(block)
				_, _ = w.Write(restarts)
			}
			_, _ = w.Write(head)
			_, _ = w.Write(make([]byte, 44))
		})
		r.file("reftable/tables.list", []byte("one.ref\n"))
	}
}

// index has n paths in the index of a work tree; their contents exist or do not.
func hugeIndex(n int, exist bool) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		r := newBareRepo(t, filepath.Join(dir, ".git"))
		r.commit("content")
		id, next := r.loose("blob", []byte("content")), madeUp(3)
		r.stream("index", func(w *bufio.Writer) {
			_, _ = w.WriteString("DIRC")
			_ = binary.Write(w, binary.BigEndian, []uint32{2, uint32(n)})
			for i := range n {
				if !exist {
					id = next()
				}
				path := fmt.Sprintf("dir-%04d/file-%08d.txt", i/1000, i)
				entry := make([]byte, 40, 128)
				binary.BigEndian.PutUint32(entry[24:], 0o100644)
				entry = append(entry, id[:]...)
				entry = binary.BigEndian.AppendUint16(entry, uint16(len(path)))
				entry = append(entry, path...)
				_, _ = w.Write(append(entry, make([]byte, 8-len(entry)%8)...))
			}
			_, _ = w.Write(make([]byte, 20))
		})
	}
}

// zipFile is a member that is written as it comes.
type zipFile struct {
	name  string
	write func(w *bufio.Writer)
}

func zipInto(t testing.TB, path string, files []zipFile) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, file := range files {
		w, err := z.Create(file.name)
		require.NoError(t, err)
		buffered := bufio.NewWriterSize(w, 1<<20)
		file.write(buffered)
		require.NoError(t, buffered.Flush())
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
}

func literally(s string) func(*bufio.Writer) {
	return func(w *bufio.Writer) { _, _ = w.WriteString(s) }
}

const (
	xlsxTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`
	xlsxRels  = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	xlsxBook  = `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`
	xlsxParts = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
)

// sheet is a workbook of n rows of the same cell, and a shared string.
func sheet(n int, cell string, shared func(w *bufio.Writer)) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		zipInto(t, filepath.Join(dir, "bomb.xlsx"), []zipFile{
			{"[Content_Types].xml", literally(xlsxTypes)},
			{"_rels/.rels", literally(xlsxRels)},
			{"xl/workbook.xml", literally(xlsxBook)},
			{"xl/_rels/workbook.xml.rels", literally(xlsxParts)},
			{"xl/sharedStrings.xml", func(w *bufio.Writer) {
				_, _ = w.WriteString(`<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
				shared(w)
				_, _ = w.WriteString(`</sst>`)
			}},
			{"xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
				_, _ = w.WriteString(`<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
				for i := range n {
					_, _ = fmt.Fprintf(w, `<row>%s</row>`, cell)
					_ = i
				}
				_, _ = w.WriteString(`</sheetData></worksheet>`)
			}},
		})
	}
}

// diagrams is a draw.io file of n compressed diagrams of size bytes each.
func diagrams(n, size int) func(t testing.TB, dir string) {
	return func(t testing.TB, dir string) {
		cell := `<mxCell id="2" value="a label of a box in a picture" style="rounded=0;" vertex="1" parent="1"/>`
		var model bytes.Buffer
		model.WriteString(`<mxGraphModel><root>`)
		for model.Len() < size {
			model.WriteString(cell)
		}
		model.WriteString(`</root></mxGraphModel>`)
		var z bytes.Buffer
		w, _ := flate.NewWriter(&z, flate.BestCompression)
		_, _ = w.Write(model.Bytes()) // into memory
		_ = w.Close()
		packed := base64.StdEncoding.EncodeToString(z.Bytes())
		var out bytes.Buffer
		out.WriteString(`<mxfile host="app.diagrams.net">`)
		for i := range n {
			fmt.Fprintf(&out, `<diagram id="d%d" name="Page-%d">%s</diagram>`, i, i, packed)
		}
		out.WriteString(`</mxfile>`)
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bomb.drawio"), out.Bytes(), 0o644))
	}
}

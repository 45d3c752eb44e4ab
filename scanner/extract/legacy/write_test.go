package legacy_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
)

// The writers here make documents from what the format documents say, piece by
// piece, so that each hiding place can be filled by itself.

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

func container(children ...*cfb.Entry) []byte {
	return cfb.Write(&cfb.Entry{Storage: true, Children: children})
}

func stream(name string, data []byte) *cfb.Entry { return &cfb.Entry{Name: name, Data: data} }

func storage(name string, children ...*cfb.Entry) *cfb.Entry {
	return &cfb.Entry{Name: name, Storage: true, Children: children}
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// le writes numbers of their sizes, strings and bytes one behind the other.
func le(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b.WriteString(v)
		case []byte:
			b.Write(v)
		default:
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err)
			}
		}
	}
	return b.Bytes()
}

func repeated(n int) []byte { return make([]byte, n) }

// --- Word

// wordPiece is a run of text in 8 or 16 bits.
type wordPiece struct {
	text string
	wide bool
}

// wordStory is the text of a sub-document, in pieces.
type wordStory []wordPiece

func narrow(s string) wordStory { return wordStory{{text: s}} }

// wordDocument writes the streams of a document of Word 97: stories in the order
// of the format, and behind them bytes that no piece shows.
func wordDocument(flags uint16, leftover []byte, stories ...wordStory) []*cfb.Entry {
	fib := repeated(0x600)
	body := []byte{}
	var positions []uint32
	var descriptors []byte
	position := uint32(0)
	for i, s := range stories {
		count := 0
		for _, p := range s {
			positions = append(positions, position)
			fc := uint32(len(fib) + len(body))
			raw := []byte(p.text)
			if p.wide {
				raw = utf16le(p.text)
			} else {
				fc = fc*2 | 1<<30
			}
			body = append(body, raw...)
			descriptors = append(descriptors, le(uint16(0), fc, uint16(0))...)
			n := len([]rune(p.text))
			position += uint32(n)
			count += n
		}
		binary.LittleEndian.PutUint32(fib[0x4c+4*i:], uint32(count))
	}
	positions = append(positions, position)
	plc := append(le(positions), descriptors...)
	clx := le(byte(1), uint16(3), "abc", byte(2), uint32(len(plc)), plc)
	table := append([]byte("style names"), clx...)
	copy(fib, le(uint16(0xa5ec), uint16(0xc1)))
	binary.LittleEndian.PutUint16(fib[0x0a:], flags|0x0200)
	binary.LittleEndian.PutUint32(fib[0x18:], uint32(len(fib)))
	binary.LittleEndian.PutUint32(fib[0x1a2:], uint32(len("style names")))
	binary.LittleEndian.PutUint32(fib[0x1a6:], uint32(len(clx)))
	return []*cfb.Entry{stream("WordDocument", slices.Concat(fib, body, leftover)), stream("1Table", table)}
}

// markDeleted lets a revision have deleted a text in a document.
func markDeleted(entries []*cfb.Entry, text string) {
	doc, table := entries[0], entries[1]
	from := bytes.Index(doc.Data, []byte(text))
	doc.Data = append(doc.Data, repeated(512-len(doc.Data)%512)...)
	page := repeated(512)
	copy(page, le(uint32(0), uint32(from), uint32(from+len(text)), uint32(len(doc.Data)), byte(0), byte(100), byte(0)))
	copy(page[200:], le(byte(7), uint16(0x4a43), uint16(20), uint16(0x0800), byte(1)))
	page[511] = 3
	number := uint32(len(doc.Data) / 512)
	doc.Data = append(doc.Data, page...)
	binary.LittleEndian.PutUint32(doc.Data[0xfa:], uint32(len(table.Data)))
	binary.LittleEndian.PutUint32(doc.Data[0xfe:], 12)
	table.Data = append(table.Data, le(uint32(0), uint32(len(doc.Data)), number)...)
}

// word6Document writes one of Word 6: plain text between two offsets.
func word6Document(language uint16, text []byte) []byte {
	fib := repeated(0x300)
	copy(fib, le(uint16(0xa5dc), uint16(101), uint16(0), language))
	binary.LittleEndian.PutUint32(fib[0x18:], uint32(len(fib)))
	binary.LittleEndian.PutUint32(fib[0x1c:], uint32(len(fib)+len(text)))
	binary.LittleEndian.PutUint32(fib[0x34:], uint32(len(text)))
	return container(stream("WordDocument", append(fib, text...)))
}

// --- Excel

func biff(kind uint16, values ...any) []byte {
	body := le(values...)
	return le(kind, uint16(len(body)), body)
}

// short and long strings of BIFF8, in 8 or 16 bits.
func shortString(s string) []byte { return le(byte(len(s)), byte(0), s) }
func longString(s string) []byte  { return le(uint16(len(s)), byte(0), s) }
func wideString(s string) []byte {
	return le(uint16(len(utf16.Encode([]rune(s)))), byte(1), utf16le(s))
}

func at(row, col int, style uint16) []byte { return le(uint16(row), uint16(col), style) }

const (
	globalsKind = uint16(0x05)
	sheetKind   = uint16(0x10)
)

func bof(version, kind uint16) []byte {
	return biff(0x809, version, kind, uint16(0), uint16(0), uint32(0), uint32(0))
}

func eof() []byte { return biff(0x0a) }

// sheetOf is a sheet with its records.
type sheetOf struct {
	name    string
	state   byte
	records []byte
}

// workbookStream writes the shared part and the sheets, and lets the names point
// at them.
func workbookStream(version uint16, globals []byte, sheets ...sheetOf) []byte {
	name := func(s string) []byte {
		if version < 0x600 {
			return le(byte(len(s)), s)
		}
		return shortString(s)
	}
	var out []byte
	starts := make([]uint32, len(sheets))
	for range 2 { // once to learn where the sheets begin
		out = append(bof(version, globalsKind), globals...)
		for i, s := range sheets {
			out = append(out, biff(0x85, starts[i], s.state, byte(0), name(s.name))...)
		}
		out = append(out, eof()...)
		for i, s := range sheets {
			starts[i] = uint32(len(out))
			out = slices.Concat(out, bof(version, sheetKind), s.records, eof())
		}
	}
	return out
}

func number(row, col int, style uint16, v float64) []byte {
	return biff(0x203, at(row, col, style), math.Float64bits(v))
}

func formula(row, col int, result, tokens []byte) []byte {
	return biff(0x06, at(row, col, 0), result, uint16(0), uint32(0), uint16(len(tokens)), tokens)
}

// comment writes a drawn object with a text, and the note that makes it the
// comment of a cell.
func drawnText(id uint16, text string) []byte {
	return slices.Concat(
		biff(0x5d, uint16(0x15), uint16(18), uint16(0x19), id, repeated(14), uint16(0), uint16(0)),
		biff(0x1b6, repeated(10), uint16(len(text)), repeated(6)),
		biff(0x3c, byte(0), text))
}

// --- PowerPoint

func ppt(kind, instance uint16, container bool, values ...any) []byte {
	body := le(values...)
	head := instance << 4
	if container {
		head |= 15
	}
	return le(head, kind, uint32(len(body)), body)
}

func pptText(s string) []byte { return ppt(0x0fa0, 0, false, utf16le(s)) }

// slideOf is a slide: the texts in its outline, and the records in it.
type slideOf struct {
	outline []string
	records []byte
	hidden  bool
	notes   []byte
}

// presentationStreams writes a presentation. Before it lie records that nothing
// names.
func presentationStreams(before, document []byte, slides ...slideOf) []*cfb.Entry {
	const documentID = 1
	objects := map[uint32][]byte{}
	var slideList, notesList []byte
	id := uint32(documentID)
	for i, s := range slides {
		id++
		slide := uint32(256 + i)
		slideList = append(slideList, ppt(0x03f3, 0, false, id, uint32(0), uint32(len(s.outline)), slide, uint32(0))...)
		for _, text := range s.outline {
			slideList = append(slideList, ppt(0x0f9f, 0, false, uint32(0))...)
			slideList = append(slideList, ppt(0x0fa8, 0, false, text)...)
		}
		flags := uint16(0)
		if s.hidden {
			flags = 4
		}
		info := ppt(0x03f9, 0, false, uint32(0), uint32(0), uint16(0), flags, uint32(0))
		objects[id] = ppt(0x03ee, 0, true, s.records, info)
		if s.notes != nil {
			id++
			notesList = append(notesList, ppt(0x03f3, 0, false, id, uint32(0), uint32(0), 512+slide, uint32(0))...)
			objects[id] = ppt(0x03f0, 0, true, ppt(0x03f1, 0, false, slide, uint32(0)), s.notes)
		}
	}
	objects[documentID] = ppt(0x03e8, 0, true, document, ppt(0x0ff0, 0, true, slideList), ppt(0x0ff0, 2, true, notesList))
	body := before
	var offsets []uint32
	for i := uint32(1); i <= id; i++ {
		offsets = append(offsets, uint32(len(body)))
		body = append(body, objects[i]...)
	}
	table := uint32(len(body))
	body = append(body, ppt(0x1772, 0, false, id<<20|1, offsets)...)
	edit := uint32(len(body))
	body = append(body, ppt(0x0ff5, 0, false, uint32(0), uint32(0), uint32(0), table, uint32(documentID), id, uint32(0))...)
	user := le(uint16(0), uint16(0x0ff6), uint32(20), uint32(20), uint32(0xe391c05f), edit)
	return []*cfb.Entry{stream("Current User", user), stream("PowerPoint Document", body)}
}

// --- Outlook

// mailText names the stream of a text in 16 bits.
func mailText(property uint16, s string) *cfb.Entry {
	return stream(fmt.Sprintf("__substg1.0_%04X001F", property), utf16le(s))
}

func mailBinary(property uint16, data []byte) *cfb.Entry {
	return stream(fmt.Sprintf("__substg1.0_%04X0102", property), data)
}

// compressedRTF packs literals only, eight behind each flag byte, with the mark
// at the end.
func compressedRTF(s string) []byte {
	const dictionary = 207
	var body []byte
	for rest := s; rest != ""; {
		n := min(8, len(rest))
		body = append(append(body, 0), rest[:n]...)
		rest = rest[n:]
	}
	end := (dictionary + len(s)) % 4096
	if n := len(s) % 8; n == 0 {
		body = append(body, 1)
	} else {
		body[len(body)-n-1] |= 1 << n
	}
	body = append(body, byte(end>>4), byte(end<<4))
	return le(uint32(len(body)+12), uint32(len(s)), "LZFu", uint32(0), body)
}

// --- parts of all of them

// picture is a PNG in the record that Office drawings keep one in.
func picture(png []byte) []byte { return ppt(0xf01e, 0x6e0, false, repeated(16), byte(0xff), png) }

// metafile is a drawing of vectors, deflated or not. Office leaves the check sum
// at the end out at times, and so does this.
func metafile(content []byte, compressed bool) []byte {
	packed, compression := content, byte(0xfe)
	if compressed {
		packed, compression = deflated(content), 0
		packed = packed[:len(packed)-4]
	}
	return ppt(0xf01a, 0x3d4, false, repeated(16), uint32(len(content)), repeated(24), uint32(len(packed)), compression, byte(0xfe), packed)
}

// packaged is a file that was put into a document as an icon.
func packaged(name string, content []byte) []byte {
	body := le(uint16(2), name, byte(0), `C:\share\`+name, byte(0), uint32(3), uint32(4), "tmp\x00", uint32(len(content)), content)
	return le(uint32(len(body)), body)
}

// propertySet writes title and author, or what else is numbered so.
func propertySet(format uint32, values map[uint32]string) []byte {
	var table, body []byte
	keys := make([]uint32, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		table = append(table, le(k, uint32(8+8*len(values)+len(body)))...)
		s := values[k] + "\x00"
		body = append(body, le(uint32(30), uint32(len(s)), s, repeated((4-len(s)%4)%4))...)
	}
	set := le(uint32(8+len(table)+len(body)), uint32(len(values)), table, body)
	return le(uint16(0xfffe), uint16(0), uint32(0), repeated(16), uint32(1), format, repeated(12), uint32(48), set)
}

const summaryFormat = 0xf29f85e0

// macro packs a source as Visual Basic does, in literals.
func macro(source string) []byte {
	out := []byte{1}
	for rest := source; rest != ""; {
		n := min(3000, len(rest)) // nine bytes for eight, and a chunk holds 4096
		var chunk []byte
		for part := rest[:n]; part != ""; {
			k := min(8, len(part))
			chunk = append(append(chunk, 0), part[:k]...)
			part = part[k:]
		}
		rest = rest[n:]
		out = append(out, le(uint16(0xb000|len(chunk)-1), chunk)...)
	}
	return out
}

func deflated(content []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(content) // a buffer takes all
	w.Close()
	return b.Bytes()
}

// columns joins with tabs.
func columns(s ...string) string { return strings.Join(s, "\t") }

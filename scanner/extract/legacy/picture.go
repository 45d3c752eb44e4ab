package legacy

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// blip is a picture in an Office drawing ([MS-ODRAW] 2.2.23).
type blip struct {
	at       int // of its record
	content  []byte
	metafile bool // vectors and text, without an image reader
	deflated bool
	length   uint32 // of what is deflated
}

// blipKinds are the records that hold pictures, and what precedes the picture in
// them: one or two hashes of 16 bytes, and a tag or the header of a metafile.
var blipKinds = map[uint16]struct {
	single   uint16 // the instance with one hash; the next one has two
	also     uint16 // another such instance, for CMYK
	header   int
	metafile bool
}{
	0xf01a: {0x3d4, 0x3d4, 34, true}, // EMF
	0xf01b: {0x216, 0x216, 34, true}, // WMF
	0xf01c: {0x542, 0x542, 34, true}, // PICT
	0xf01d: {0x46a, 0x6e2, 1, false}, // JPEG
	0xf01e: {0x6e0, 0x6e0, 1, false}, // PNG
	0xf01f: {0x7a8, 0x7a8, 1, false}, // DIB
	0xf029: {0x6e4, 0x6e4, 1, false}, // TIFF
	0xf02a: {0x46a, 0x6e2, 1, false}, // JPEG
}

// blips finds the pictures in a stream, wherever their records lie.
func blips(data []byte) []blip {
	var out []blip
	for i := 0; i+8 < len(data); i++ {
		next := bytes.IndexByte(data[i+3:], 0xf0) // the upper half of the kind
		if next < 0 {
			break
		}
		i += next
		if b, length, ok := blipAt(data, i); ok {
			out = append(out, b)
			i += 8 + length - 1
		}
	}
	return out
}

// blipAt reads the record at an offset, if it is one that holds a picture.
func blipAt(data []byte, offset int) (b blip, length int, ok bool) {
	c := at(data, offset)
	instance, kind := c.u16()>>4, c.u16()
	k, ok := blipKinds[kind]
	if !ok || instance&^1 != k.single&^1 && instance&^1 != k.also&^1 {
		return blip{}, 0, false
	}
	length = int(c.u32())
	record := c.take(length)
	skip := 16 + k.header
	if instance&1 != k.single&1 {
		skip += 16
	}
	if len(record) <= skip {
		return blip{}, 0, false
	}
	b = blip{at: offset, content: record[skip:], metafile: k.metafile}
	if k.metafile {
		const plain = 0xfe
		header := record[skip-k.header : skip]
		b.length, b.deflated = at(header, 0).u32(), header[k.header-2] != plain
	}
	return b, length, true
}

// pictures hands the pictures in a stream over, to stand at a place.
func (f *file) pictures(part, place string, data []byte) error {
	for i, b := range blips(data) {
		if err := f.picture(b, joinParts(part, fmt.Sprintf("image%d", i+1)), place); err != nil {
			return err
		}
	}
	return nil
}

// joinParts names a part of a part.
func joinParts(part, name string) string {
	if part == "" {
		return name
	}
	return part + "/" + name
}

// longestInflated bounds what a drawing of vectors or an object inflates to.
const longestInflated = 64 << 20

func (f *file) picture(b blip, part, place string) error {
	if !b.metafile {
		return f.out.EmbedBytes(part, place, b.content)
	}
	content, err := b.content, error(nil)
	if b.deflated {
		content, err = inflate(b.content, b.length)
	}
	f.out.Begin(part)
	f.out.Place(place)
	if err != nil {
		f.out.Unexamined(part, place, fmt.Errorf("%w: a drawing that does not inflate to its end", extract.ErrDamaged))
	}
	return printable.Write(f.out, content)
}

// inflate returns what a compressed content of a length holds, as far as it goes.
// Office leaves the end of the stream and its check sum out at times.
func inflate(data []byte, length uint32) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, longestInflated))
	if err != nil && uint64(len(out)) < uint64(length) {
		return out, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return out, nil
}

// Records of Office drawings: an entry in the store of pictures, and the
// properties of a shape ([MS-ODRAW] 2.2.32 and 2.2.9).
const (
	drawingBlip       = 0xf007
	drawingProperties = 0xf00b
	propertyPicture   = 0x0104
)

// shapeTexts are what a shape says: the number of its picture in the store, from
// 1, and the properties that are text, such as a description or letters drawn
// in an arc.
type shapeTexts struct {
	picture uint32
	texts   []byte
}

func shapeProperties(r pptRecord) (s shapeTexts) {
	c := cursor{data: r.body}
	for n := r.instance; n > 0 && len(c.data) >= 6; n-- {
		if id, value := c.u16(), c.u32(); id&0x3fff == propertyPicture {
			s.picture = value
		}
	}
	s.texts = c.data
	return s
}

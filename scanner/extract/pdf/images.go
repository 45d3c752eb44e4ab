package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/ccitt"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// picture is an image and where it is seen.
type picture struct {
	stream *object.Stream
	place  string
}

// smallest is what a picture must measure to show a line of text, in pixels.
const smallestWidth, smallestHeight = 48, 10

// addImages notes the pictures at a place, each where it is seen first.
func (r *reader) addImages(place string, images []*object.Stream) {
	for _, s := range images {
		if r.used[s] {
			continue
		}
		r.used[s] = true
		if r.file.Int(s.Get("Width"), 0) >= smallestWidth && r.file.Int(s.Get("Height"), 0) >= smallestHeight {
			r.images = append(r.images, picture{s, "image on " + place})
		}
	}
}

// embedImages hands pictures over, to be read like any picture: JPEG as it is,
// bitmaps as PNG.
func (r *reader) embedImages() error {
	for i := range r.file.Definitions {
		d := &r.file.Definitions[i]
		if s, ok := d.Object.(*object.Stream); ok && !r.marks.data[d.Num] && r.file.Name(s.Get("Subtype")) == "Image" {
			r.addImages("no page", []*object.Stream{s})
		}
	}
	for _, p := range r.images {
		if err := r.embedImage(p); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) embedImage(p picture) error {
	b := r.bitmap(p.stream)
	data, left, err := r.file.Decode(p.stream)
	if err == nil && len(left) > 1 {
		r.unexamined(p.place, finding.Unsupported.Because("a picture encoded twice"))
		return nil
	}
	if err == nil && len(left) == 1 {
		switch left[0].Name {
		case "DCTDecode", "DCT":
			return r.out.EmbedBytes("", p.place, data)
		case "CCITTFaxDecode", "CCF":
			data, err = r.fax(b, data, left[0].Parms)
		default: // JBIG2Decode, JPXDecode
			r.unexamined(p.place, finding.Unsupported.Because("a picture in the format %s, which is not read", strings.TrimSuffix(string(left[0].Name), "Decode")))
			return nil
		}
	}
	r.undecoded(p.place, err)
	if int64(b.width)*int64(b.height) > r.out.Limits().Pixels {
		large := &extract.OverBudget{Limit: fmt.Sprintf("%d by %d pixels", b.width, b.height)}
		r.unexamined(p.place, large) // as package image says it
		return nil
	}
	if b.row() == 0 || int64(len(data)) < int64(b.row()) {
		r.unexamined(p.place, fmt.Errorf("%w: a picture of %d by %d pixels", extract.ErrDamaged, b.width, b.height))
		return nil
	}
	var out bytes.Buffer
	// The copy is read at once and thrown away: it need not be small.
	enc := png.Encoder{CompressionLevel: png.NoCompression}
	if err := enc.Encode(&out, b.grey(data)); err != nil {
		return fmt.Errorf("write a bitmap as PNG: %w", err)
	}
	return r.out.EmbedBytes("", p.place, out.Bytes())
}

// fax decodes a picture of CCITT's groups 3 and 4.
func (r *reader) fax(b bitmap, data []byte, parms object.Dict) ([]byte, error) {
	mode := ccitt.Group3
	if k := r.file.Number(parms.Get("K"), 0); k < 0 {
		mode = ccitt.Group4
	} else if k > 0 {
		return nil, fmt.Errorf("fax of two dimensions in group 3")
	}
	columns := r.file.Int(parms.Get("Columns"), 1728)
	if columns != b.width || int64(b.width)*int64(b.height) > r.out.Limits().Pixels {
		return nil, fmt.Errorf("fax of %d columns", columns)
	}
	reader := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, mode, b.width, b.height, &ccitt.Options{
		Align:  r.file.Resolve(parms.Get("EncodedByteAlign")) == true,
		Invert: r.file.Resolve(parms.Get("BlackIs1")) == true,
	})
	out := make([]byte, b.row()*b.height)
	n, err := io.ReadFull(reader, out)
	for i := n; i < len(out); i++ {
		out[i] = 0xff
	}
	return out, err
}

// bitmap is how the samples of a picture lie.
type bitmap struct {
	width, height, bits, colors int
	palette                     []byte // grey of each index
	inverted                    bool   // 0 is white
}

func (b bitmap) row() int { return (b.width*b.bits*b.colors + 7) / 8 }

// bitmap reads the dictionary of a picture.
func (r *reader) bitmap(s *object.Stream) bitmap {
	f := r.file
	b := bitmap{
		width: f.Int(s.Get("Width"), 0), height: f.Int(s.Get("Height"), 0),
		bits: f.Int(s.Get("BitsPerComponent"), 8), colors: 1,
	}
	if b.bits != 1 && b.bits != 2 && b.bits != 4 && b.bits != 16 {
		b.bits = 8
	}
	if f.Resolve(s.Get("ImageMask")) == true {
		b.bits = 1
	} else {
		r.colors(&b, s.Get("ColorSpace"), 0)
	}
	if d := f.Numbers(s.Get("Decode")); len(d) >= 2 && d[0] > d[1] && b.palette == nil {
		b.inverted = !b.inverted
	}
	if b.width < 0 || b.width > 1<<20 || b.height < 0 || b.height > 1<<20 || b.colors < 1 || b.colors > 32 {
		b.width, b.height, b.colors = 0, 0, 1
	}
	return b
}

// colors reads a colour space, as far as grey needs it.
func (r *reader) colors(b *bitmap, space object.Object, depth int) {
	f := r.file
	name, a := f.Name(space), f.Array(space)
	if len(a) > 0 {
		name = f.Name(a[0])
	}
	switch {
	case depth > 3:
	case name == "DeviceRGB", name == "CalRGB", name == "Lab":
		b.colors = 3
	case name == "DeviceCMYK":
		b.colors, b.inverted = 4, true
	case name == "ICCBased" && len(a) > 1:
		b.colors = f.Int(f.Dict(a[1]).Get("N"), 3)
		b.inverted = b.colors == 4
	case name == "Separation":
		b.inverted = true
	case name == "DeviceN" && len(a) > 1:
		b.colors, b.inverted = max(1, len(f.Array(a[1]))), true
	case name == "Indexed" && len(a) > 3:
		under := *b
		r.colors(&under, a[1], depth+1)
		b.palette = under.greys(r.table(a[3]))
	}
}

// table returns the colours of a palette.
func (r *reader) table(o object.Object) []byte {
	if s := r.file.Stream(o); s != nil {
		data, _, _ := r.file.Decode(s) // of a damaged palette, what is there
		return data
	}
	s, _ := r.file.String(o)
	return s
}

// greys makes colours of one byte per component grey.
func (b bitmap) greys(colors []byte) []byte {
	out := make([]byte, 0, len(colors)/max(1, b.colors))
	for ; len(colors) >= b.colors; colors = colors[b.colors:] {
		sum := 0
		for _, c := range colors[:b.colors] {
			sum += int(c)
		}
		out = append(out, b.shade(sum))
	}
	return out
}

// shade makes the sum of a pixel's components grey. Text is told from its ground
// by any difference, so all components weigh alike.
func (b bitmap) shade(sum int) byte {
	level := sum / b.colors
	if b.colors == 4 && b.inverted { // black alone is black
		level = min(sum, 255)
	}
	if b.inverted {
		level = 255 - level
	}
	return byte(level)
}

// grey draws the picture. Rows that are missing stay white.
func (b bitmap) grey(data []byte) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, b.width, b.height))
	row := b.row()
	for y := range b.height {
		line := img.Pix[y*img.Stride : y*img.Stride+b.width]
		if len(data) < row {
			for x := range line {
				line[x] = 255
			}
			continue
		}
		b.greyRow(line, data[:row])
		data = data[row:]
	}
	return img
}

func (b bitmap) greyRow(line, data []byte) {
	most := 1<<min(b.bits, 8) - 1
	for x := range line {
		sum := 0
		for c := range b.colors {
			i := (x*b.colors + c) * b.bits
			v := int(data[i/8])
			if b.bits < 8 {
				v = v >> (8 - b.bits - i%8) & most
			}
			sum += v
		}
		switch {
		case b.palette != nil && sum < len(b.palette):
			line[x] = b.palette[sum]
		case b.palette != nil:
			line[x] = 255
		default:
			line[x] = b.shade(sum * 255 / most)
		}
	}
}

package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/tiff"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/ocr"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// screenshot draws lines of text, as a page in a browser shows them.
func screenshot(t testing.TB, lines ...string) image.Image {
	f, err := opentype.Parse(goregular.TTF)
	require.NoError(t, err)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 15, DPI: 96})
	require.NoError(t, err)
	m := image.NewRGBA(image.Rect(0, 0, 900, 60+40*len(lines)))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{242, 243, 243, 255}), image.Point{}, draw.Src)
	for i, l := range lines {
		d := font.Drawer{Dst: m, Src: image.NewUniform(color.RGBA{22, 25, 31, 255}), Face: face, Dot: fixed.P(40, 50+40*i)}
		d.DrawString(l)
	}
	return m
}

func encode(t testing.TB, m image.Image, f func(io.Writer, image.Image) error) []byte {
	var b bytes.Buffer
	require.NoError(t, f(&b, m))
	return b.Bytes()
}

func blank() image.Image { return image.NewGray(image.Rect(0, 0, 20, 10)) }

// chunk makes a chunk of a PNG.
func chunk(kind, body string) string {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body))))
}

func compressed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // into memory
	_ = w.Close()
	return b.String()
}

// exifOf makes a TIFF structure with a description in a directory and a comment
// in the one that it refers to.
func exifOf(order binary.AppendByteOrder, magic string) []byte {
	out := order.AppendUint32([]byte(magic), 8)
	entry := func(tag, kind uint16, count, value uint32) {
		out = order.AppendUint16(out, tag)
		out = order.AppendUint16(out, kind)
		out = order.AppendUint32(out, count)
		out = order.AppendUint32(out, value)
	}
	out = order.AppendUint16(out, 3)
	entry(0x010e, 2, 14, 100)
	entry(tagExif, 4, 1, 60)
	entry(0x9c9c, 1, 12, 120)
	out = order.AppendUint32(out, 8) // refers to itself
	out = append(out, make([]byte, 60-len(out))...)
	out = order.AppendUint16(out, 1)
	entry(tagUserComment, 7, 20, 140)
	out = order.AppendUint32(out, 0)
	out = append(out, make([]byte, 100-len(out))...)
	out = append(out, "a description\x00"...)
	out = append(out, make([]byte, 120-len(out))...)
	out = append(out, "w\x00i\x00d\x00e\x00r\x00\x00\x00"...)
	out = append(out, make([]byte, 140-len(out))...)
	return append(out, "ASCII\x00\x00\x00user comment"...)
}

func picturesWithMetadata(t testing.TB) map[string][]byte {
	plain := string(encode(t, blank(), png.Encode))
	head, tail := plain[:33], plain[33:] // behind the header
	pngFile := head + chunk("tEXt", "Comment\x00in a text") + chunk("zTXt", "Long\x00\x00"+compressed("in a compressed one")) +
		chunk("iTXt", "Intl\x00\x01\x00en\x00\x00"+compressed("international")) + chunk("eXIf", string(exifOf(binary.BigEndian, "MM\x00*"))) +
		chunk("tEXt", "mxfile\x00%3Cmxfile%3Ea%20diagram%3C%2Fmxfile%3E") + tail + "something that was appended"
	jpegPlain := encode(t, blank(), func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	segment := func(marker byte, body string) string {
		return "\xff" + string([]byte{marker}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))) + body
	}
	jpegFile := "\xff\xd8" + segment(0xfe, "in a comment") + segment(0xe1, "Exif\x00\x00"+string(exifOf(binary.LittleEndian, "II*\x00"))) +
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x>in XMP</x>") + segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x09\x1c\x02\x78\x00\x07in IPTC") +
		string(jpegPlain[2:]) + "something that was appended"
	gifPlain := encode(t, blank(), func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
	gifFile := string(gifPlain[:len(gifPlain)-1]) + "!\xfe\x0cin a comment\x00;" + "something that was appended"
	return map[string][]byte{"png": []byte(pngFile), "jpeg": []byte(jpegFile), "gif": []byte(gifFile), "tiff": exifOf(binary.LittleEndian, "II*\x00")}
}

func TestMetadata(t *testing.T) {
	limits := extract.Defaults()
	limits.OCR = extract.OCROff
	for name, want := range map[string][]string{
		"png":  {"Comment: in a text", "Long: in a compressed one", "Intl: international", "description: a description", "comment: wider", "user comment: user comment"},
		"jpeg": {"comment: in a comment", "description: a description", "user comment: user comment", "in XMP", "IPTC: in IPTC"},
		"gif":  {"comment: in a comment"},
		"tiff": {"description: a description", "comment: wider"},
	} {
		r, err := extracttest.ExtractWithin(t, limits, picturesWithMetadata(t)[name], New())
		if name != "tiff" { // it has no pixels
			require.NoError(t, err, name)
		}
		for _, w := range want {
			extracttest.Find(t, r, extracttest.Want{Text: w, Place: "metadata"})
		}
		if name != "tiff" {
			extracttest.Find(t, r, extracttest.Want{Text: "something that was appended", Place: "behind the end of the picture"})
		}
		if name == "png" {
			extracttest.Find(t, r, extracttest.Want{Text: "<mxfile>a diagram</mxfile>", Place: "diagram"})
		}
		extracttest.Sound(t, r)
	}
}

// TestTheTextOfPictures reads numbers off pictures in every format.
func TestTheTextOfPictures(t *testing.T) {
	if err := ocr.Available(); err != nil {
		t.Skip("pictures cannot be read here: ", err)
	}
	random := rand.New(rand.NewPCG(5, 5))
	digits := func() string { return fmt.Sprint(200_000_000_000 + random.Int64N(700_000_000_000)) }
	first, second := digits(), digits()
	m, n := screenshot(t, "Account ID", first), screenshot(t, "Role ARN", "arn:aws:iam::"+second+":role/x")
	paletted := func(m image.Image) *image.Paletted {
		p := image.NewPaletted(m.Bounds(), palette.WebSafe)
		draw.Draw(p, p.Bounds(), m, image.Point{}, draw.Src)
		return p
	}
	for name, c := range map[string]struct {
		content []byte
		places  []string
	}{
		"png":  {encode(t, m, png.Encode), []string{""}},
		"jpeg": {encode(t, m, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 85}) }), []string{""}},
		"bmp":  {encode(t, m, bmp.Encode), []string{""}},
		"tiff": {encode(t, m, func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) }), []string{""}},
		"gif": {encode(t, m, func(w io.Writer, m image.Image) error {
			return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{paletted(m), paletted(n)}, Delay: []int{10, 10}})
		}), []string{"", "frame 2"}},
	} {
		r, err := extracttest.Extract(t, c.content, New())
		require.NoError(t, err, name)
		for i, place := range c.places {
			extracttest.Find(t, r, extracttest.Want{Text: []string{first, second}[i], Place: place})
		}
		assert.True(t, r.Pieces[0].OCR, name)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	r, err := extracttest.Extract(t, encode(t, blank(), png.Encode), New())
	require.NoError(t, err)
	assert.Empty(t, r.Rows, "an icon holds no text, so nothing is missing")

	limits := extract.Defaults()
	limits.Pixels = 100
	_, err = extracttest.ExtractWithin(t, limits, encode(t, screenshot(t, "x"), png.Encode), New())
	require.ErrorContains(t, err, "over budget: 900 by 100 pixels")
}

// Pixels are decoded only if there is somebody to read them, so damage behind the
// header is seen only then; without, the picture is a row all the same.
func TestACutPictureIsARow(t *testing.T) {
	cut := encode(t, screenshot(t, "x"), png.Encode)[:200]
	r, err := extracttest.Extract(t, cut, New())
	if ocr.Available() == nil {
		require.ErrorIs(t, err, extract.ErrDamaged)
		return
	}
	require.NoError(t, err)
	require.Len(t, r.Rows, 1)
	assert.Contains(t, r.Rows[0], "needs OCR")
}

// The words are the same wherever a picture lies, since it is this package that
// says them.
func TestPicturesThatNobodyReadsAreTold(t *testing.T) {
	limits := extract.Defaults()
	limits.OCR = extract.OCROff
	r, err := extracttest.ExtractWithin(t, limits, encode(t, screenshot(t, "Account 123456789012"), png.Encode), New())
	require.NoError(t, err)
	assert.Equal(t, []string{" |  | needs OCR, which is switched off"}, r.Rows)
	assert.Empty(t, r.Pieces)
	r, err = extracttest.ExtractWithin(t, limits, encode(t, blank(), png.Encode), New())
	require.NoError(t, err)
	assert.Empty(t, r.Rows)
}

func TestPicturesWhoseTimeIsOverAreTold(t *testing.T) {
	limits := extract.Defaults()
	limits.Pictures, limits.PicturesBy = 2*time.Second, time.Now().UnixNano()
	r, err := extracttest.ExtractWithin(t, limits, encode(t, screenshot(t, "Account 123456789012"), png.Encode), New())
	require.NoError(t, err)
	assert.Equal(t, []string{" |  | not read: pictures may take 2s together"}, r.Rows)
}

// TestOrientation finds how a camera was held; package ocr turns the picture.
func TestOrientation(t *testing.T) {
	m := screenshot(t, "x")
	exif := binary.BigEndian.AppendUint32([]byte("MM\x00*"), 8)
	exif = append(exif, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0)
	segment := "\xff\xe1" + string(binary.BigEndian.AppendUint16(nil, uint16(len(exif)+8))) + "Exif\x00\x00" + string(exif)
	pngFile, jpegFile := encode(t, m, png.Encode), encode(t, m, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	for name, content := range map[string]string{
		"png":  string(pngFile[:33]) + chunk("eXIf", string(exif)) + string(pngFile[33:]),
		"jpeg": string(jpegFile[:2]) + segment + string(jpegFile[2:]),
	} {
		frames, err := framesOf([]byte(content), 1<<20)
		require.NoError(t, err, name)
		decoded, err := decode([]byte(content))
		require.NoError(t, err, name)
		require.Len(t, frames, 1)
		assert.Equal(t, ocr.Oriented(decoded, 6), frames[0].picture, name)
		assert.NotEqual(t, decoded, frames[0].picture, name)
	}
}

// TestTheLastFrame is laid on what stays of those before it.
func TestTheLastFrame(t *testing.T) {
	colors := color.Palette{color.Transparent, color.White, color.Black}
	part := func(r image.Rectangle, index uint8) *image.Paletted {
		p := image.NewPaletted(r, colors)
		for i := range p.Pix {
			p.Pix[i] = index
		}
		return p
	}
	all := &gif.GIF{
		Image:    []*image.Paletted{part(image.Rect(0, 0, 30, 10), 1), part(image.Rect(0, 0, 10, 10), 2), part(image.Rect(10, 0, 20, 10), 2), part(image.Rect(20, 0, 30, 10), 2)},
		Delay:    []int{1, 1, 1, 1},
		Disposal: []byte{gif.DisposalNone, gif.DisposalPrevious, gif.DisposalNone, gif.DisposalNone},
	}
	content := encode(t, nil, func(w io.Writer, _ image.Image) error { return gif.EncodeAll(w, all) })
	frames, err := framesOf(content, 1<<20)
	require.NoError(t, err)
	require.Len(t, frames, 2)
	assert.Equal(t, "frame 4", frames[1].place)
	for x, want := range map[int]color.Color{5: color.White, 15: color.Black, 25: color.Black} {
		assert.Equal(t, color.GrayModel.Convert(want), color.GrayModel.Convert(frames[1].picture.At(x, 5)), x)
	}
	frames, err = framesOf(content, 100)
	require.ErrorContains(t, err, "over budget: 4 frames of 300 pixels; only the first was read")
	assert.Len(t, frames, 1)
}

func TestTiffPages(t *testing.T) {
	one := encode(t, blank(), func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) })
	order, at, ok := tiffHeader(one)
	require.True(t, ok)
	end := int(at) + 2 + 12*int(order.Uint16(one[at:]))
	order.PutUint32(one[end:], at) // the same page, for ever
	frames, err := tiffPages(one, 40_000_000)
	require.NoError(t, err)
	assert.Len(t, frames, maxPages)
	assert.Equal(t, "page 2", frames[1].place)
}

// TestFormatsThatAreNotReadAreRows names each, by itself and where it lies in another file.
func TestFormatsThatAreNotReadAreRows(t *testing.T) {
	box := func(brands ...string) string {
		body := brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], "")
		return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + "ftyp" + body + strings.Repeat("\x00", 80)
	}
	for name, contents := range map[string][]string{
		"AVIF":      {box("avif", "avif", "mif1"), box("avis", "avis"), box("mif1", "miaf", "avif")},
		"HEIC":      {box("heic", "mif1", "heic"), box("heix"), box("mif1", "heic")},
		"HEIF":      {box("mif1"), box("msf1", "iso8")},
		"JPEG 2000": {"\x00\x00\x00\x0cjP  \r\n\x87\n" + box("jp2 "), "\xff\x4f\xff\x51\x00\x2f", box("jph ")},
		"JPEG XL":   {"\x00\x00\x00\x0cJXL \r\n\x87\n", "\xff\x0a\xfa\x1f"},
		"JPEG XR":   {"II\xbc\x01\x08\x00\x00\x00"},
		"JBIG2":     {"\x97JB2\r\n\x1a\n\x01\x00\x00\x00\x01"},
	} {
		for _, content := range contents {
			require.True(t, New().Claims([]byte(content)), name)
			_, err := extracttest.Extract(t, []byte(content), New())
			require.EqualError(t, err, "a picture in "+name+", which is not read")
			assert.Equal(t, finding.Unsupported, finding.ReasonOf(err).Code)
		}
	}
	for _, film := range []string{box("isom", "avc1", "mp41"), box("qt  ", "qt  "), box("M4A ", "mp42"), "\x00\x00\x00\x20ftyp", "\x00\x00\x00\x08ftypavif"} {
		assert.False(t, New().Claims([]byte(film)))
	}
}

func TestNotClaimed(t *testing.T) {
	for _, text := range []string{"", "BM", "BMW is a make of cars, and more text", "RIFF1234WAVE", "GIF", "II*", strings.Repeat("\x00", 64)} {
		assert.False(t, New().Claims([]byte(text)), "%q", text)
	}
}

func FuzzImage(f *testing.F) {
	for _, content := range picturesWithMetadata(f) {
		f.Add(content)
	}
	f.Add(encode(f, blank(), bmp.Encode))
	f.Add(encode(f, blank(), func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) }))
	f.Fuzz(func(t *testing.T, content []byte) {
		e := New()
		if !e.Claims(content) {
			return
		}
		extracttest.Fuzz(t, e, content)
		const pixels = 1 << 16
		if c, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil && c.Width*c.Height <= pixels {
			_, _ = framesOf(content, pixels) // what matters is that it returns
		}
	})
}

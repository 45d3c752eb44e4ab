package image

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	_ "image/jpeg" // registers its format, as the others do
	_ "image/png"  // registers its format
	"strings"
	"time"

	_ "golang.org/x/image/bmp"  // registers its format
	_ "golang.org/x/image/tiff" // registers its format
	_ "golang.org/x/image/webp" // registers its format

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/ocr"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the extractor of pictures.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:    "picture",
		Claims:  func(head []byte) bool { return formatOf(head) != nil || unreadFormat(head) != "" },
		Extract: read,
	}
}

// format is a format of pictures.
type format struct {
	magic    string
	at       int // where the magic stands
	metadata func(data []byte, m *metadata) (end int)
}

// formats are told by their first bytes. Their readers of metadata return where
// the picture ends, 0 if they do not know.
var formats = []format{
	{"\x89PNG\r\n\x1a\n", 0, pngMetadata},
	{"\xff\xd8\xff", 0, jpegMetadata},
	{"GIF87a", 0, gifMetadata},
	{"GIF89a", 0, gifMetadata},
	{"WEBP", 8, riffMetadata},
	{"II*\x00", 0, tiffMetadata},
	{"MM\x00*", 0, tiffMetadata},
	{"\x00\x00\x00\x00", 6, bmpMetadata},
}

func formatOf(head []byte) *format {
	for i := range formats {
		f := &formats[i]
		if len(head) < f.at+len(f.magic) || string(head[f.at:f.at+len(f.magic)]) != f.magic {
			continue
		}
		if f.at == 6 && !bitmap(head) || f.at == 8 && string(head[:4]) != "RIFF" {
			continue
		}
		return f
	}
	return nil
}

// bitmap tells a bmp by more than its two letters.
func bitmap(head []byte) bool {
	return len(head) >= 18 && string(head[:2]) == "BM" && bytes.IndexByte([]byte{12, 40, 52, 56, 64, 108, 124}, head[14]) >= 0
}

func read(ctx context.Context, doc *extract.Document, out *extract.Output) error {
	if name := unreadFormat(doc.Head(extract.Sniff)); name != "" {
		return finding.Unsupported.Because("a picture in %s, which is not read", name)
	}
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	if err := readMetadata(data, out); err != nil {
		return err
	}
	// A header without pixels is how pages say that they have no icon.
	const smallest = 64
	if len(data) < smallest {
		return nil
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return fmt.Errorf("%w: the picture's header", extract.ErrDamaged)
	case int64(config.Width)*int64(config.Height) > out.Limits().Pixels:
		return &extract.OverBudget{Limit: fmt.Sprintf("%d by %d pixels", config.Width, config.Height)}
	}
	// To report whether there are letters in it takes as long as to decode it: some
	// fifty milliseconds, which would be most of a scan that reads no pictures.
	if err := unreadable(out.Limits()); err != nil {
		if ocr.LargeEnough(config.Width, config.Height) {
			out.Unexamined("", "", err)
		}
		return out.Err()
	}
	return readPixels(ctx, data, out)
}

func readMetadata(data []byte, out *extract.Output) error {
	m := &metadata{}
	end := formatOf(data).metadata(data, m)
	if m.text.Len() > 0 {
		out.Place("metadata")
		if _, err := out.Write(bytes.ToValidUTF8(m.text.Bytes(), []byte("\ufffd"))); err != nil {
			return err
		}
	}
	for _, d := range m.diagrams {
		if err := out.EmbedBytes("", "diagram", d); err != nil {
			return err
		}
	}
	const least = 16 // some programs pad
	if trailer := bytes.Trim(data[min(end, len(data)):], "\x00"); end > 0 && len(trailer) >= least {
		return out.EmbedBytes("", "behind the end of the picture", trailer)
	}
	return out.Err()
}

// readPixels reads the text of every picture in a file.
func readPixels(ctx context.Context, data []byte, out *extract.Output) error {
	limits := out.Limits()
	frames, err := framesOf(data, limits.Pixels)
	if len(frames) == 0 {
		return err
	}
	if limits.PicturesBy != 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithDeadline(ctx, time.Unix(0, limits.PicturesBy))
		defer stop()
	}
	for _, f := range frames {
		text, left, err := ocr.Read(ctx, f.picture)
		if err != nil {
			if stop := out.Err(); stop != nil {
				return stop
			}
			if limits.Late() {
				out.Unexamined("", f.place, limits.LatePicture())
				return nil
			}
			return finding.NeedsOCR.Because("its text was not read: %v", err)
		}
		if left != nil {
			out.Unexamined("", f.place, left)
		}
		if text = clean(text); strings.TrimSpace(text) == "" {
			continue
		}
		out.BeginOCR("")
		if f.place != "" {
			out.Place(f.place)
		}
		if _, err := out.WriteString(text); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return out.Err()
}

// unreadable says why no picture is read; nil if pictures are.
func unreadable(l extract.Limits) error {
	switch {
	case l.OCR == extract.OCROff:
		return extract.ErrOCROff
	case l.Late():
		return l.LatePicture()
	}
	if missing := ocr.Available(); missing != nil {
		return finding.NeedsOCR.Because("needs OCR: %v", missing)
	}
	return nil
}

// frame is a picture in a file that may hold several.
type frame struct {
	picture image.Image
	place   string
}

// framesOf decodes a file. What was decoded before an error is returned, too.
func framesOf(data []byte, pixels int64) ([]frame, error) {
	switch {
	case bytes.HasPrefix(data, []byte("GIF8")):
		return animation(data, pixels)
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return tiffPages(data, pixels)
	}
	m, err := decode(data)
	if err != nil {
		return nil, err
	}
	about := &metadata{}
	formatOf(data).metadata(data, about)
	return []frame{{ocr.Oriented(m, about.orientation), ""}}, nil
}

// decode decodes one picture; the decoders of the libraries are known to panic
// on some that are damaged.
func decode(data []byte) (m image.Image, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%w: its decoder failed", extract.ErrDamaged)
		}
	}()
	if m, _, err = image.Decode(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return m, nil
}

// animation returns the first frame of a gif, and the last one as it is seen: laid
// on those before it.
func animation(data []byte, pixels int64) ([]frame, error) {
	first, err := decode(data)
	if err != nil {
		return nil, err
	}
	out := []frame{{first, ""}}
	area := int64(first.Bounds().Dx()) * int64(first.Bounds().Dy())
	count := int64(bytes.Count(data, []byte{0x21, 0xf9, 4})) // graphic control extensions, one before each frame
	if count <= 1 {
		return out, nil
	}
	if area*count > 4*pixels {
		return out, &extract.OverBudget{Limit: fmt.Sprintf("%d frames of %d pixels; only the first was read", count, area)}
	}
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return out, fmt.Errorf("%w: an animation", extract.ErrDamaged)
	}
	if n := len(all.Image); n > 1 {
		out = append(out, frame{lastOf(all), fmt.Sprintf("frame %d", n)})
	}
	return out, nil
}

// lastOf draws the frames over each other, as far as they stay (GIF89a, section
// 23: 2 clears what a frame drew, 3 restores what was there).
func lastOf(all *gif.GIF) image.Image {
	bounds := all.Image[0].Bounds().Union(image.Rect(0, 0, all.Config.Width, all.Config.Height))
	canvas := image.NewRGBA(bounds)
	for i, f := range all.Image {
		last := i == len(all.Image)-1
		if !last && i < len(all.Disposal) && all.Disposal[i] == gif.DisposalPrevious {
			continue
		}
		draw.Draw(canvas, f.Bounds(), f, f.Bounds().Min, draw.Over)
		if !last && i < len(all.Disposal) && all.Disposal[i] == gif.DisposalBackground {
			draw.Draw(canvas, f.Bounds(), image.Transparent, image.Point{}, draw.Src)
		}
	}
	return canvas
}

func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
}

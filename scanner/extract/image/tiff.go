package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/ocr"
)

// maxPages bounds the pages of a tiff that are read.
const maxPages = 50

// tiffPages decodes every page of a tiff. The library decodes the first one, so
// the header of a copy is made to point at each in turn.
func tiffPages(data []byte, pixels int64) ([]frame, error) {
	order, at, ok := tiffHeader(data)
	if !ok {
		return nil, extract.ErrDamaged
	}
	page := bytes.Clone(data)
	var out []frame
	left := 4 * pixels
	for n := 1; at != 0 && n <= maxPages; n++ {
		order.PutUint32(page[4:], at)
		config, _, err := image.DecodeConfig(bytes.NewReader(page))
		if err != nil {
			return out, fmt.Errorf("%w: page %d", extract.ErrDamaged, n)
		}
		area := int64(config.Width) * int64(config.Height)
		if left -= area; area > pixels || left < 0 {
			return out, &extract.OverBudget{Limit: fmt.Sprintf("pictures of more than %d pixels", pixels)}
		}
		m, err := decode(page)
		if err != nil {
			return out, err
		}
		place := ""
		if n > 1 || following(data, at, order) != 0 {
			place = fmt.Sprintf("page %d", n)
		}
		about := &metadata{}
		directory(data, at, order, about)
		out = append(out, frame{ocr.Oriented(m, about.orientation), place})
		at = following(data, at, order)
	}
	return out, nil
}

// following returns where the next page's directory stands, 0 if there is none.
func following(data []byte, at uint32, order binary.ByteOrder) uint32 {
	if uint64(at)+2 > uint64(len(data)) {
		return 0
	}
	end := uint64(at) + 2 + 12*uint64(order.Uint16(data[at:]))
	if end+4 > uint64(len(data)) {
		return 0
	}
	return order.Uint32(data[end:])
}

package filter

// predicted is a decoder whose output was written as differences.
func predicted(d decoder) decoder {
	return func(data []byte, p Params, limit int) ([]byte, error) {
		out, err := d(data, p, limit)
		switch {
		case p.Predictor == 2:
			out = undoTIFF(out, p)
		case p.Predictor >= 10:
			out = undoPNG(out, p)
		}
		return out, err
	}
}

// maxRow bounds the length of a row in bytes: longer ones are made to hurt.
const maxRow = 1 << 26

// row returns the bytes of a pixel, at least one, and of a row.
func (p Params) row() (pixel, row int, ok bool) {
	colors, bits, columns := orOne(p.Colors), p.BitsPerComponent, orOne(p.Columns)
	if bits <= 0 {
		bits = 8
	}
	if colors > 256 || bits > 32 || columns > maxRow {
		return 0, 0, false
	}
	row = (colors*bits*columns + 7) / 8
	return max(1, colors*bits/8), row, row <= maxRow
}

func orOne(n int) int {
	if n <= 0 {
		return 1
	}
	return n
}

// undoPNG undoes the filters of PNG (chapter 9), one per row, in place.
func undoPNG(data []byte, p Params) []byte {
	pixel, size, ok := p.row()
	if !ok {
		return data
	}
	out := data[:0]
	var above []byte
	for len(data) > 1 {
		kind := data[0]
		row := data[1:min(1+size, len(data))]
		data = data[1+len(row):]
		undoPNGRow(kind, row, above, pixel)
		at := len(out)
		out = append(out, row...)
		above = out[at:]
	}
	return out
}

func undoPNGRow(kind byte, row, above []byte, pixel int) {
	at := func(b []byte, i int) int {
		if i < 0 || i >= len(b) {
			return 0
		}
		return int(b[i])
	}
	switch kind {
	case 1:
		for i := pixel; i < len(row); i++ {
			row[i] += row[i-pixel]
		}
	case 2:
		for i := range min(len(row), len(above)) {
			row[i] += above[i]
		}
	case 3:
		for i := range row {
			row[i] += byte((at(row, i-pixel) + at(above, i)) / 2)
		}
	case 4:
		for i := range row {
			row[i] += byte(paeth(at(row, i-pixel), at(above, i), at(above, i-pixel)))
		}
	}
}

func paeth(left, up, corner int) int {
	p := left + up - corner
	dl, du, dc := abs(p-left), abs(p-up), abs(p-corner)
	switch {
	case dl <= du && dl <= dc:
		return left
	case du <= dc:
		return up
	}
	return corner
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// undoTIFF undoes TIFF's horizontal differencing in place.
func undoTIFF(data []byte, p Params) []byte {
	pixel, size, ok := p.row()
	if !ok || size == 0 {
		return data
	}
	for at := 0; at < len(data); at += size {
		row := data[at:min(at+size, len(data))]
		switch p.BitsPerComponent {
		case 0, 8:
			for i := pixel; i < len(row); i++ {
				row[i] += row[i-pixel]
			}
		case 16:
			for i := pixel; i+1 < len(row); i += 2 {
				sum := uint16(row[i])<<8 + uint16(row[i+1]) + uint16(row[i-pixel])<<8 + uint16(row[i-pixel+1])
				row[i], row[i+1] = byte(sum>>8), byte(sum)
			}
		default:
			undoTIFFBits(row, p.BitsPerComponent, orOne(p.Colors))
		}
	}
	return data
}

// undoTIFFBits is for components of 1, 2 or 4 bits.
func undoTIFFBits(row []byte, bits, colors int) {
	if bits != 1 && bits != 2 && bits != 4 || colors > 256 {
		return
	}
	var before [256]byte
	mask := byte(1<<bits - 1)
	for i := range len(row) * 8 / bits {
		shift := 8 - bits - i*bits%8
		b := &row[i*bits/8]
		c := i % colors
		before[c] = (before[c] + *b>>shift) & mask
		*b = *b&^(mask<<shift) | before[c]<<shift
	}
}

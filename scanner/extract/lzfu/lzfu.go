// Package lzfu decompresses the RTF in Outlook's messages ([MS-OXRTFCP]): literals
// and copies from a window of 4096 bytes, which begins with words that RTF is
// full of.
package lzfu

import "encoding/binary"

// Magic stands in the header of compressed RTF, eight bytes behind its beginning.
const Magic = "LZFu"

const (
	uncompressed = "MELA"
	headerSize   = 16
	windowSize   = 4096
	dictionary   = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
		"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`
)

// Decompress returns the RTF, as far as it goes. It is at most nine times as long
// as data.
func Decompress(data []byte) []byte {
	if len(data) < headerSize {
		return nil
	}
	kind := string(data[8:12])
	data = data[headerSize:]
	if kind == uncompressed {
		return data
	}
	var window [windowSize]byte
	to := copy(window[:], dictionary)
	var out []byte
	put := func(b byte) {
		window[to%windowSize] = b
		to++
		out = append(out, b)
	}
	for len(data) > 0 {
		flags := data[0]
		data = data[1:]
		for bit := 0; bit < 8 && len(data) > 0; bit++ {
			if flags>>bit&1 == 0 {
				put(data[0])
				data = data[1:]
				continue
			}
			if len(data) < 2 {
				return out
			}
			token := int(binary.BigEndian.Uint16(data))
			data = data[2:]
			from, n := token>>4, token&15+2
			if from == to%windowSize { // the end mark points at itself
				return out
			}
			for i := range n {
				put(window[(from+i)%windowSize])
			}
		}
	}
	return out
}

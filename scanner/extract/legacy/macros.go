package legacy

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
)

// macros reports whether a storage holds Visual Basic modules.
func macros(e *cfb.Entry) bool { return e.Child("_VBA_PROJECT") != nil && e.Child("dir") != nil }

// macros reads the sources of the modules. Each module's stream holds what was
// compiled, and behind that the source in a container of its own ([MS-OVBA]
// 2.4.1). Where that begins, a directory says; here it is found by how every
// source begins, which also holds for projects whose directory was spoilt to hide
// them. A stream without it gives its printable runs.
func (f *file) macros(storage *cfb.Entry, part string) error {
	codePage := vbaCodePage(decompressVBA(storage.Stream("dir")))
	for _, e := range storage.Children {
		if e.Storage {
			continue
		}
		f.take(e)
		name := part + "/" + visible(e.Name)
		source := moduleSource(e.Data)
		if source == nil {
			if e.Name == "dir" {
				source = decompressVBA(e.Data)
			}
			if err := f.unknown(name, append(source[:len(source):len(source)], e.Data...)); err != nil {
				return err
			}
			continue
		}
		f.out.Begin(name)
		f.out.Place("macro")
		if _, err := f.out.WriteString(clean(decode(source, codePage))); err != nil {
			return err
		}
	}
	return nil
}

// moduleSource finds and decompresses the source in a module's stream. A source
// begins with "Attribute VB_Name", whose first eight letters the compression
// leaves as they are, behind the flag byte that says so.
func moduleSource(stream []byte) []byte {
	from := bytes.LastIndex(stream, []byte("\x00Attribut"))
	if from < 3 || stream[from-3] != containerMark {
		return nil
	}
	return decompressVBA(stream[from-3:])
}

// vbaCodePage finds the code page in the decompressed directory: a record 3 of
// length 2.
func vbaCodePage(dir []byte) int {
	const record = "\x03\x00\x02\x00\x00\x00"
	i := bytes.Index(dir, []byte(record))
	if i < 0 {
		return 0
	}
	return int(at(dir, i+len(record)).u16())
}

const containerMark = 0x01

// decompressVBA returns what a compressed container holds, as far as it goes:
// chunks of 4096 bytes, in which flags say what is literal and what is a copy
// from earlier in the chunk.
func decompressVBA(data []byte) []byte {
	c := &cursor{data: data}
	if c.u8() != containerMark {
		return nil
	}
	var out []byte
	for len(c.data) >= 2 {
		header := c.u16()
		chunk := c.data[:min(len(c.data), int(header&0xfff)+1)]
		c.take(len(chunk))
		if header&0x8000 == 0 {
			out = append(out, chunk...)
			continue
		}
		out = appendChunk(out, chunk)
	}
	return out
}

const chunkSize = 4096

func appendChunk(out, chunk []byte) []byte {
	start := len(out)
	for i := 0; i < len(chunk); {
		flags := chunk[i]
		i++
		for bit := 0; bit < 8 && i < len(chunk); bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, chunk[i])
				i++
				continue
			}
			if i+2 > len(chunk) {
				return out
			}
			token := int(chunk[i]) | int(chunk[i+1])<<8
			i += 2
			distance, length := copyOf(token, len(out)-start)
			if distance > len(out)-start || len(out)-start+length > chunkSize {
				return out
			}
			for range length {
				out = append(out, out[len(out)-distance])
			}
		}
	}
	return out
}

// copyOf splits a token: the further in the chunk, the more bits are distance.
func copyOf(token, position int) (distance, length int) {
	bits := 4
	for 1<<bits < position {
		bits++
	}
	return token>>(16-bits) + 1, token&(1<<(16-bits)-1) + 3
}

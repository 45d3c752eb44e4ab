package legacy_test

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"math/bits"
)

// encryptedWorkbook is one that Excel protected against writing only: RC4 under
// its own password, with a key for every 1,024 bytes.
func encryptedWorkbook() []byte {
	salt, verifier := bytes.Repeat([]byte{7}, 16), bytes.Repeat([]byte{9}, 16)
	password := md5.Sum(utf16le("VelvetSweatshop"))
	salted := md5.Sum(bytes.Repeat(append(bytes.Clone(password[:5]), salt...), 16))
	keystream := func(block uint32, n int) []byte {
		key := md5.Sum(binary.LittleEndian.AppendUint32(bytes.Clone(salted[:5]), block))
		c, err := rc4.NewCipher(key[:])
		if err != nil {
			panic(err)
		}
		out := make([]byte, n)
		c.XORKeyStream(out, out)
		return out
	}
	hash := md5.Sum(verifier)
	sealed := append(bytes.Clone(verifier), hash[:]...)
	for i, k := range keystream(0, len(sealed)) {
		sealed[i] ^= k
	}
	pass := biff(0x2f, uint16(1), uint16(1), uint16(1), salt, sealed)
	records := biff(0x204, at(0, 0, 0), longString(account(290)))
	for range 300 { // over several blocks
		records = append(records, biff(0x204, at(1, 0, 0), longString("some other cell"))...)
	}
	plain := workbookStream(0x600, pass, sheetOf{name: "Costs", records: records})
	out := bytes.Clone(plain)
	var pad []byte
	for block := range len(plain)/1024 + 1 {
		pad = append(pad, keystream(uint32(block), 1024)...)
	}
	for offset := 0; offset+4 <= len(plain); {
		kind, n := binary.LittleEndian.Uint16(plain[offset:]), int(binary.LittleEndian.Uint16(plain[offset+2:]))
		from := offset + 4
		offset = from + n
		switch kind {
		case 0x809, 0x2f:
			continue
		case 0x85:
			from += 4
		}
		for i := from; i < offset; i++ {
			out[i] ^= pad[i]
		}
	}
	return container(stream("Workbook", out))
}

// obfuscatedWorkbook is the same of Excel 95. Its key and check sum are those of
// the password, as they stand in every such file.
func obfuscatedWorkbook() []byte {
	const key, checksum = uint16(0xb359), uint16(0x9a0a)
	var pad [16]byte
	for i, c := range []byte("VelvetSweatshop\xbb") {
		pad[i] = bits.RotateLeft8(c^byte(key>>(i%2*8)), 2)
	}
	out := workbookStream(0x500, biff(0x2f, key, checksum), sheetOf{name: "Costs", records: biff(0x204, at(0, 0, 0), uint16(12), account(291))})
	for offset := 0; offset+4 <= len(out); {
		kind, n := binary.LittleEndian.Uint16(out[offset:]), int(binary.LittleEndian.Uint16(out[offset+2:]))
		start := offset + 4
		offset = start + n
		from := start
		switch kind {
		case 0x809, 0x2f:
			continue
		case 0x85:
			from += 4
		}
		for i := from; i < offset; i++ {
			out[i] = bits.RotateLeft8(out[i]^pad[(offset+i-start)%16], -3)
		}
	}
	return container(stream("Book", out))
}

package gitpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// multiIndex is a multi-pack-index (git's Documentation/gitformat-pack.txt):
// one sorted list of the names in many packs. It speeds up look-ups only; the
// packs' own indexes know the duplicates that it leaves out.
type multiIndex struct {
	hashLen int
	n       int
	packs   []string // file names, ending in .idx
	fanout  []byte
	names   []byte
	offsets []byte // n × (pack, offset)
	large   []byte
}

var errMultiIndex = errors.New("unusable multi-pack-index")

func parseMultiIndex(data []byte, hashLen int) (*multiIndex, error) {
	m := &multiIndex{hashLen: hashLen}
	if err := m.parse(data); err != nil {
		return nil, fmt.Errorf("%w: %w", errMultiIndex, err)
	}
	return m, nil
}

func (m *multiIndex) parse(data []byte) error {
	body, _, ok := cutTail(data, m.hashLen)
	if !ok || len(body) < 12 || string(body[:4]) != "MIDX" {
		return errors.New("no header")
	}
	if body[4] != 1 && body[4] != 2 || body[5] != hashVersion(m.hashLen) {
		return fmt.Errorf("version %d, hash %d", body[4], body[5])
	}
	parts, err := parseChunks(body, body[12:], int(body[6]))
	if err != nil {
		return err
	}
	if m.fanout, m.n, err = parseFanout(parts["OIDF"], len(parts["OIDL"])/m.hashLen); err != nil {
		return err
	}
	if m.names, err = parts.table("OIDL", m.n, m.hashLen); err != nil {
		return err
	}
	if m.offsets, err = parts.table("OOFF", m.n, 8); err != nil {
		return err
	}
	m.large = parts["LOFF"]
	return m.parseNames(parts["PNAM"], int64(binary.BigEndian.Uint32(body[8:])))
}

func (m *multiIndex) parseNames(b []byte, count int64) error {
	list := strings.TrimRight(string(b), "\x00")
	m.packs = strings.Split(list, "\x00")
	if int64(len(m.packs)) != count {
		return fmt.Errorf("%d packs announced, %d named", count, len(m.packs))
	}
	return nil
}

// find returns the position in m.packs and the offset of the object.
func (m *multiIndex) find(id OID) (pack int, offset uint64, ok bool) {
	i, ok := findName(m.fanout, m.names, m.hashLen, id[:m.hashLen])
	if !ok {
		return 0, 0, false
	}
	number := binary.BigEndian.Uint32(m.offsets[i*8:])
	offset = uint64(binary.BigEndian.Uint32(m.offsets[i*8+4:]))
	if offset&largeFlag != 0 && len(m.large) > 0 {
		at := int(offset&^largeFlag) * largeWidth
		if at+largeWidth > len(m.large) {
			return 0, 0, false
		}
		offset = binary.BigEndian.Uint64(m.large[at:])
	}
	if int64(number) >= int64(len(m.packs)) {
		return 0, 0, false
	}
	return int(number), offset, true
}

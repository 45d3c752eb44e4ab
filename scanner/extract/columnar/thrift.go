package columnar

import (
	"encoding/binary"
	"errors"
)

// thriftStruct is a struct in Thrift's compact protocol, by the numbers of its
// fields. Values are int64, []byte, []any or thriftStruct.
type thriftStruct map[int16]any

func (s thriftStruct) number(field int16) int64 {
	n, _ := s[field].(int64) // what is missing is zero
	return n
}

func (s thriftStruct) text(field int16) string {
	b, _ := s[field].([]byte)
	return string(b)
}

func (s thriftStruct) list(field int16) []any {
	l, _ := s[field].([]any)
	return l
}

func (s thriftStruct) at(field int16) thriftStruct {
	t, _ := s[field].(thriftStruct)
	return t
}

var errThrift = errors.New("a header that breaks off")

// thriftReader reads values. Elements are counted, since each takes more memory
// than the byte that it may be in the file.
type thriftReader struct {
	data     []byte
	elements int
}

const (
	mostElements = 2 << 20
	deepest      = 16
)

// Types in the compact protocol.
const (
	thriftTrue, thriftFalse, thriftByte, thriftI16, thriftI32, thriftI64 = 1, 2, 3, 4, 5, 6
	thriftDouble, thriftBinary, thriftList, thriftSet, thriftMap         = 7, 8, 9, 10, 11
	thriftStructType                                                     = 12
)

// readStruct reads a struct and returns it with its length in bytes.
func readStruct(data []byte) (s thriftStruct, length int, err error) {
	r := &thriftReader{data: data}
	s, err = r.structure(0)
	return s, len(data) - len(r.data), err
}

func (r *thriftReader) structure(depth int) (thriftStruct, error) {
	s := thriftStruct{}
	for id := int16(0); ; {
		head, err := r.byte()
		if err != nil || head == 0 {
			return s, err
		}
		if delta := head >> 4; delta != 0 {
			id += int16(delta)
		} else {
			n, err := r.zigzag()
			if err != nil {
				return s, err
			}
			id = int16(n)
		}
		var v any
		switch head & 15 {
		case thriftTrue:
			v = int64(1)
		case thriftFalse:
			v = int64(0)
		default:
			v, err = r.value(head&15, depth)
		}
		if err != nil {
			return s, err
		}
		s[id] = v
	}
}

func (r *thriftReader) byte() (byte, error) {
	if len(r.data) == 0 {
		return 0, errThrift
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b, nil
}

func (r *thriftReader) uvarint() (uint64, error) {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		return 0, errThrift
	}
	r.data = r.data[n:]
	return v, nil
}

func (r *thriftReader) zigzag() (int64, error) {
	v, err := r.uvarint()
	return int64(v>>1) ^ -int64(v&1), err
}

func (r *thriftReader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.data)) {
		return nil, errThrift
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b, nil
}

func (r *thriftReader) value(kind byte, depth int) (any, error) {
	if r.elements++; r.elements > mostElements || depth > deepest {
		return nil, errThrift
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		b, err := r.byte()
		return int64(b), err
	case thriftI16, thriftI32, thriftI64:
		return r.zigzag()
	case thriftDouble:
		return r.take(8)
	case thriftBinary:
		n, err := r.uvarint()
		if err != nil {
			return nil, err
		}
		return r.take(n)
	case thriftList, thriftSet:
		return r.list(depth)
	case thriftStructType:
		return r.structure(depth + 1)
	}
	return nil, errThrift // maps do not occur in Parquet
}

func (r *thriftReader) list(depth int) (any, error) {
	head, err := r.byte()
	if err != nil {
		return nil, err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = r.uvarint(); err != nil {
			return nil, err
		}
	}
	var list []any
	for ; n > 0; n-- {
		v, err := r.value(head&15, depth+1)
		if err != nil {
			return list, err
		}
		list = append(list, v)
	}
	return list, nil
}

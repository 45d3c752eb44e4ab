// Package object reads the objects of a PDF file: numbers, strings, names,
// arrays, dictionaries, streams and references, as ISO 32000-2, chapter 7 has
// them.
//
// It does without the cross-reference table. A table says where objects begin,
// and so does the file itself: "12 0 obj". Reading what stands there costs one
// pass over the bytes, finds the objects that a table has lost, forgotten on
// purpose (earlier revisions) or never had, and leaves nothing to believe: no
// offset, no count, no size. See [Open].
package object

// Object is one of: nil, bool, float64, Name, String, Array, Dict, *Stream, Ref.
type Object any

// Name is a name without its slash, #xx undone.
type Name string

// String is a string's bytes, decrypted.
type String []byte

// Array is a list of objects.
type Array []Object

// Ref points to an object by its number. Generations are read and not heeded:
// what counts is which definition came last.
type Ref struct{ Num int }

// Entry is one key of a dictionary with its value.
type Entry struct {
	Key   Name
	Value Object
}

// Dict is a dictionary in the order of the file. Most have fewer than a dozen
// keys, where a list is found through as fast as a map, and is made faster.
type Dict []Entry

// Get returns the value under a key as it stands, a reference unresolved. Of
// equal keys the last one counts.
func (d Dict) Get(key Name) Object {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Key == key {
			return d[i].Value
		}
	}
	return nil
}

// Stream is a dictionary with bytes, still encoded and, in an encrypted file,
// encrypted.
type Stream struct {
	Dict
	Raw []byte

	num, gen int // what its key is derived from
}

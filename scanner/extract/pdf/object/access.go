package object

import (
	"errors"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/filter"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Resolve follows references to what they point to.
func (f *File) Resolve(o Object) Object {
	for range 16 {
		r, ok := o.(Ref)
		if !ok {
			return o
		}
		i, ok := f.latest[r.Num]
		if !ok {
			return nil
		}
		o = f.Definitions[i].Object
		if later, ok := o.(decryptLater); ok {
			o = later.object
		}
	}
	return nil
}

// Latest reports whether the definition at a place is the one that references
// lead to.
func (f *File) Latest(place int) bool { return f.latest[f.Definitions[place].Num] == place }

// Place returns where the definition that a reference leads to stands, or -1.
func (f *File) Place(o Object) int {
	if r, ok := o.(Ref); ok {
		if i, ok := f.latest[r.Num]; ok {
			return i
		}
	}
	return -1
}

// Older returns the place of the definition that the one at a place superseded,
// or -1.
func (f *File) Older(place int) int { return f.Definitions[place].older - 1 }

// Dict returns a dictionary, that of a stream included, or nil.
func (f *File) Dict(o Object) Dict {
	switch v := f.Resolve(o).(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array returns an array or nil.
func (f *File) Array(o Object) Array {
	a, _ := f.Resolve(o).(Array)
	return a
}

// Stream returns a stream or nil.
func (f *File) Stream(o Object) *Stream {
	s, _ := f.Resolve(o).(*Stream)
	return s
}

// Name returns a name or "".
func (f *File) Name(o Object) Name {
	n, _ := f.Resolve(o).(Name)
	return n
}

// String returns a string.
func (f *File) String(o Object) (String, bool) {
	s, ok := f.Resolve(o).(String)
	return s, ok
}

// Number returns a number, or what stands for one that is missing.
func (f *File) Number(o Object, missing float64) float64 {
	if n, ok := f.Resolve(o).(float64); ok {
		return n
	}
	return missing
}

// Int returns a number without its fraction; one beyond 32 bits is missing, too.
func (f *File) Int(o Object, missing int) int {
	n := f.Number(o, float64(missing))
	if n < -1<<31 || n >= 1<<31 {
		return missing
	}
	return int(n)
}

// Numbers returns the numbers of an array, 0 for what is none.
func (f *File) Numbers(o Object) []float64 {
	a := f.Array(o)
	out := make([]float64, len(a))
	for i := range a {
		out[i] = f.Number(a[i], 0)
	}
	return out
}

// Filter is one of a stream's filters.
type Filter struct {
	Name  Name
	Parms Dict
}

// Filters returns the filters of a stream, the outermost first.
func (f *File) Filters(d Dict) []Filter {
	names, parms := f.Resolve(either(d, "Filter", "F")), f.Resolve(either(d, "DecodeParms", "DP"))
	switch v := names.(type) {
	case Name:
		if a, ok := parms.(Array); ok {
			parms = first(a)
		}
		return []Filter{{v, f.Dict(parms)}}
	case Array:
		var out []Filter
		list, _ := parms.(Array)
		for i := range v[:min(len(v), maxFilters)] {
			one := Filter{Name: f.Name(v[i])}
			switch {
			case i < len(list):
				one.Parms = f.Dict(list[i])
			case len(v) == 1:
				one.Parms = f.Dict(parms)
			}
			out = append(out, one)
		}
		return out
	}
	return nil
}

// maxFilters bounds the filters of one stream: people use two.
const maxFilters = 16

func either(d Dict, key, short Name) Object {
	if v := d.Get(key); v != nil {
		return v
	}
	return d.Get(short)
}

// ErrBudget says that the streams of the file decode to more than is allowed.
var ErrBudget error = finding.OverBudget.Because("over budget: its streams decode to too much")

// Decode decrypts and decodes a stream, up to a filter that makes a picture of
// it: that one and those behind it are returned. What could be decoded before an
// error is returned with it.
func (f *File) Decode(s *Stream) (data []byte, left []Filter, err error) {
	filters := f.Filters(s.Dict)
	data = s.Raw
	if f.key != nil && !f.plain(s, filters) {
		data = f.key.Stream(s.num, s.gen, data)
	}
	return f.DecodeData(data, filters)
}

// plain tells streams that are not encrypted in an encrypted file.
func (f *File) plain(s *Stream, filters []Filter) bool {
	if s.num == 0 || f.Name(s.Get("Type")) == "XRef" {
		return true
	}
	for _, one := range filters {
		if one.Name == "Crypt" {
			name := f.Name(one.Parms.Get("Name"))
			return name == "Identity" || name == ""
		}
	}
	encrypt := f.Dict(f.encrypt)
	return f.Name(s.Get("Type")) == "Metadata" && f.Resolve(encrypt.Get("EncryptMetadata")) == false
}

// DecodeData undoes filters.
func (f *File) DecodeData(data []byte, filters []Filter) (out []byte, left []Filter, err error) {
	for i, one := range filters {
		limit := min(f.budget.Stream, f.budget.Decoded)
		if limit <= 0 {
			return nil, nil, ErrBudget
		}
		decoded, err := filter.Decode(string(one.Name), data, f.params(one.Parms), limit)
		if errors.Is(err, filter.ErrImage) {
			return data, filters[i:], nil
		}
		f.budget.Decoded -= len(decoded)
		data = decoded
		if errors.Is(err, filter.ErrTooLong) {
			return data, nil, ErrBudget
		}
		if err != nil && len(data) == 0 {
			return nil, nil, fmt.Errorf("%s: %w", known(one.Name), err)
		}
		if err != nil {
			rest, left, _ := f.DecodeData(data, filters[i+1:])
			return rest, left, fmt.Errorf("%s: %w", known(one.Name), err)
		}
	}
	return data, nil, nil
}

// known keeps a name that the file made up out of a message.
func known(filter Name) Name {
	switch filter {
	case "FlateDecode", "LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode":
		return filter
	}
	return "filter"
}

func (f *File) params(d Dict) filter.Params {
	if d == nil {
		return filter.Params{}
	}
	return filter.Params{
		Predictor: f.Int(d.Get("Predictor"), 1), Colors: f.Int(d.Get("Colors"), 1),
		BitsPerComponent: f.Int(d.Get("BitsPerComponent"), 8), Columns: f.Int(d.Get("Columns"), 1),
		LateChange: f.Int(d.Get("EarlyChange"), 1) == 0,
	}
}

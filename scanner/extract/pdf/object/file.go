package object

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/crypt"
)

// Definition is one "12 0 obj" of a file, or one object in an object stream.
type Definition struct {
	Num    int
	Object Object
	older  int // place of the definition before it, plus one
}

// File is what a file defines.
type File struct {
	// Definitions holds every definition in the order of the file, those that
	// a later one supersedes included.
	Definitions []Definition
	// Trailer is the last trailer with a Root, or empty.
	Trailer Dict
	// Truncated says that there were more objects than are read.
	Truncated bool
	// Lost counts object streams of which nothing or not all could be read.
	Lost int

	latest  map[int]int // by number, the place in Definitions
	key     *crypt.Key
	encrypt Object // the Encrypt dictionary or a reference to it: not encrypted itself
	budget  Budget
}

// Budget bounds what reading a file may cost.
type Budget struct {
	Objects int // that are made; each takes some dozen bytes
	Stream  int // bytes that one stream decodes to
	Decoded int // bytes that all streams together decode to
}

// Errors of Open.
var (
	ErrNoObjects = errors.New("holds no object")
	ErrEncrypted = errors.New("encrypted with a password or a certificate")
)

// Open reads all objects of a file.
func Open(data []byte, budget Budget) (*File, error) {
	f := &File{latest: map[int]int{}, budget: budget}
	s := scan{file: f, p: NewParser(data, budget.Objects)}
	s.run()
	if len(f.Definitions) == 0 {
		return nil, ErrNoObjects
	}
	f.chooseTrailer(s.trailers)
	f.index()
	if err := f.unlock(); err != nil {
		return f, err
	}
	f.openObjectStreams(s.p.Budget)
	return f, nil
}

// scan finds objects and trailers.
type scan struct {
	file     *File
	p        *Parser
	trailers []Dict
}

var objWord, trailerWord = []byte("obj"), []byte("trailer")

func (s *scan) run() {
	data := s.p.Data
	gap := 0 // where what is in no object begins
	for at := 0; ; {
		i := bytes.Index(data[at:], objWord)
		if i < 0 {
			break
		}
		at += i + len(objWord)
		num, gen, begin, ok := header(data, at-len(objWord))
		if !ok {
			continue
		}
		s.trailersIn(gap, begin)
		s.p.Pos = at
		s.define(num, gen)
		if s.p.Budget < 0 {
			s.file.Truncated = true
			return
		}
		at = max(at, s.p.Pos)
		gap = at
	}
	s.trailersIn(gap, len(data))
}

// header reads "12 0 " before the word obj backwards.
func header(data []byte, at int) (num, gen, begin int, ok bool) {
	gen, at, ok = numberBefore(data, at)
	if !ok {
		return 0, 0, 0, false
	}
	num, at, ok = numberBefore(data, at)
	return num, gen, at, ok
}

// numberBefore reads a number of at most nine digits that ends, with white
// space behind it, before at.
func numberBefore(data []byte, at int) (n, begin int, ok bool) {
	i := at
	for i > 0 && at-i < 8 && IsSpace(data[i-1]) {
		i--
	}
	end := i
	for i > 0 && end-i < 9 && data[i-1] >= '0' && data[i-1] <= '9' {
		i--
	}
	for _, c := range data[i:end] {
		n = n*10 + int(c-'0')
	}
	return n, i, i < end
}

// trailersIn looks for trailers between objects: what looks like one in the
// data of a stream is a trailer of a file inside.
func (s *scan) trailersIn(from, to int) {
	for from < to {
		i := bytes.Index(s.p.Data[from:to], trailerWord)
		if i < 0 {
			return
		}
		s.p.Pos = from + i + len(trailerWord)
		if d, ok := s.object(); ok {
			if d, ok := d.(Dict); ok {
				s.trailers = append(s.trailers, d)
			}
		}
		from = max(s.p.Pos, from+i+len(trailerWord))
	}
}

func (s *scan) object() (Object, bool) { return s.p.Object() }

// define reads the object that stands next.
func (s *scan) define(num, gen int) {
	o, _ := s.object()
	if d, ok := o.(Dict); ok {
		before := s.p.Pos
		t := s.p.Next()
		if t.Kind == Keyword && bytes.HasPrefix(t.Bytes, streamWord) {
			s.p.Pos -= len(t.Bytes)
			st := &Stream{Dict: d, num: num, gen: gen}
			st.Raw = s.p.streamData(d.Get("Length"))
			if d.Get("Type") == Name("XRef") {
				s.trailers = append(s.trailers, d)
			}
			o = st
		} else {
			s.p.Pos = before
		}
	}
	if o != nil {
		s.file.Definitions = append(s.file.Definitions, Definition{Num: num, Object: decryptLater{o, num, gen}})
	}
}

var streamWord = []byte("stream")

// decryptLater is an object with the numbers that the key of its strings is
// derived from.
type decryptLater struct {
	object   Object
	num, gen int
}

// index numbers the definitions: the last one of a number counts.
func (f *File) index() {
	clear(f.latest)
	for i := range f.Definitions {
		d := &f.Definitions[i]
		d.older = 0
		if older, ok := f.latest[d.Num]; ok {
			d.older = older + 1
		}
		f.latest[d.Num] = i
	}
}

// chooseTrailer takes the last trailer that names a Root, and the Encrypt and ID
// of whichever has one.
func (f *File) chooseTrailer(trailers []Dict) {
	for _, t := range trailers {
		if t.Get("Root") != nil {
			f.Trailer = t
		}
	}
	for _, key := range []Name{"Encrypt", "ID", "Info"} {
		for i := len(trailers) - 1; i >= 0 && f.Trailer.Get(key) == nil; i-- {
			if v := trailers[i].Get(key); v != nil {
				f.Trailer = append(f.Trailer[:len(f.Trailer):len(f.Trailer)], Entry{key, v})
			}
		}
	}
	f.encrypt = f.Trailer.Get("Encrypt")
}

// unlock opens an encrypted file and decrypts its strings; streams are decrypted
// when they are decoded.
func (f *File) unlock() error {
	var err error
	if f.encrypt != nil {
		f.key, err = f.openKey()
	}
	secret, _ := f.encrypt.(Ref)
	for i := range f.Definitions {
		d := &f.Definitions[i]
		later, ok := d.Object.(decryptLater)
		if !ok {
			continue
		}
		d.Object = later.object
		if f.key != nil && (secret.Num == 0 || d.Num != secret.Num) {
			d.Object = f.decrypt(d.Object, later.num, later.gen)
		}
	}
	return err
}

func (f *File) decrypt(o Object, num, gen int) Object {
	switch v := o.(type) {
	case String:
		return String(f.key.String(num, gen, v))
	case Array:
		for i := range v {
			v[i] = f.decrypt(v[i], num, gen)
		}
	case Dict:
		for i := range v {
			v[i].Value = f.decrypt(v[i].Value, num, gen)
		}
	case *Stream:
		if v.Get("Type") != Name("XRef") {
			f.decrypt(v.Dict, num, gen)
		}
	}
	return o
}

var methods = map[Name]crypt.Method{"None": crypt.None, "V2": crypt.RC4, "AESV2": crypt.AES128, "AESV3": crypt.AES256}

// openKey reads the Encrypt dictionary (ISO 32000-2, tables 20, 21 and 25).
func (f *File) openKey() (*crypt.Key, error) {
	e := f.Dict(f.encrypt)
	if e == nil {
		return nil, fmt.Errorf("%w: its key is missing", ErrEncrypted)
	}
	if filter := f.Name(e.Get("Filter")); filter != "Standard" && filter != "" {
		return nil, ErrEncrypted
	}
	id, _ := f.String(first(f.Array(f.Trailer.Get("ID"))))
	owner, _ := f.String(e.Get("O"))
	user, _ := f.String(e.Get("U"))
	userKey, _ := f.String(e.Get("UE"))
	p := crypt.Params{
		Revision: f.Int(e.Get("R"), 2), KeyBytes: f.Int(e.Get("Length"), 40) / 8,
		Owner: owner, User: user, UserKey: userKey, ID: id,
		Permissions:     int32(int64(f.Number(e.Get("P"), 0))),
		EncryptMetadata: f.Resolve(e.Get("EncryptMetadata")) != false,
		Strings:         crypt.RC4, Streams: crypt.RC4,
	}
	if f.Int(e.Get("V"), 1) >= 4 {
		p.KeyBytes = 16
		filters := f.Dict(e.Get("CF"))
		p.Strings = f.method(filters, e.Get("StrF"))
		p.Streams = f.method(filters, e.Get("StmF"))
	}
	key, err := crypt.Open(p)
	if err != nil {
		return nil, ErrEncrypted
	}
	return key, nil
}

func (f *File) method(filters Dict, name Object) crypt.Method {
	return methods[f.Name(f.Dict(filters.Get(f.Name(name))).Get("CFM"))]
}

func first(a Array) Object {
	if len(a) == 0 {
		return nil
	}
	return a[0]
}

// openObjectStreams puts what object streams hold in their places.
func (f *File) openObjectStreams(budget int) {
	var all []Definition
	for i := range f.Definitions {
		d := f.Definitions[i]
		all = append(all, d)
		s, ok := d.Object.(*Stream)
		if !ok || f.Name(s.Get("Type")) != "ObjStm" {
			continue
		}
		inside, left, err := f.objectStream(s, budget)
		budget = left
		all = append(all, inside...)
		if err != nil {
			f.Lost++
		}
		if budget < 0 {
			f.Truncated = true
			break
		}
	}
	if len(all) > len(f.Definitions) {
		f.Definitions = all
		f.index()
	}
}

func (f *File) objectStream(s *Stream, budget int) ([]Definition, int, error) {
	data, left, err := f.Decode(s)
	if len(left) > 0 {
		return nil, budget, errors.New("objects in a picture")
	}
	start := f.Int(s.Get("First"), 0)
	if start <= 0 || start > len(data) {
		return nil, budget, errors.New("no objects")
	}
	head := Lexer{Data: data[:start]}
	p := NewParser(data, budget)
	var out []Definition
	read := 0 // each object is read once; entries that share bytes would multiply them
	for n := f.Int(s.Get("N"), 0); n > 0 && read <= 2*len(data); n-- {
		num, at := head.Next(), head.Next()
		if num.Kind != Number || at.Kind != Number || at.Num < 0 || at.Num >= float64(len(data)-start) {
			if at.Kind == End {
				break
			}
			continue
		}
		p.Pos = start + int(at.Num)
		before := p.Pos
		if o, ok := p.Object(); ok && o != nil {
			out = append(out, Definition{Num: int(num.Num), Object: o})
		}
		if read += p.Pos - before; p.Budget < 0 {
			break
		}
	}
	return out, p.Budget, err
}

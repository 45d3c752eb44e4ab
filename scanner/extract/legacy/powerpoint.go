package legacy

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// The records of a presentation ([MS-PPT] 2.13.24).
const (
	pptDocument        = 0x03e8
	pptSlide           = 0x03ee
	pptNotes           = 0x03f0
	pptSlidePersist    = 0x03f3
	pptMainMaster      = 0x03f8
	pptSlideInfo       = 0x03f9
	pptDrawing         = 0x040c
	pptTextHeader      = 0x0f9f
	pptTextChars       = 0x0fa0
	pptOutlineRef      = 0x0f9e
	pptTextBytes       = 0x0fa8
	pptString          = 0x0fba
	pptObjectRef       = 0x0bc1
	pptObjectAtom      = 0x0fc3
	pptSlideList       = 0x0ff0
	pptUserEdit        = 0x0ff5
	pptObjectStorage   = 0x1011
	pptPersist         = 0x1772
	pptComment         = 0x2ee0
	pptNotesAtom       = 0x03f1
	pptBinaryTag       = 0x138b // an atom by its head, and yet a container
	currentUserStream  = "Current User"
	encryptedUserToken = 0xf3d1c4df
)

// powerpoint reads a presentation. Its stream is a heap of records; a directory
// says which of them make up the slides as they were saved last. Records that it
// no longer names are slides as they were before, or deleted ones.
func (f *file) powerpoint(stream []byte) error {
	user := f.root.Stream(currentUserStream)
	if at(user, 12).u32() == encryptedUserToken {
		return extract.ErrEncrypted
	}
	p := &presentation{file: f, stream: stream, places: map[uint32]string{}, outline: map[uint32][]string{}, done: map[int]bool{}}
	if e := f.root.Child("Pictures"); e != nil {
		f.take(e)
		p.pictures = e.Data
		p.blips = blips(e.Data)
	}
	if p.directory(int(at(user, 16).u32())) {
		return extract.ErrEncrypted
	}
	if err := p.slides(); err != nil {
		return err
	}
	if err := p.others(); err != nil {
		return err
	}
	for i, b := range p.blips {
		if err := f.picture(b, fmt.Sprintf("Pictures/image%d", i+1), p.placeOfPicture(b)); err != nil {
			return err
		}
	}
	return p.damaged
}

type presentation struct {
	*file
	stream   []byte
	objects  map[uint32]int // the offset of what is numbered
	root     uint32         // the number of the document
	damaged  error          // why what follows is not in its place
	pictures []byte
	blips    []blip
	store    []uint32            // where the pictures that shapes number lie in their stream
	shown    map[uint32]string   // by where it lies: the first place that shows a picture
	places   map[uint32]string   // of slides, by their identifier; of objects, by theirs with objectBit
	outline  map[uint32][]string // texts of a slide that its shapes refer to
	done     map[int]bool        // offsets that were read
	slide    string              // the place of what is read
	texts    []string            // that shapes on it refer to
}

// objectBit tells the numbers of embedded objects from those of slides.
const objectBit = 1 << 31

// pptRecord is a record: a container of records, or an atom.
type pptRecord struct {
	kind      uint16
	instance  uint16
	container bool
	body      []byte
}

// nextPPT reads the record at the beginning of data. It returns how long it is,
// 0 if there is none. One that is cut off ends where the data does.
func nextPPT(data []byte) (r pptRecord, length int) {
	if len(data) < 8 {
		return r, 0
	}
	head := binary.LittleEndian.Uint16(data)
	r.kind = binary.LittleEndian.Uint16(data[2:])
	n := min(int(binary.LittleEndian.Uint32(data[4:])), len(data)-8)
	r.container, r.instance, r.body = head&15 == 15 || r.kind == pptBinaryTag, head>>4, data[8:8+n]
	return r, 8 + n
}

// recordAt returns the record that is numbered, if it is of one of the kinds.
func (p *presentation) recordAt(id uint32, kinds ...uint16) (pptRecord, bool) {
	offset, ok := p.objects[id]
	if !ok || offset > len(p.stream) {
		return pptRecord{}, false
	}
	r, n := nextPPT(p.stream[offset:])
	if n == 0 || !slices.Contains(kinds, r.kind) || p.done[offset] {
		return pptRecord{}, false
	}
	p.done[offset] = true
	return r, true
}

// directory reads where the records lie, from the last edit back to the first.
func (p *presentation) directory(edit int) (encrypted bool) {
	p.objects = map[uint32]int{}
	for seen := map[int]bool{}; edit > 0 && edit < len(p.stream) && !seen[edit]; {
		seen[edit] = true
		r, _ := nextPPT(p.stream[edit:])
		if r.kind != pptUserEdit {
			return false
		}
		c := at(r.body, 8)
		last, table, root := c.u32(), int(c.u32()), c.u32()
		if p.root == 0 {
			p.root = root
		}
		if len(r.body) >= 32 { // it names what the presentation is encrypted by
			return true
		}
		if table > 0 && table < len(p.stream) {
			t, _ := nextPPT(p.stream[table:])
			p.table(t.body)
		}
		edit = int(last)
	}
	return false
}

// table adds stretches of numbers with the offset of each. What is known is
// newer.
func (p *presentation) table(body []byte) {
	for c := (cursor{data: body}); len(c.data) >= 4; {
		head := c.u32()
		id := head & 0xfffff
		for n := head >> 20; n > 0 && len(c.data) >= 4; n-- {
			offset := int(c.u32())
			if _, known := p.objects[id]; !known {
				p.objects[id] = offset
			}
			id++
		}
	}
}

// children calls yield with the records in a container.
func children(body []byte, yield func(pptRecord) error) error {
	for len(body) > 0 {
		r, n := nextPPT(body)
		if n == 0 {
			return nil
		}
		if err := yield(r); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

// find returns the records of a kind anywhere in a container.
func find(body []byte, kind uint16, depth int) []pptRecord {
	var out []pptRecord
	_ = children(body, func(r pptRecord) error { // it returns no error
		if r.kind == kind {
			out = append(out, r)
		} else if r.container && depth < deepest {
			out = append(out, find(r.body, kind, depth+1)...)
		}
		return nil
	})
	return out
}

// deepest bounds containers in containers; real ones are ten deep.
const deepest = 32

// slides reads the document and the slides that it lists, in their order.
func (p *presentation) slides() error {
	doc, ok := p.recordAt(p.root, pptDocument)
	if !ok {
		p.damaged = fmt.Errorf("%w: no directory of slides", extract.ErrDamaged)
		return nil
	}
	return p.document(doc)
}

const (
	listOfSlides  = 0
	listOfMasters = 1
	listOfNotes   = 2
)

func (p *presentation) document(doc pptRecord) error {
	p.bstore(doc.body)
	p.out.Begin("")
	lists := map[uint16]pptRecord{}
	err := children(doc.body, func(r pptRecord) error {
		if r.kind == pptSlideList {
			lists[r.instance] = r
			return nil
		}
		p.slide = "presentation"
		p.out.Place(p.slide)
		return p.text(r, 0)
	})
	if err != nil {
		return err
	}
	if err := p.list(lists[listOfSlides], []uint16{pptSlide}, func(n int, _ pptRecord) string { return fmt.Sprintf("slide %d", n) }); err != nil {
		return err
	}
	if err := p.list(lists[listOfNotes], []uint16{pptNotes}, func(n int, notes pptRecord) string {
		for _, a := range find(notes.body, pptNotesAtom, 0) {
			if place := p.places[at(a.body, 0).u32()]; place != "" {
				return place + ", notes"
			}
		}
		return fmt.Sprintf("notes %d", n)
	}); err != nil {
		return err
	}
	return p.list(lists[listOfMasters], []uint16{pptMainMaster, pptSlide}, func(n int, _ pptRecord) string { return fmt.Sprintf("master slide %d", n) })
}

// list reads the slides of a list. Behind the number of each stand the texts of
// its outline.
func (p *presentation) list(list pptRecord, kinds []uint16, name func(int, pptRecord) string) error {
	type entry struct {
		id, slide uint32
		texts     []string
	}
	var entries []entry
	_ = children(list.body, func(r pptRecord) error { // it returns no error
		last := len(entries) - 1
		switch {
		case r.kind == pptSlidePersist:
			c := at(r.body, 0)
			id := c.u32()
			c.take(8)
			entries = append(entries, entry{id: id, slide: c.u32()})
		case last < 0:
		case r.kind == pptTextHeader:
			entries[last].texts = append(entries[last].texts, "")
		case textAtom(r) && len(entries[last].texts) > 0:
			entries[last].texts[len(entries[last].texts)-1] += atomText(r)
		}
		return nil
	})
	for i, e := range entries {
		if err := p.out.Err(); err != nil {
			return err
		}
		r, ok := p.recordAt(e.id, kinds...)
		p.slide = name(i+1, r)
		if list.instance == listOfSlides && hidden(r) {
			p.slide += " (hidden)"
		}
		p.places[e.slide] = p.slide
		p.texts = e.texts
		p.out.Begin("")
		p.out.Place(p.slide)
		if !ok {
			p.out.Unexamined("", p.slide, fmt.Errorf("%w: its record is missing", extract.ErrDamaged))
		}
		if err := p.text(r, 0); err != nil {
			return err
		}
		for _, t := range p.texts { // that no shape referred to
			if err := p.line(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func hidden(slide pptRecord) bool {
	const flag = 0x0004
	for _, r := range find(slide.body, pptSlideInfo, 0) {
		if at(r.body, 10).u16()&flag != 0 {
			return true
		}
	}
	return false
}

func textAtom(r pptRecord) bool { return r.kind == pptTextChars || r.kind == pptTextBytes }

func atomText(r pptRecord) string {
	if r.kind == pptTextBytes { // the lower halves of UTF-16
		return clean(decode(r.body, 28591))
	}
	return clean(utf16le(r.body))
}

func (p *presentation) line(s string) error {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	_, err := p.out.WriteString(s + "\n")
	return err
}

// text writes what a record holds, and notes which pictures and objects it
// shows.
func (p *presentation) text(r pptRecord, depth int) error {
	switch {
	case textAtom(r), r.kind == pptString:
		if r.kind == pptString {
			r.kind = pptTextChars
		}
		return p.line(atomText(r))
	case r.kind == pptOutlineRef:
		if i := at(r.body, 0).u32(); uint64(i) < uint64(len(p.texts)) {
			text := p.texts[i]
			p.texts[i] = ""
			return p.line(text)
		}
	case r.kind == pptObjectRef:
		p.places[at(r.body, 0).u32()|objectBit] = p.slide
	case r.kind == drawingProperties:
		return p.shape(r)
	case r.kind == pptComment:
		p.out.Place(p.slide + ", comment")
		err := children(r.body, func(c pptRecord) error { return p.text(c, depth+1) })
		p.out.Place(p.slide)
		return err
	case r.container && depth < deepest:
		return children(r.body, func(c pptRecord) error { return p.text(c, depth+1) })
	}
	return nil
}

// bstore reads where in their stream the pictures lie that shapes number.
func (p *presentation) bstore(document []byte) {
	p.shown = map[uint32]string{}
	for _, r := range find(document, drawingBlip, 0) {
		p.store = append(p.store, at(r.body, 28).u32())
	}
}

// shape notes the picture of a shape, and reads its texts.
func (p *presentation) shape(r pptRecord) error {
	properties := shapeProperties(r)
	if n := properties.picture; n > 0 && uint64(n) <= uint64(len(p.store)) {
		if lies := p.store[n-1]; p.shown[lies] == "" {
			p.shown[lies] = p.slide
		}
	}
	return printable.Write(p.out, properties.texts)
}

func (p *presentation) placeOfPicture(b blip) string {
	if place := p.shown[uint32(b.at)]; place != "" {
		return "image on " + place
	}
	return "image"
}

// others reads the records that no slide is made of: embedded objects, and what
// was superseded.
func (p *presentation) others() error {
	objects := map[uint32]uint32{} // the object whose storage is numbered
	for _, r := range find(p.stream, pptObjectAtom, 0) {
		c := at(r.body, 8)
		object := c.u32()
		c.u32()
		objects[c.u32()] = object
	}
	ids := map[int]uint32{}
	for id, offset := range p.objects {
		ids[offset] = id
	}
	p.texts = nil
	for offset := 0; offset < len(p.stream); {
		if err := p.out.Err(); err != nil {
			return err
		}
		r, n := nextPPT(p.stream[offset:])
		if n == 0 {
			break
		}
		from := offset
		offset += n
		id, named := ids[from]
		switch {
		case p.done[from]:
		case r.kind == pptObjectStorage:
			if err := p.storage(r, p.places[objects[id]|objectBit]); err != nil {
				return err
			}
		default:
			if err := p.superseded(r, named); err != nil {
				return err
			}
		}
	}
	return nil
}

// superseded reads a record that the last edit does not name, or that belongs to
// no slide.
func (p *presentation) superseded(r pptRecord, named bool) error {
	p.slide = "earlier version"
	if named || p.damaged != nil {
		p.slide = "presentation"
	}
	p.out.Begin("")
	p.out.Place(p.slide)
	return p.text(r, 0)
}

// storage hands over an embedded object, which is a compound file.
func (p *presentation) storage(r pptRecord, place string) error {
	const deflated = 1
	content := r.body
	var err error
	if r.instance == deflated && len(content) > 4 {
		content, err = inflate(content[4:], binary.LittleEndian.Uint32(content))
	}
	place = strings.TrimSuffix("object on "+place, " on ")
	if err != nil {
		p.out.Unexamined("", place, fmt.Errorf("%w: the object does not inflate to its end", extract.ErrDamaged))
	}
	if len(content) == 0 {
		return nil
	}
	if !p.out.Claims(content) {
		p.out.Begin("")
		p.out.Place(place)
		return printable.Write(p.out, content)
	}
	return p.out.EmbedBytes("", place, content)
}

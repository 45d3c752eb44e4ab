package font

// parseSFNT reads the character map and the glyph names of a TrueType or
// OpenType font (ISO/IEC 14496-22).
func parseSFNT(data []byte) *program {
	r := reader(data)
	if string(data[:4]) == "ttcf" {
		r = r.from(r.u32(12))
	}
	tables := map[string]reader{}
	for i := range min(r.u16(4), 64) {
		entry := r.span(12+16*i, 16)
		if len(entry) == 16 {
			tables[string(entry[:4])] = reader(data).span(entry.u32(8), entry.u32(12))
		}
	}
	p := &program{}
	if cff := tables["CFF "]; len(cff) > 4 {
		p = parseCFF(cff)
	}
	if p.runes == nil {
		p.runes = map[uint32]rune{}
	}
	if post := tables["post"]; len(p.names) == 0 {
		p.names = postNames(post)
	}
	p.readCharacters(tables["cmap"])
	if o := newOutlines(tables); o != nil {
		p.outlines = o
	}
	p.retained = !p.speaks() && len(tables["glyf"]) > 0 && tables["maxp"].u16(4) > renumbered
	return p
}

// renumbered is how many glyphs a font may have whose glyphs were given new
// numbers: only those in use, and hardly all that a Latin font has.
const renumbered = 100

// readCharacters reads all the maps there are: those of Unicode give characters,
// those of old Macintosh and Windows symbol fonts the glyphs at codes.
func (p *program) readCharacters(r reader) {
	for i := range min(r.u16(2), 32) {
		entry := r.span(4+8*i, 8)
		table := r.from(entry.u32(4))
		platform, kind := entry.u16(0), entry.u16(2)
		unicode := platform == 0 || platform == 3 && (kind == 1 || kind == 10)
		eachMapping(table, func(code, gid uint32) {
			switch {
			case unicode:
				if old, ok := p.runes[gid]; !ok || rune(code) < old {
					p.runes[gid] = rune(code)
				}
			case platform == 3 && code>>8 == 0xf0, code < 256:
				p.codes[code&0xff] = gid
			}
		})
	}
}

// maxMappings bounds what one map may say: groups of format 12 can be written
// that cover everything again and again.
const maxMappings = 1 << 17

// eachMapping calls f for what a subtable maps to glyphs other than 0.
func eachMapping(t reader, f func(code, gid uint32)) {
	left := maxMappings
	give := func(code, gid int) bool {
		if gid > 0 && gid < 1<<16 && code >= 0 {
			f(uint32(code), uint32(gid))
		}
		left--
		return left > 0
	}
	switch t.u16(0) {
	case 0:
		for code := range 256 {
			give(code, t.u8(6+code))
		}
	case 4:
		segments := t.u16(6) / 2
		for i := range segments {
			end, start := t.u16(14+2*i), t.u16(16+2*segments+2*i)
			delta, at := t.u16(16+4*segments+2*i), 16+6*segments+2*i
			for code := start; code <= end && code < 0xffff; code++ {
				gid := code + delta
				if offset := t.u16(at); offset != 0 {
					if gid = t.u16(at + offset + 2*(code-start)); gid != 0 {
						gid += delta
					}
				}
				if !give(code, gid&0xffff) {
					return
				}
			}
		}
	case 6:
		for i := range t.u16(8) {
			give(t.u16(6)+i, t.u16(10+2*i))
		}
	case 12:
		for i := range min(t.u32(12), len(t)/12) {
			start, end, gid := t.u32(16+12*i), t.u32(20+12*i), t.u32(24+12*i)
			for code := start; code <= end; code++ {
				if !give(code, gid+code-start) {
					return
				}
			}
		}
	}
}

// postNames reads the names in a post table of version 2.
func postNames(r reader) []string {
	if r.u32(0) != 0x00020000 {
		return nil
	}
	var own []string
	count := min(r.u16(32), len(r)/2)
	for at := 34 + 2*count; at < len(r); {
		n := r.u8(at)
		own = append(own, string(r.span(at+1, n)))
		at += 1 + n
	}
	names := make([]string, count)
	for i := range names {
		switch n := r.u16(34 + 2*i); {
		case n >= 3 && n <= 97: // the standard Macintosh order has ASCII from 3 on
			names[i] = hexNameOf(rune(n + usualOrder))
		case n >= 258 && n-258 < len(own):
			names[i] = own[n-258]
		}
	}
	return names
}

package policy

import "strings"

// maxSpread bounds the choices that a text is taken apart into; beyond it the text is a
// hole.
const maxSpread = 64

// Concat joins texts. A choice among them becomes a choice of texts; what is no text
// hides the whole.
func Concat(place Place, values ...*Value) *Value {
	budget := maxSpread
	return concat(place, values, &budget)
}

func concat(place Place, values []*Value, budget *int) *Value {
	if *budget <= 0 {
		return Unknown(&Reference{Name: "a text", Why: "depends on too many conditions", Place: place}, place)
	}
	*budget--
	for i, v := range values {
		if v != nil && v.Kind == Choice {
			with := func(branch *Value) *Value {
				next := append(append(append([]*Value{}, values[:i]...), branch), values[i+1:]...)
				return concat(place, next, budget)
			}
			return &Value{Kind: Choice, Place: place, Via: v.Via, Cond: v.Cond, Then: with(v.Then), Else: with(v.Else)}
		}
	}
	if only := single(values); only != nil {
		return only // a text that is a list or a map and nothing else is that
	}
	out := &Value{Kind: Text, Place: place}
	for _, v := range values {
		switch {
		case v == nil || v.Kind == Null:
		case v.Kind == Text || v.Kind == Hole:
			out.Parts = append(out.Parts, v.Parts...)
			out.Via = append(out.Via, v.Via...)
		default:
			return Unknown(&Reference{Name: "a text", Why: "holds a list or a map", Place: v.Place}, place)
		}
	}
	if len(out.Parts) == 1 && out.Parts[0].Hole != nil {
		out.Kind, out.Hole = Hole, out.Parts[0].Hole
	}
	return out
}

// single returns the one value of several that is there, if it is a list or a map.
func single(values []*Value) *Value {
	var only *Value
	for _, v := range values {
		switch {
		case v == nil || v.Kind == Null:
		case only != nil:
			return nil
		default:
			only = v
		}
	}
	if only != nil && (only.Kind == List || only.Kind == Map) {
		return only
	}
	return nil
}

// Map1 applies f to a value without choices, or to both branches of a choice.
func Map1(v *Value, f func(*Value) *Value) *Value {
	budget := maxSpread
	return map1(v, f, &budget)
}

func map1(v *Value, f func(*Value) *Value, budget *int) *Value {
	if v == nil || v.Kind != Choice {
		return f(v)
	}
	if *budget--; *budget <= 0 {
		return Unknown(&Reference{Name: "a value", Why: "depends on too many conditions", Place: v.Place}, v.Place)
	}
	return &Value{Kind: Choice, Place: v.Place, Via: v.Via, Cond: v.Cond, Then: map1(v.Then, f, budget), Else: map1(v.Else, f, budget)}
}

// Split cuts a text at a separator; holes are part of the piece that they stand in.
func Split(v *Value, separator string) *Value {
	out := &Value{Kind: List, Place: v.Place, Via: v.Via}
	if separator == "" {
		out.Items = []*Value{v}
		return out
	}
	piece := &Value{Kind: Text, Place: v.Place, Via: v.Via}
	end := func() {
		if len(piece.Parts) == 1 && piece.Parts[0].Hole != nil {
			piece.Kind, piece.Hole = Hole, piece.Parts[0].Hole
		}
		out.Items = append(out.Items, piece)
		piece = &Value{Kind: Text, Place: v.Place, Via: v.Via}
	}
	for _, p := range v.Parts {
		if p.Hole != nil {
			piece.Parts = append(piece.Parts, p)
			continue
		}
		for from := 0; ; {
			at := strings.Index(p.Text[from:], separator)
			if at < 0 {
				if from < len(p.Text) || from == 0 {
					piece.Parts = append(piece.Parts, p.Cut(from, len(p.Text)))
				}
				break
			}
			if at > 0 {
				piece.Parts = append(piece.Parts, p.Cut(from, from+at))
			}
			end()
			from += at + len(separator)
		}
	}
	end()
	return out
}

package policy

// Truth is what is known of a condition.
type Truth uint8

// The truths.
const (
	Open Truth = iota // the tree does not tell
	True
	False
)

// Not returns the opposite.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Open
}

// TruthOf returns a Truth for a bool.
func TruthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Cond is a condition: an expression of atoms. Exactly one of Atom, Nots, Ands, Ors
// counts; a Cond without any is Value.
type Cond struct {
	Value Truth
	Atom  string // names a test that the tree leaves open; equal names are the same test
	Why   string // what decides the atom
	Place Place
	Nots  *Cond
	Ands  []*Cond
	Ors   []*Cond
	// Input is the parameter whose default has decided Value, nil if none had to.
	Input *Input
}

// Always is the condition that holds.
var Always = &Cond{Value: True}

// Negate returns the opposite of a condition.
func Negate(c *Cond) *Cond { return &Cond{Nots: c} }

// And returns a condition that holds if both do; nil always holds.
func And(a, b *Cond) *Cond {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &Cond{Ands: []*Cond{a, b}}
}

// World decides the atoms that the tree leaves open.
type World struct {
	atoms map[string]bool
	// Defaults collects the inputs whose defaults have decided something on the way.
	defaults map[*Input]bool
	steps    int
}

// maxSteps bounds what is looked at in one world: values that name each other are read
// again for every name.
const maxSteps = 1 << 18

// Default is the world as the tree tells it: atoms are open.
func Default() *World { return &World{defaults: map[*Input]bool{}} }

// Defaults returns whether defaults have decided conditions that were asked for.
func (w *World) Defaults() []*Input {
	var out []*Input
	for in := range w.defaults {
		out = append(out, in)
	}
	return out
}

// Holds returns what a condition is in a world.
func (w *World) Holds(c *Cond) Truth { return w.holds(c, 0) }

// maxNesting bounds conditions that are built of each other.
const maxNesting = 200

func (w *World) holds(c *Cond, depth int) Truth {
	switch {
	case c == nil:
		return True
	case depth > maxNesting:
		return Open
	case c.Atom != "":
		if b, ok := w.atoms[c.Atom]; ok {
			return TruthOf(b)
		}
		return Open
	case c.Nots != nil:
		return w.holds(c.Nots, depth+1).Not()
	case c.Ands != nil:
		return w.junction(c.Ands, False, depth)
	case c.Ors != nil:
		return w.junction(c.Ors, True, depth)
	}
	if c.Input != nil {
		w.defaults[c.Input] = true
	}
	return c.Value
}

// junction is what conditions say together if one that is decisive decides.
func (w *World) junction(conds []*Cond, decisive Truth, depth int) Truth {
	out := decisive.Not()
	for _, c := range conds {
		switch w.holds(c, depth+1) {
		case decisive:
			return decisive
		case Open:
			out = Open
		}
	}
	return out
}

// In returns the value as it is in a world: without choices, and without the items and
// entries that are not there. A choice that the world leaves open becomes a hole.
func (v *Value) In(w *World) *Value { return v.in(w, 0) }

func (v *Value) in(w *World, depth int) *Value {
	switch {
	case v == nil:
		return nil
	case depth > maxNesting, w.steps > maxSteps:
		return Unknown(&Reference{Name: "a value", Why: "is nested too deeply, or too large"}, v.Place)
	}
	w.steps++
	switch v.Kind {
	case Choice:
		var chosen *Value
		switch w.Holds(v.Cond) {
		case True:
			chosen = v.Then.in(w, depth+1)
		case False:
			chosen = v.Else.in(w, depth+1)
		default:
			return Unknown(&Reference{Name: "a condition", Why: "is not decided"}, v.Place)
		}
		if chosen == nil {
			return nil
		}
		out := *chosen
		out.Slot = v.Place
		if len(v.Via) > 0 {
			out.Via = append(append([]Step{}, v.Via...), chosen.Via...)
		}
		return &out
	case List:
		out := *v
		out.Items = nil
		for _, x := range v.Items {
			if x := x.in(w, depth+1); x != nil && x.Kind != Null {
				if x.Kind == List && x.Spread() {
					out.Items = append(out.Items, x.Items...)
					continue
				}
				out.Items = append(out.Items, x)
			}
		}
		return &out
	case Map:
		out := *v
		out.Entries = nil
		for _, e := range v.Entries {
			if x := e.Value.in(w, depth+1); x != nil && x.Kind != Null {
				e.Value = x
				out.Entries = append(out.Entries, e)
			}
		}
		return &out
	}
	return v
}

// Spread reports whether a list that is an item of another one counts as its items: IAM
// has no lists of lists, so a choice among lists, or a parameter that holds one, does.
func (v *Value) Spread() bool { return v.Kind == List }

// maxAtoms bounds how many open conditions are tried in all combinations.
const maxAtoms = 6

// Worlds returns a world for every combination of the conditions that the values, and
// the conditions themselves, leave open; nil if there are too many.
func Worlds(conds []*Cond, values ...*Value) []*World {
	found := map[string]bool{}
	var order []string
	seen := map[*Cond]bool{}
	var visit func(c *Cond, depth int)
	visit = func(c *Cond, depth int) {
		if c == nil || depth > maxNesting || seen[c] {
			return
		}
		seen[c] = true
		if c.Atom != "" && !found[c.Atom] {
			found[c.Atom] = true
			order = append(order, c.Atom)
		}
		visit(c.Nots, depth+1)
		for _, x := range c.Ands {
			visit(x, depth+1)
		}
		for _, x := range c.Ors {
			visit(x, depth+1)
		}
	}
	for _, c := range conds {
		visit(c, 0)
	}
	for _, v := range values {
		v.Walk(func(v *Value) bool {
			if v.Kind == Choice {
				visit(v.Cond, 0)
			}
			return len(order) <= maxAtoms
		})
	}
	if len(order) > maxAtoms {
		return nil
	}
	var worlds []*World
	for bits := range 1 << len(order) {
		w := Default()
		w.atoms = map[string]bool{}
		for i, atom := range order {
			w.atoms[atom] = bits>>i&1 == 1
		}
		worlds = append(worlds, w)
	}
	return worlds
}

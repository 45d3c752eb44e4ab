package terraform

import (
	"path"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// functions are those that know more than whether all arguments are known.
var functions map[string]func(*scope, []*policy.Value, policy.Place) *policy.Value

func init() {
	first := func(_ *scope, args []*policy.Value, _ policy.Place) *policy.Value { return args[0] }
	functions = map[string]func(*scope, []*policy.Value, policy.Place) *policy.Value{
		"jsonencode": first, "yamlencode": first, "nonsensitive": first, "sensitive": first, "tostring": first,
		"tolist": first, "toset": first, "tomap": first, "tonumber": first, "tobool": first, "distinct": first,
		"sort": first, "base64encode": first, "base64decode": first, "chomp": first, "trimspace": first, "ephemeralasnull": first,
		"jsondecode": decode, "yamldecode": decode,
		"file": readFile, "templatefile": templateFile, "templatestring": templateString,
		"format": format, "formatlist": formatList, "join": join, "split": split, "replace": replace,
		"concat": concat, "setunion": concat, "flatten": flatten, "merge": merge, "compact": compact,
		"coalesce": coalesce, "coalescelist": coalesce, "try": try, "one": one, "element": element2, "lookup": lookup,
		"length": length, "keys": keys, "values": values, "zipmap": zipmap, "slice": first, "reverse": first,
		"uuid": random, "bcrypt": random, "uuidv5": derived, "sha256": derived, "sha1": derived, "md5": derived, "sha512": derived,
		"base64sha256": derived, "substr": derived, "abspath": first, "pathexpand": first, "dirname": dir, "basename": base,
	}
}

// library are the functions of go-cty that serve where all arguments are known texts.
var library = map[string]function.Function{
	"upper": stdlib.UpperFunc, "lower": stdlib.LowerFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
	"trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc, "strrev": stdlib.ReverseFunc,
}

func (s *scope) call(e *hclsyntax.FunctionCallExpr) *policy.Value {
	place := s.place(e)
	name := e.Name
	if i := strings.LastIndex(name, "::"); i >= 0 {
		name = name[i+2:]
	}
	var args []*policy.Value
	for i, x := range e.Args {
		v := s.eval(x)
		if e.ExpandFinal && i == len(e.Args)-1 {
			args = append(args, v.All()...)
			continue
		}
		args = append(args, v)
	}
	if c := s.testCall(e); c != nil && (name == "can" || name == "contains") {
		return s.operation(e)
	}
	if f, ok := library[name]; ok {
		return libraryCall(f, name, args, place)
	}
	f := functions[name]
	if f == nil || len(args) == 0 && name != "uuid" {
		return hole(place, name+"(…)", "is not carried out")
	}
	return f(s, args, place)
}

// libraryCall carries a function out if all arguments are known, and else is as unknown as
// they are.
func libraryCall(f function.Function, name string, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) == 0 {
		return hole(place, name+"(…)", "has no arguments")
	}
	return policy.Map1(args[0], func(first *policy.Value) *policy.Value {
		in := []cty.Value{}
		for i, a := range args {
			if i == 0 {
				a = first
			}
			text, ok := a.Known()
			if !ok {
				return derived(nil, []*policy.Value{first}, place)
			}
			in = append(in, cty.StringVal(text))
		}
		out, err := f.Call(in)
		if err != nil || out.Type() != cty.String || !out.IsKnown() || out.IsNull() {
			return hole(place, name+"(…)", "fails")
		}
		v := *first
		v.Parts = []policy.Part{{Text: out.AsString(), Place: place, Input: first.ByDefault()}}
		return &v
	})
}

// derived is a value made of others so that who knows those knows it: a hash, a part. What
// is missing of them is missing of it.
func derived(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return policy.Map1(args[0], func(v *policy.Value) *policy.Value {
		if holes := v.Holes(); len(holes) > 0 {
			out := policy.Unknown(holes[0], place)
			out.Via = v.Via
			return out
		}
		return v
	})
}

func random(_ *scope, _ []*policy.Value, place policy.Place) *policy.Value {
	return policy.Unknown(&policy.Reference{Name: "a random value", Origin: policy.Random, Why: "is made when it runs", Place: place}, place)
}

func decode(_ *scope, args []*policy.Value, _ policy.Place) *policy.Value {
	return policy.Map1(args[0], func(v *policy.Value) *policy.Value {
		if v == nil || v.Kind != policy.Text {
			return v
		}
		text, err := syntax.NewText(v)
		if err != nil {
			return hole(v.Place, "a text", "is not read")
		}
		n, err := text.Parse()
		if err != nil {
			return hole(v.Place, "a text", "is neither JSON nor YAML")
		}
		return text.Value(n)
	})
}

// resolved returns a path as the tree has it: ${path.module} is the module's directory.
func (s *scope) resolved(v *policy.Value) (string, bool) {
	text, ok := v.Known()
	if !ok || path.IsAbs(text) {
		return "", false
	}
	return path.Join(s.m.dir, text), true
}

func (s *scope) open(v *policy.Value) *policy.File {
	name, ok := s.resolved(v)
	if !ok {
		return nil
	}
	f := s.m.tree.Find(&policy.File{Path: "."}, name)
	if f != nil {
		s.m.read[f.Path] = true
	}
	return f
}

func readFile(s *scope, args []*policy.Value, place policy.Place) *policy.Value {
	f := s.open(args[0])
	if f == nil {
		return hole(place, "file(…)", "names a file that is not in the tree")
	}
	return policy.Literal(string(f.Text), policy.Place{File: f, End: len(f.Text)}).With(policy.Step{Place: place, Message: "the file " + path.Base(f.Path)})
}

func templateFile(s *scope, args []*policy.Value, place policy.Place) *policy.Value {
	f := s.open(args[0])
	if f == nil {
		return hole(place, "templatefile(…)", "names a file that is not in the tree")
	}
	vars := map[string]*policy.Value{}
	if len(args) > 1 {
		vars = variablesIn(args[1])
	}
	return s.rendered(f, vars).With(policy.Step{Place: place, Message: "the template " + path.Base(f.Path)})
}

// rendered carries out a template file.
func (s *scope) rendered(f *policy.File, vars map[string]*policy.Value) *policy.Value {
	whole := policy.Place{File: f, End: len(f.Text)}
	return (&scope{m: s.m, depth: s.depth + 1}).template(string(f.Text), f, whole, func(start, end int) policy.Place {
		return policy.Place{File: f, Start: start, End: end}
	}, vars)
}

func templateString(s *scope, args []*policy.Value, place policy.Place) *policy.Value {
	text, ok := args[0].Known()
	if !ok || len(args) < 2 {
		return hole(place, "templatestring(…)", "is of a text that is not known")
	}
	p := policy.Part{Text: text, Place: args[0].Place}
	if len(args[0].Parts) == 1 {
		p = args[0].Parts[0]
	}
	return (&scope{m: s.m, depth: s.depth + 1}).template(text, p.Place.File, p.Place, p.Sub, variablesIn(args[1]))
}

// variablesIn returns the entries of a map by name.
func variablesIn(v *policy.Value) map[string]*policy.Value {
	out := map[string]*policy.Value{}
	if v != nil && v.Kind == policy.Choice {
		v = populated(v)
	}
	for _, e := range v.Sure().Entries {
		out[e.Key] = e.Value
	}
	return out
}

var verb = lazyregexp.New(`%(?:\[\d+\])?[-+# 0]*\d*(?:\.\d+)?[vsdqtf]|%%`)

// format replaces the verbs of a format; widths and the like are not kept. Holes of the
// format itself stay where they are.
func format(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return policy.Map1(args[0], func(pattern *policy.Value) *policy.Value {
		if pattern == nil || pattern.Kind != policy.Text && pattern.Kind != policy.Hole {
			return hole(place, "format(…)", "has a format that is not known")
		}
		var pieces []*policy.Value
		next := 1
		for _, p := range pattern.Parts {
			if p.Hole != nil {
				pieces = append(pieces, &policy.Value{Kind: policy.Text, Place: p.Place, Parts: []policy.Part{p}})
				continue
			}
			pieces = append(pieces, formatted(p, args, &next, place)...)
		}
		return policy.Concat(place, pieces...)
	})
}

// formatted is a part of a format with its verbs replaced by the arguments from the next
// one on.
func formatted(p policy.Part, args []*policy.Value, next *int, place policy.Place) []*policy.Value {
	var pieces []*policy.Value
	plainText := func(start, end int) {
		if end > start {
			cut := p.Cut(start, end)
			pieces = append(pieces, &policy.Value{Kind: policy.Text, Place: cut.Place, Parts: []policy.Part{cut}})
		}
	}
	last := 0
	for _, m := range verb.FindAllStringIndex(p.Text, -1) {
		plainText(last, m[0])
		last = m[1]
		if p.Text[m[0]:m[1]] == "%%" {
			pieces = append(pieces, policy.Literal("%", place))
			continue
		}
		if *next < len(args) {
			pieces = append(pieces, args[*next])
		}
		*next++
	}
	plainText(last, len(p.Text))
	return pieces
}

func formatList(s *scope, args []*policy.Value, place policy.Place) *policy.Value {
	for i, a := range args {
		if a != nil && a.Kind == policy.List && i > 0 {
			out := &policy.Value{Kind: policy.List, Place: place, Via: a.Via, Input: a.Input}
			for _, x := range a.Items {
				one := append([]*policy.Value{}, args...)
				one[i] = x
				out.Items = append(out.Items, format(s, one, place))
			}
			return out
		}
	}
	return &policy.Value{Kind: policy.List, Place: place, Items: []*policy.Value{format(s, args, place)}}
}

func join(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) < 2 {
		return hole(place, "join(…)", "has no list")
	}
	return policy.Map1(args[1], func(list *policy.Value) *policy.Value {
		if list == nil || list.Kind != policy.List {
			return list
		}
		var pieces []*policy.Value
		for i, x := range list.Items {
			if i > 0 {
				pieces = append(pieces, args[0])
			}
			pieces = append(pieces, x)
		}
		return policy.Concat(place, pieces...)
	})
}

func split(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	separator, ok := args[0].Known()
	if !ok || len(args) < 2 {
		return hole(place, "split(…)", "has a separator that is not known")
	}
	return policy.Map1(args[1], func(v *policy.Value) *policy.Value {
		if v == nil || v.Kind != policy.Text {
			return v
		}
		return policy.Split(v, separator)
	})
}

func replace(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) < 3 {
		return hole(place, "replace(…)", "has too few arguments")
	}
	from, ok1 := args[1].Known()
	to, ok2 := args[2].Known()
	if !ok1 || !ok2 || len(from) > 1 && strings.HasPrefix(from, "/") {
		return derived(nil, args, place)
	}
	return policy.Map1(args[0], func(v *policy.Value) *policy.Value {
		if v == nil || v.Kind != policy.Text {
			return v
		}
		out := *v
		out.Parts = nil
		for _, p := range v.Parts {
			if p.Hole == nil && strings.Contains(p.Text, from) {
				p.Text = strings.ReplaceAll(p.Text, from, to)
				p.At = nil
			}
			out.Parts = append(out.Parts, p)
		}
		return &out
	})
}

func concat(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	out := &policy.Value{Kind: policy.List, Place: place}
	for _, a := range args {
		switch {
		case a == nil || a.Kind == policy.Null:
		case a.Kind == policy.List:
			out.Items = append(out.Items, a.Items...)
			out.Via = append(out.Via, a.Via...)
			if out.Input == nil {
				out.Input = a.Input
			}
		default: // a choice among lists, or a list that is not known
			out.Items = append(out.Items, a)
		}
	}
	return out
}

func flatten(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	out := &policy.Value{Kind: policy.List, Place: place}
	var add func(v *policy.Value, depth int)
	add = func(v *policy.Value, depth int) {
		if v != nil && v.Kind == policy.List && depth < 20 {
			for _, x := range v.Items {
				add(x, depth+1)
			}
			return
		}
		if v != nil && v.Kind != policy.Null {
			out.Items = append(out.Items, v)
		}
	}
	add(args[0], 0)
	out.Via, out.Input = args[0].Sure().Via, args[0].Sure().Input
	return out
}

func merge(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	budget := 16
	return mergeFrom(&policy.Value{Kind: policy.Map, Place: place}, args, &budget)
}

func mergeFrom(done *policy.Value, args []*policy.Value, budget *int) *policy.Value {
	for i, a := range args {
		switch {
		case a == nil || a.Kind == policy.Null:
		case a.Kind == policy.Choice && *budget > 0:
			*budget--
			with := func(branch *policy.Value) *policy.Value {
				return mergeFrom(done, append([]*policy.Value{branch}, args[i+1:]...), budget)
			}
			return &policy.Value{Kind: policy.Choice, Place: a.Place, Cond: a.Cond, Then: with(a.Then), Else: with(a.Else)}
		case a.Kind == policy.Map:
			next := *done
			next.Entries = append(append([]policy.Entry{}, done.Entries...), a.Entries...)
			done = &next
		default:
			next := *done
			next.Entries = append(append([]policy.Entry{}, done.Entries...), policy.Entry{KeyPlace: a.Place, KeyValue: a, Value: a})
			done = &next
		}
	}
	return done
}

// compact leaves out what is empty.
func compact(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	v := args[0]
	if v == nil || v.Kind != policy.List {
		return v
	}
	out := *v
	out.Items = nil
	for _, x := range v.Items {
		if text, ok := x.Known(); ok && text == "" {
			if out.Input == nil {
				out.Input = x.ByDefault()
			}
			continue
		}
		if x != nil && x.Kind != policy.Null {
			out.Items = append(out.Items, x)
		}
	}
	return &out
}

// coalesce returns the first argument that is there: a choice if that is not known.
func coalesce(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	for _, a := range args {
		text, ok := a.Known()
		switch {
		case a == nil || a.Kind == policy.Null || ok && text == "" || a.Kind == policy.List && len(a.Items) == 0:
		default:
			return a
		}
	}
	return policy.Nothing(place)
}

// try returns the first argument: what fails depends on types, which are not read.
func try(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	for _, a := range args {
		if a != nil && a.Kind != policy.Null {
			return a
		}
	}
	return policy.Nothing(place)
}

func one(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return policy.Map1(args[0], func(v *policy.Value) *policy.Value {
		if v == nil || v.Kind != policy.List {
			return v
		}
		if len(v.Items) == 0 {
			out := policy.Nothing(place)
			out.Input = v.Input
			return out
		}
		return v.Items[0]
	})
}

func element2(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) < 2 {
		return hole(place, "element(…)", "has no index")
	}
	return member(args[0], args[1], place)
}

func lookup(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) < 2 {
		return hole(place, "lookup(…)", "has no key")
	}
	v := member(args[0], args[1], place)
	if v != nil && v.Kind == policy.Null && len(args) > 2 {
		return args[2]
	}
	return v
}

func length(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return policy.Map1(args[0], func(v *policy.Value) *policy.Value {
		n := -1
		switch {
		case v == nil || v.Kind == policy.Null:
			n = 0
		case v.Kind == policy.List:
			n = len(v.Items)
			for _, x := range v.Items {
				if x != nil && x.Kind == policy.Choice {
					return hole(place, "length(…)", "depends on conditions")
				}
			}
		case v.Kind == policy.Map:
			n = len(v.Entries)
		}
		if text, ok := v.Known(); ok {
			n = len(text)
		}
		if n < 0 {
			if holes := v.Holes(); len(holes) > 0 {
				return policy.Unknown(&policy.Reference{Name: "length(" + holes[0].Name + ")", Why: "is not known", Place: place}, place)
			}
			return hole(place, "length(…)", "is not known")
		}
		out := policy.Literal(strconv.Itoa(n), place)
		out.Parts[0].Input = inputOf(v)
		out.Bare = true
		return out
	})
}

func keys(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return overElements(args[0], place, func(x element) *policy.Value { return x.key })
}

func values(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	return overElements(args[0], place, func(x element) *policy.Value { return x.value })
}

func overElements(v *policy.Value, place policy.Place, f func(element) *policy.Value) *policy.Value {
	return policy.Map1(v, func(v *policy.Value) *policy.Value {
		elements := elementsOf(v)
		if elements == nil {
			return v
		}
		out := &policy.Value{Kind: policy.List, Place: place, Via: v.Sure().Via, Input: v.Sure().Input}
		for _, x := range elements {
			out.Items = append(out.Items, f(x))
		}
		return out
	})
}

func zipmap(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if len(args) < 2 || args[0].Sure().Kind != policy.List || args[1].Sure().Kind != policy.List {
		return hole(place, "zipmap(…)", "is of lists that are not known")
	}
	out := &policy.Value{Kind: policy.Map, Place: place}
	for i, k := range args[0].Items {
		if i < len(args[1].Items) {
			text, _ := k.Known()
			out.Entries = append(out.Entries, policy.Entry{Key: text, KeyPlace: k.Place, Value: args[1].Items[i]})
		}
	}
	return out
}

func dir(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if text, ok := args[0].Known(); ok {
		return policy.Literal(path.Dir(text), place)
	}
	return args[0]
}

func base(_ *scope, args []*policy.Value, place policy.Place) *policy.Value {
	if text, ok := args[0].Known(); ok {
		return policy.Literal(path.Base(text), place)
	}
	return args[0]
}

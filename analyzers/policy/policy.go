// Package policy is what a project tells the passes: which fields and types are
// to be treated like an External ID, which functions leak, which clean, and which
// code is not to be looked at. It comes from flags and from a YAML file.
//
// The file has the expressive power (and understands the keys) of go-flow-levee's
// configuration: Sources, Sinks, Sanitizers, FieldTags and Exclude, each matched by
// a literal or a regular expression, where a part that is not named matches all. What
// levee calls a source is here beside what the passes know by themselves, unless
// BuiltinSources and BuiltinSinks say that nothing else is meant.
//
//	Sources:                      # values of these types, whatever they hold
//	- Package: example.com/crm/model
//	  Type: Contact
//	  FieldRE: ^(Token|Secret)$
//	Fields: [example.com/shop/store.Integration.Handshake]  # External IDs
//	Sinks:
//	- PackageRE: ^example\.com/audit
//	  Method: Record
//	  Kind: sent                  # logged (default), returned, sent
//	Sanitizers:
//	- MethodRE: ^Mask
//	BuiltinSources: false         # no External IDs: the sources above and annotations
//	BuiltinSinks: false           # no logs, responses, requests: the sinks above and panics
package policy

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the configuration file that is read, in bytes.
const maxFile = 1 << 20

// Config is one project's configuration. The zero value adds nothing to what the
// passes know by themselves. A copy is independent: lists and sets are replaced when
// something is added, never changed.
type Config struct {
	Message    string // appended to every diagnostic
	AllowPanic bool   // a panic with a followed value is not a leak

	OnlySources bool // nothing is followed but what the project names
	OnlySinks   bool // nothing leaks but panics and the sinks that the project names

	TellUnfinished bool // report functions that are not followed to the end

	Sources    []Source // by type: a value of the type is followed whatever it holds
	FieldTags  []Tag
	Sinks      []Sink
	Sanitizers []Func
	Exclude    []Func

	fields map[string]bool // "pkg.Type.Field" of External IDs
	types  map[string]bool // "pkg.Type", as Sources
}

// Source matches a type and its fields.
type Source struct{ Package, Type, Field Matcher }

// Func matches a function or method. Receiver is the name of the receiver's type
// without pointer and package, empty for a function.
type Func struct{ Package, Receiver, Method Matcher }

// Sink is a function that leaks what it is given.
type Sink struct {
	Func
	Kind string // "logged", "returned" or "sent"
}

// Tag marks struct fields that carry `Key:"Value"`, alone or in a comma-separated
// list, as sources.
type Tag struct{ Key, Value string }

// builtinTags need no configuration: ours, and the one levee knows.
var builtinTags = []Tag{{"deputy", "externalid"}, {"levee", "source"}}

// Matcher decides over a name. The zero Matcher accepts every name.
type Matcher struct {
	literal *string
	pattern *regexp.Regexp
}

// Literal accepts exactly s.
func Literal(s string) Matcher { return Matcher{literal: &s} }

// Match reports whether name is accepted.
func (m Matcher) Match(name string) bool {
	switch {
	case m.literal != nil:
		return *m.literal == name
	case m.pattern != nil:
		return m.pattern.MatchString(name)
	}
	return true
}

func (m Matcher) any() bool { return m.literal == nil && m.pattern == nil }

// Match reports whether the function is meant.
func (f Func) Match(pkg, receiver, name string) bool {
	return f.Package.Match(pkg) && f.Receiver.Match(receiver) && f.Method.Match(name)
}

// HasSources reports whether anything beyond what the passes find by themselves
// is followed, so that no package may be skipped as unable to see it.
func (p *Config) HasSources() bool {
	return len(p.Sources)+len(p.FieldTags)+len(p.fields)+len(p.types) > 0
}

// IsSourceType reports whether every value of the type is followed.
func (p *Config) IsSourceType(pkg, typ string) bool {
	return p.types[pkg+"."+typ] ||
		slices.ContainsFunc(p.Sources, func(s Source) bool { return s.Package.Match(pkg) && s.Type.Match(typ) })
}

// IsSourceField reports whether the field is followed because of its type. A type
// given as a flag means all its fields, unless some of them are named too.
func (p *Config) IsSourceField(pkg, typ, field string) bool {
	if key := pkg + "." + typ; p.types[key] {
		return p.fields[key+"."+field] || !p.namesFieldOf(key)
	}
	return slices.ContainsFunc(p.Sources, func(s Source) bool {
		return s.Package.Match(pkg) && s.Type.Match(typ) && s.Field.Match(field)
	})
}

func (p *Config) namesFieldOf(typ string) bool {
	for key := range p.fields {
		if strings.HasPrefix(key, typ+".") {
			return true
		}
	}
	return false
}

// IsTagged reports whether a struct tag marks its field as a source.
func (p *Config) IsTagged(tag string) bool {
	if tag == "" {
		return false
	}
	has := func(t Tag) bool {
		return slices.Contains(strings.Split(reflect.StructTag(tag).Get(t.Key), ","), t.Value)
	}
	return slices.ContainsFunc(builtinTags, has) || slices.ContainsFunc(p.FieldTags, has)
}

// IsExternalIDField reports whether the project named the field, as
// "path/of/package.Type.Field".
func (p *Config) IsExternalIDField(key string) bool { return p.fields[key] }

// SinkKind is the kind of leak a function was configured to be, empty if none.
func (p *Config) SinkKind(pkg, receiver, name string) string {
	for _, s := range p.Sinks {
		if s.Match(pkg, receiver, name) {
			return s.Kind
		}
	}
	return ""
}

// IsSanitizer reports whether what the function returns is clean.
func (p *Config) IsSanitizer(pkg, receiver, name string) bool {
	return slices.ContainsFunc(p.Sanitizers, func(f Func) bool { return f.Match(pkg, receiver, name) })
}

// IsExcluded reports whether the function's body is not to be reported on.
func (p *Config) IsExcluded(pkg, receiver, name string) bool {
	return slices.ContainsFunc(p.Exclude, func(f Func) bool { return f.Match(pkg, receiver, name) })
}

// Flags are the flags of a pass that add to the configuration, as NAME of -PASS.NAME.
// A pass without any has an empty set.
func (p *Config) Flags(pass string) *flag.FlagSet {
	flags := flag.NewFlagSet(pass, flag.ContinueOnError)
	switch pass {
	case "externalid":
		flags.Var(p.flag(each((*Config).addField)), "fields", "comma-separated fields that are External IDs: path/of/package.Type.Field")
		flags.Var(p.flag(each((*Config).addType)), "types", "comma-separated types whose values are followed: path/of/package.Type")
		flags.Var(p.builtinFlag(&p.OnlySources), "builtin", "find External IDs by themselves; false: only what is configured, tagged or annotated")
		flags.Var(p.flag(addFile), "config", fileUsage)
	case "taint":
		flags.Var(p.flag(each((*Config).addSink)), "sinks", "comma-separated functions that leak: path/of/package.Func or path/of/package.Type.Method, each with an optional =logged, =returned or =sent")
		flags.Var(p.flag(each((*Config).addSanitizer)), "sanitizers", "comma-separated functions whose result is clean")
		flags.BoolVar(&p.TellUnfinished, "unfinished", false, "report functions that are too tangled to be followed to the end")
		flags.Var(p.builtinFlag(&p.OnlySinks), "builtin", "logs, responses and requests leak by themselves; false: only panics and what is configured")
		flags.Var(p.flag(addFile), "config", fileUsage)
	}
	return flags
}

const fileUsage = "YAML file with sources, sinks and sanitizers (see analyzers/policy)"

// setting is a flag.Value that adds to a configuration each time it is set.
type setting struct {
	config *Config
	add    func(*Config, string) error
	text   string
	isBool bool
}

func (p *Config) flag(add func(*Config, string) error) flag.Value {
	return &setting{config: p, add: add}
}

// builtinFlag is true unless only what is configured counts.
func (p *Config) builtinFlag(only *bool) flag.Value {
	return &setting{config: p, text: "true", isBool: true, add: func(_ *Config, s string) error {
		builtin, err := strconv.ParseBool(s)
		*only = !builtin
		return err
	}}
}

// IsBoolFlag reports whether the flag may stand without a value.
func (f *setting) IsBoolFlag() bool { return f.isBool }

// String is what was set, for flag's help.
func (f *setting) String() string {
	if f == nil {
		return ""
	}
	return f.text
}

// Set adds a comma-separated list, or the file of that name. What is wrong changes
// nothing.
func (f *setting) Set(s string) error {
	f.text = s
	before := *f.config
	if err := f.add(f.config, s); err != nil {
		*f.config = before
		return err
	}
	return nil
}

func each(add func(*Config, string) error) func(*Config, string) error {
	return func(p *Config, list string) error {
		for item := range strings.SplitSeq(list, ",") {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			if err := add(p, item); err != nil {
				return fmt.Errorf("%q: %w", item, err)
			}
		}
		return nil
	}
}

// splitName cuts "example.com/a.b/pkg.Type.Name" after the package path, whose
// last element is taken to end at its first dot.
func splitName(s string) (pkg string, names []string, err error) {
	slash := strings.LastIndex(s, "/") + 1
	dot := strings.Index(s[slash:], ".")
	if dot <= 0 {
		return "", nil, errors.New("expected path/of/package.Name")
	}
	names = strings.Split(s[slash+dot+1:], ".")
	// The version of a gopkg.in path has a dot of its own: gopkg.in/yaml.v3.Node.
	if strings.HasPrefix(s, "gopkg.in/") && len(names) > 1 && strings.HasPrefix(names[0], "v") {
		return s[:slash+dot+1+len(names[0])], names[1:], nil
	}
	return s[:slash+dot], names, nil
}

func (p *Config) addField(s string) error { return addKey(&p.fields, s, 2) }

func (p *Config) addType(s string) error { return addKey(&p.types, s, 1) }

// addKey puts a name of n parts after the package into a copy of the set, since
// copies of a configuration share it.
func addKey(set *map[string]bool, s string, n int) error {
	_, names, err := splitName(s)
	if err != nil {
		return err
	}
	if len(names) != n {
		return errors.New("expected path/of/package" + strings.Repeat(".Name", n))
	}
	next := maps.Clone(*set)
	if next == nil {
		next = map[string]bool{}
	}
	next[s] = true
	*set = next
	return nil
}

func function(s string) (Func, error) {
	pkg, names, err := splitName(s)
	if err != nil {
		return Func{}, err
	}
	switch len(names) {
	case 1:
		return Func{Literal(pkg), Literal(""), Literal(names[0])}, nil
	case 2:
		return Func{Literal(pkg), Literal(strings.Trim(names[0], "(*)")), Literal(names[1])}, nil
	}
	return Func{}, errors.New("expected path/of/package.Func or path/of/package.Type.Method")
}

func (p *Config) addSink(s string) error {
	name, kind, _ := strings.Cut(s, "=")
	fn, err := function(name)
	if err != nil {
		return err
	}
	if kind, err = sinkKind(kind); err != nil {
		return err
	}
	p.Sinks = append(slices.Clone(p.Sinks), Sink{fn, kind})
	return nil
}

func sinkKind(kind string) (string, error) {
	switch kind {
	case "":
		return "logged", nil
	case "logged", "returned", "sent":
		return kind, nil
	}
	return "", fmt.Errorf("kind %q is none of logged, returned, sent", kind)
}

func (p *Config) addSanitizer(s string) error {
	fn, err := function(s)
	if err != nil {
		return err
	}
	p.Sanitizers = append(slices.Clone(p.Sanitizers), fn)
	return nil
}

func addFile(p *Config, name string) error {
	if name == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("read the policy: %w", err)
	}
	if info.Size() > maxFile {
		return fmt.Errorf("read the policy %s: larger than %d bytes", name, maxFile)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the policy: %w", err)
	}
	if err := p.add(data); err != nil {
		return fmt.Errorf("policy %s: %w", name, err)
	}
	return nil
}

// ReadFile adds a YAML file.
func (p *Config) ReadFile(name string) error { return addFile(p, name) }

// AddField adds a field that is an External ID: "path/of/package.Type.Field".
func (p *Config) AddField(field string) error { return p.addField(field) }

// add merges a YAML document into p. A key that is not known is an error: a
// misspelt policy must not pass silently for an empty one.
func (p *Config) add(data []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return err
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil
	}
	root := doc.Content[0]
	return mapping(root, map[string]func(*yaml.Node) error{
		"reportmessage":             func(n *yaml.Node) error { return n.Decode(&p.Message) },
		"allowpanicontaintedvalues": func(n *yaml.Node) error { return n.Decode(&p.AllowPanic) },
		"builtinsources":            func(n *yaml.Node) error { return builtin(n, &p.OnlySources) },
		"builtinsinks":              func(n *yaml.Node) error { return builtin(n, &p.OnlySinks) },
		"useear":                    ignored, // levee's choice of its engine
		"eartaintcallspan":          ignored,
		"fields":                    func(n *yaml.Node) error { return p.strings(n, p.addField) },
		"types":                     func(n *yaml.Node) error { return p.strings(n, p.addType) },
		"fieldtags":                 func(n *yaml.Node) error { return list(n, p.addTagNode) },
		"sources":                   func(n *yaml.Node) error { return list(n, p.addSourceNode) },
		"sinks":                     func(n *yaml.Node) error { return list(n, p.addSinkNode) },
		"sanitizers":                func(n *yaml.Node) error { return list(n, into(&p.Sanitizers)) },
		"exclude":                   func(n *yaml.Node) error { return list(n, into(&p.Exclude)) },
	})
}

func ignored(*yaml.Node) error { return nil }

func builtin(n *yaml.Node, only *bool) error {
	on := true
	err := n.Decode(&on)
	*only = !on
	return err
}

// target is the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (p *Config) strings(n *yaml.Node, add func(string) error) error {
	return list(n, func(item *yaml.Node) error { return add(target(item).Value) })
}

func list(n *yaml.Node, item func(*yaml.Node) error) error {
	if n = target(n); isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: expected a list", n.Line)
	}
	for _, c := range n.Content {
		if err := item(c); err != nil {
			return fmt.Errorf("line %d: %w", c.Line, err)
		}
	}
	return nil
}

// mapping hands each value of a mapping to the function of its key, whose case
// does not matter.
func mapping(n *yaml.Node, keys map[string]func(*yaml.Node) error) error {
	if n = target(n); n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: expected a mapping", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		set, known := keys[strings.ToLower(n.Content[i].Value)]
		if !known {
			return fmt.Errorf("line %d: unknown key %q", n.Content[i].Line, n.Content[i].Value)
		}
		if err := set(n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// matchers offers "name" and "nameRE" for each matcher. A key without a value names
// nothing; an empty text is one that only the empty name matches.
func matchers(parts map[string]*Matcher) map[string]func(*yaml.Node) error {
	keys := map[string]func(*yaml.Node) error{}
	for name, m := range parts {
		text := func(set func(string) error) func(*yaml.Node) error {
			return func(n *yaml.Node) error {
				switch n = target(n); {
				case isNull(n):
					return nil
				case n.Kind != yaml.ScalarNode:
					return fmt.Errorf("line %d: expected a text", n.Line)
				case !m.any():
					return fmt.Errorf("line %d: only one of %s and %sRE can be given", n.Line, name, name)
				}
				return set(n.Value)
			}
		}
		keys[name] = text(func(s string) error {
			*m = Literal(s)
			return nil
		})
		keys[name+"re"] = text(func(s string) (err error) {
			m.pattern, err = regexp.Compile(s)
			return err
		})
	}
	return keys
}

func (p *Config) addSourceNode(n *yaml.Node) error {
	var s Source
	err := mapping(n, matchers(map[string]*Matcher{"package": &s.Package, "type": &s.Type, "field": &s.Field}))
	p.Sources = append(slices.Clone(p.Sources), s)
	return err
}

func funcKeys(f *Func) map[string]func(*yaml.Node) error {
	return matchers(map[string]*Matcher{"package": &f.Package, "receiver": &f.Receiver, "method": &f.Method})
}

func into(fs *[]Func) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		var f Func
		err := mapping(n, funcKeys(&f))
		*fs = append(slices.Clone(*fs), f)
		return err
	}
}

func (p *Config) addSinkNode(n *yaml.Node) error {
	s := Sink{Kind: "logged"}
	keys := funcKeys(&s.Func)
	keys["kind"] = func(n *yaml.Node) (err error) { s.Kind, err = sinkKind(n.Value); return err }
	err := mapping(n, keys)
	p.Sinks = append(slices.Clone(p.Sinks), s)
	return err
}

func (p *Config) addTagNode(n *yaml.Node) error {
	var t Tag
	err := mapping(n, map[string]func(*yaml.Node) error{
		"key":   func(n *yaml.Node) error { return n.Decode(&t.Key) },
		"value": func(n *yaml.Node) error { return n.Decode(&t.Value) },
	})
	if err == nil && (t.Key == "" || t.Value == "") {
		err = errors.New("a field tag needs a key and a value, got " + strconv.Quote(t.Key) + " and " + strconv.Quote(t.Value))
	}
	p.FieldTags = append(slices.Clone(p.FieldTags), t)
	return err
}

package gitleaksrules

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// config is the file as it stands.
type config struct {
	Title       string
	Description string
	MinVersion  string
	Extend      struct {
		Path          string
		URL           string
		UseDefault    bool
		DisabledRules []string
	}
	RawRules   []toml.Primitive `toml:"rules"`
	Rules      []ruleConfig     `toml:"-"`
	Allowlist  *allowConfig     // older form of Allowlists
	Allowlists []allowConfig
}

type ruleConfig struct {
	ID          string
	Description string
	Path        string
	Regex       string
	SecretGroup int
	Entropy     float64
	Keywords    []string
	Tags        []string
	Allowlist   *allowConfig // older form of Allowlists
	Allowlists  []allowConfig
	Required    []requiredConfig
	SkipReport  bool

	file    *file  // that it was read from
	unknown string // a key of its that is none of gitleaks', "" if there is none
}

type requiredConfig struct {
	ID                         string
	WithinLines, WithinColumns *int
}

type allowConfig struct {
	Description string
	TargetRules []string
	Condition   string
	Commits     []string
	Paths       []string
	RegexTarget string
	Regexes     []string
	Stopwords   []string

	file *file // that it was read from
}

// file is what errors point into.
type file struct {
	name string
	data []byte
}

// errorf returns an error about the first line that holds one of the texts, which
// are sought in order.
func (f *file) errorf(texts []string, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	for _, text := range texts {
		if i := bytes.Index(f.data, []byte(text)); text != "" && i >= 0 {
			return fmt.Errorf("%s:%d: %s", f.name, f.line(i), message)
		}
	}
	return fmt.Errorf("%s: %s", f.name, message)
}

// line returns the number of the line that holds an offset.
func (f *file) line(offset int) int {
	return 1 + bytes.Count(f.data[:min(max(0, offset), len(f.data))], []byte("\n"))
}

// typePrefix is how toml begins errors about values that do not fit. Of a key that
// stands in several tables of a list it tells the line of the last.
var typePrefix = lazyregexp.New(`^toml: (?:line (\d+) )?\(last key "(?:rules\.)?(.*?)"\): `)

// tomlError adds the place to an error of toml's: that of one of the texts, if
// there are any, else what the error itself says.
func (f *file) tomlError(err error, near ...string) error {
	var at toml.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s:%d: %s", f.name, f.line(at.Position.Start), at.Message)
	}
	message := err.Error()
	m := typePrefix.FindStringSubmatch(message)
	if m == nil {
		return f.errorf(near, "%s", message)
	}
	message = m[2] + ": " + message[len(m[0]):]
	if len(near) == 0 && m[1] != "" {
		return fmt.Errorf("%s:%s: %s", f.name, m[1], message)
	}
	return f.errorf(near, "%s", message)
}

// Bounds of what is read.
const (
	maxFile    = 1 << 20 // ten times gitleaks' own
	maxExtends = 2       // as many as gitleaks follows
)

// reader reads files, each of which goes into the digest, too.
type reader struct{ digest io.Writer }

// read reads a configuration and those it extends. Warnings are what the file
// asks for and does not get.
func (r reader) read(name string, depth int) (*config, []string, error) {
	data, err := readFile(name)
	if err != nil {
		return nil, nil, err
	}
	_, _ = fmt.Fprintf(r.digest, "%d ", len(data)) // a hash takes everything
	_, _ = r.digest.Write(data)
	f := &file{name, data}
	if at, deep := tooDeep(data); deep {
		return nil, nil, fmt.Errorf("%s:%d: nested deeper than %d levels, or a key longer than %d bytes", name, f.line(at), maxNesting, maxKey)
	}
	c := &config{}
	meta, err := toml.Decode(string(data), c)
	if err != nil {
		return nil, nil, f.tomlError(err)
	}
	for _, raw := range c.RawRules {
		rule, err := f.rule(meta, raw)
		if err != nil {
			return nil, nil, err
		}
		c.Rules = append(c.Rules, rule)
	}
	var warnings []string
	for _, key := range meta.Undecoded() {
		warnings = append(warnings, fmt.Sprintf("%s: nothing is known of %q", name, key))
	}
	if tooNew(c.MinVersion) {
		warnings = append(warnings, fmt.Sprintf("%s: minVersion %q: what gitleaks knows since %d.%d is not known here", name, c.MinVersion, newest[0], newest[1]))
	}
	if c.Allowlists, err = oneForm(c.Allowlist, c.Allowlists); err != nil {
		return nil, nil, f.errorf([]string{"[allowlist]"}, "%v", err)
	}
	for i := range c.Allowlists {
		c.Allowlists[i].file = f
	}
	more, err := r.extend(c, f, depth)
	return c, append(warnings, more...), err
}

// rule decodes one of the rules.
func (f *file) rule(meta toml.MetaData, raw toml.Primitive) (ruleConfig, error) {
	var name struct{ ID string }
	_ = meta.PrimitiveDecode(raw, &name) // is asked for again below
	r := ruleConfig{file: f, ID: name.ID}
	if err := meta.PrimitiveDecode(raw, &r); err != nil {
		return r, f.tomlError(err, r.named(), "[[rules]]")
	}
	r.unknown = unknownKey(meta, raw)
	var err error
	if r.Allowlists, err = oneForm(r.Allowlist, r.Allowlists); err != nil {
		return r, f.errorf([]string{r.named()}, "rule %q: %v", r.ID, err)
	}
	for i := range r.Allowlists {
		r.Allowlists[i].file = f
	}
	return r, nil
}

// ruleKeys are the keys of a rule that gitleaks knows, in lower case.
var ruleKeys = func() map[string]bool {
	keys := map[string]bool{}
	t := reflect.TypeFor[ruleConfig]()
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			keys[strings.ToLower(t.Field(i).Name)] = true
		}
	}
	return keys
}()

// unknownKey returns a key of a rule that gitleaks does not know, as betterleaks has some. What
// such a key means for the rule is not known either.
func unknownKey(meta toml.MetaData, raw toml.Primitive) string {
	var all map[string]any
	if meta.PrimitiveDecode(raw, &all) != nil {
		return "" // the rule itself was decoded
	}
	var unknown []string
	for key := range all {
		if !ruleKeys[strings.ToLower(key)] {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	return strings.Join(unknown, ", ")
}

// newest is the version of gitleaks whose configuration is read.
var newest = [2]int{8, 30}

// tooNew reports whether a file asks for a later version than we read.
func tooNew(version string) bool {
	var major, minor int
	n, _ := fmt.Sscanf(strings.TrimPrefix(strings.TrimSpace(version), "v"), "%d.%d", &major, &minor)
	return n > 0 && (major > newest[0] || major == newest[0] && minor > newest[1])
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxFile>>20)
	}
	return data, nil
}

// oneForm returns the allowlists of either form; gitleaks refuses both, too.
func oneForm(old *allowConfig, list []allowConfig) ([]allowConfig, error) {
	switch {
	case old == nil:
		return list, nil
	case len(list) > 0:
		return nil, errors.New("allowlist and allowlists exclude each other")
	}
	return []allowConfig{*old}, nil
}

// named is the text that names the rule in its file.
func (r *ruleConfig) named() string { return `"` + r.ID + `"` }

// extend adds what another file says to c; what c says goes before it.
func (r reader) extend(c *config, f *file, depth int) (warnings []string, err error) {
	e := c.Extend
	switch {
	case e.URL != "":
		return nil, f.errorf([]string{e.URL}, "extend.url is not supported")
	case e.Path != "" && e.UseDefault:
		return nil, f.errorf([]string{"useDefault"}, "extend.path and extend.useDefault exclude each other")
	case e.UseDefault:
		return []string{f.name + ": extend.useDefault adds nothing: the built-in rules take the place of gitleaks' own"}, nil
	case e.Path == "":
		return nil, nil
	case depth >= maxExtends:
		return []string{fmt.Sprintf("%s: extend.path is not followed: it is the %dth file", f.name, depth+1)}, nil
	}
	base, warnings, err := r.read(besides(e.Path, f.name), depth+1)
	if err != nil {
		return nil, f.errorf([]string{e.Path}, "extend.path: %v", err)
	}
	for _, id := range e.DisabledRules {
		if !slices.ContainsFunc(base.Rules, func(r ruleConfig) bool { return r.ID == id }) {
			warnings = append(warnings, fmt.Sprintf("%s: disabledRules: %s has no rule %q", f.name, e.Path, id))
		}
	}
	for _, rule := range base.Rules {
		if slices.Contains(e.DisabledRules, rule.ID) {
			continue
		}
		if i := slices.IndexFunc(c.Rules, func(r ruleConfig) bool { return r.ID == rule.ID }); i >= 0 {
			c.Rules[i] = merged(rule, c.Rules[i])
			continue
		}
		c.Rules = append(c.Rules, rule)
	}
	c.Allowlists = append(c.Allowlists, base.Allowlists...)
	return warnings, nil
}

// besides finds a file as gitleaks does, from the current directory, or else next
// to the file that names it.
func besides(name, from string) string {
	if _, err := os.Stat(name); err == nil || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(from), name)
}

// merged returns base with what a rule of the same ID says instead.
func merged(base, over ruleConfig) ruleConfig {
	if over.Description != "" {
		base.Description = over.Description
	}
	if over.Regex != "" {
		base.Regex, base.file = over.Regex, over.file
	}
	if over.Path != "" {
		base.Path = over.Path
	}
	if over.SecretGroup != 0 {
		base.SecretGroup = over.SecretGroup
	}
	if over.Entropy != 0 {
		base.Entropy = over.Entropy
	}
	base.Keywords = append(slices.Clone(base.Keywords), over.Keywords...)
	base.Allowlists = append(slices.Clone(base.Allowlists), over.Allowlists...)
	base.Required = append(slices.Clone(base.Required), over.Required...)
	base.unknown = cmp.Or(over.unknown, base.unknown)
	base.SkipReport = base.SkipReport || over.SkipReport
	return base
}

// parse reads a pattern, with an error that says where it stands.
func (f *file) parse(what, pattern, near string) (*syntax.Regexp, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, f.errorf([]string{pattern, firstLine(pattern), near}, "%s: %v", what, err)
	}
	return re, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

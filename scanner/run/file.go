package run

import (
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/deputy-sec/deputy/internal/yamlfile"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
)

// FileName is what a configuration file is called, beside what it is for or above.
const FileName = ".deputy.yaml"

// maxConfig bounds a configuration file, in bytes: nobody writes a larger one.
const maxConfig = 1 << 20

// FindFile returns the configuration file for a target: the one in its directory or the
// nearest above, up to the top of its repository; "" if there is none. A stream and a URL
// have none.
func FindFile(target string) string { return findAbove(target, FileName) }

// BaselineName is what a baseline is called that is used without being asked for.
const BaselineName = ".deputy-baseline.json"

// FindBaseline returns the baseline beside a target or the nearest above, up to the top of
// its repository; "" if there is none.
func FindBaseline(target string) string { return findAbove(target, BaselineName) }

// GitleaksName is what gitleaks calls its configuration.
const GitleaksName = ".gitleaks.toml"

// FindGitleaks returns the configuration of gitleaks beside a target or the nearest above, up
// to the top of its repository; "" if there is none.
func FindGitleaks(target string) string { return findAbove(target, GitleaksName) }

// FindIgnored returns the ignore files beside a target or the nearest above.
func FindIgnored(target string) []string {
	var files []string
	for _, name := range []string{ignore.FileName, ignore.GitleaksFileName} {
		if file := findAbove(target, name); file != "" {
			files = append(files, file)
		}
	}
	return files
}

// findAbove returns a regular file of a name in a target's directory or the nearest above.
func findAbove(target, file string) string {
	for dir := range above(target) {
		name := filepath.Join(dir, file)
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// above yields a target's directory and those above it, up to the top of its repository.
// Links are resolved first: what lies above is that of the target itself.
func above(target string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if target == "-" || strings.Contains(target, "://") {
			return
		}
		dir, err := filepath.Abs(target)
		if err != nil {
			return
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = filepath.Dir(dir)
		}
		for yield(dir) && !isTop(dir) {
			dir = filepath.Dir(dir)
		}
	}
}

// isTop reports whether a directory is the top of a repository, or of all.
func isTop(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil || filepath.Dir(dir) == dir
}

// NewBaseline returns where the baseline of a target belongs that has none yet: at the top
// of the repository around the current directory if the target lies in that, so that every
// scan of it finds the baseline, and else in the current directory.
func NewBaseline(target string) string {
	here, top := "", ""
	for dir := range above(".") {
		if here == "" {
			here = dir
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			top = dir
		}
	}
	for dir := range above(target) {
		if top == "" || dir != top {
			continue
		}
		if rel, err := filepath.Rel(here, filepath.Join(top, BaselineName)); err == nil {
			return rel
		}
	}
	return BaselineName
}

// ReadFile reads a configuration file over what a configuration says so far, and returns
// the keys that it sets, with the line of each. The names of files in it are relative to
// its directory. An error names the file and the line.
func ReadFile(name string, c *Config) (keys map[string]int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxConfig {
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxConfig>>20)
	}
	if keys, err = yamlfile.Decode(data, c); err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	dir := filepath.Dir(name)
	for _, file := range []*string{&c.Accounts, &c.Baseline, &c.KeyFile} {
		if _, ok := keys[keyOf(c, file)]; ok {
			*file = relativeTo(dir, *file)
		}
	}
	for key, files := range map[string][]string{"rules": c.Rules, "ignore": c.Ignore} {
		if _, ok := keys[key]; ok {
			for i := range files {
				files[i] = relativeTo(dir, files[i])
			}
		}
	}
	return keys, nil
}

func relativeTo(dir, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// keyOf returns the key of a field at the top of a configuration.
func keyOf(c *Config, field *string) string {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if v.Field(i).Addr().Interface() == any(field) {
			return yamlfile.Name(v.Type().Field(i))
		}
	}
	return ""
}

// Keys lists what a configuration file can set, in the order of the configuration.
func Keys() []string {
	var names []string
	var list func(t reflect.Type)
	list = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			switch name := yamlfile.Name(f); {
			case strings.Contains(f.Tag.Get("yaml"), ",inline"):
				list(f.Type)
			case name != "-":
				names = append(names, name)
			}
		}
	}
	list(reflect.TypeFor[Config]())
	return names
}

// Value returns what a configuration says under a key, as the file would have it.
func (c *Config) Value(key string) (string, error) {
	var n yaml.Node
	if err := n.Encode(c); err != nil {
		return "", err
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			onOneLine(n.Content[i+1])
			text, err := yaml.Marshal(n.Content[i+1])
			return strings.TrimSpace(string(text)), err
		}
	}
	return "", fs.ErrNotExist
}

func onOneLine(n *yaml.Node) {
	n.Style = yaml.FlowStyle
	if n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, inner := range n.Content {
		onOneLine(inner)
	}
}

// Package yamlfile reads configuration files into structs. A key that a struct has not is
// an error with a proposal, and every error begins with its line.
package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/deputy-sec/deputy/internal/suggest"
)

// Decode decodes a file into the struct that into points to, over what it says so far. It
// returns the keys at the top that the file sets, with the line of each. Errors begin with
// the line, as in "3: …".
func Decode(data []byte, into any) (map[string]int, error) {
	var doc yaml.Node
	switch err := yaml.Unmarshal(data, &doc); {
	case err != nil:
		return nil, yamlError(err)
	case len(doc.Content) == 0: // nothing, or comments alone
		return nil, nil
	}
	root := doc.Content[0]
	keys := map[string]int{}
	if err := known(root, reflect.TypeOf(into), keys); err != nil {
		return nil, err
	}
	if err := root.Decode(into); err != nil {
		return nil, yamlError(err)
	}
	return keys, nil
}

// yamlError takes what the library says of the first mistake, and begins with its line.
func yamlError(err error) error {
	message := err.Error()
	var several *yaml.TypeError
	if errors.As(err, &several) && len(several.Errors) > 0 {
		message = several.Errors[0]
	}
	message = strings.TrimPrefix(message, "yaml: ")
	if at, rest, ok := strings.Cut(strings.TrimPrefix(message, "line "), ": "); ok && at != message {
		return fmt.Errorf("%s: %s", at, rest)
	}
	return fmt.Errorf("1: %s", message)
}

// known returns an error for a key that a type has not, with the line and a proposal.
// keys takes the ones at the top.
func known(n *yaml.Node, t reflect.Type, keys map[string]int) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case n.Kind == yaml.AliasNode:
		return fmt.Errorf("%d: aliases are not read", n.Line)
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			if err := known(item, t.Elem(), nil); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		fields := map[string]reflect.Type{}
		fieldsOf(t, fields)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			field, ok := fields[key.Value]
			if !ok {
				return fmt.Errorf("%d: unknown key %q%s", key.Line, key.Value, suggest.DidYouMean(key.Value, namesOf(fields)))
			}
			if keys != nil {
				keys[key.Value] = key.Line
			}
			if err := known(value, field, nil); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct && n.Kind != yaml.ScalarNode:
		return fmt.Errorf("%d: want keys and values", n.Line)
	}
	return nil
}

// fieldsOf lists the keys of a struct, those of inlined ones included.
func fieldsOf(t reflect.Type, into map[string]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := Name(f)
		switch {
		case strings.Contains(f.Tag.Get("yaml"), ",inline"):
			fieldsOf(f.Type, into)
		case name != "-":
			into[name] = f.Type
		}
	}
}

// Name returns the key of a field, "-" if it has none.
func Name(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

func namesOf(fields map[string]reflect.Type) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	return names
}

package syntax

import (
	"bytes"

	"github.com/deputy-sec/deputy/checks/policy"
)

// Documents reads a file as JSON if it begins as such, else, or if JSON refuses it, as
// YAML.
func Documents(file *policy.File) ([]*Node, error) {
	text, base := file.Text, 0
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		text, base = text[3:], 3
	}
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		n, err := JSON(file, text, base)
		if err == nil {
			return []*Node{n}, nil
		}
		if nodes, yamlErr := YAML(file, text, base); yamlErr == nil {
			return nodes, nil
		}
		return nil, err
	}
	return YAML(file, text, base)
}

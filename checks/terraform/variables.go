package terraform

import (
	"bytes"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deputy-sec/deputy/checks/policy"
)

// parseAttributes reads a file of values for variables.
func parseAttributes(file *policy.File) (map[string]expr, error) {
	if !shallow(file.Text) {
		return nil, errDepth
	}
	parsed, diags := hclsyntax.ParseConfig(file.Text, file.Path, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fault("HCL", diags)
	}
	out := map[string]expr{}
	if body, ok := parsed.Body.(*hclsyntax.Body); ok {
		out, _ = bodyOf(file, body)
	}
	return out, nil
}

// patternIn returns the expression that a validation matches a variable against:
// can(regex("…", var.x)).
func patternIn(e expr) string {
	h, ok := e.(hclExpr)
	if !ok {
		return ""
	}
	pattern := ""
	_ = hclsyntax.VisitAll(h.e, func(n hclsyntax.Node) hcl.Diagnostics {
		if c, ok := n.(*hclsyntax.FunctionCallExpr); ok && (c.Name == "regex" || c.Name == "regexall") && len(c.Args) == 2 && pattern == "" {
			if t, ok := c.Args[0].(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
				if v, diags := t.Value(nil); !diags.HasErrors() {
					pattern = v.AsString()
				}
			}
		}
		return nil
	})
	return pattern
}

// Is reports whether a text is HCL that declares what a module does: names lie, as
// main.tf.example does.
func Is(text []byte) bool {
	for _, word := range [][]byte{[]byte("resource \""), []byte("data \""), []byte("module \""), []byte("variable \""), []byte("provider \"")} {
		for at := 0; ; {
			i := bytes.Index(text[at:], word)
			if i < 0 {
				break
			}
			at += i
			if line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]; len(bytes.TrimSpace(line)) == 0 {
				return true
			}
			at += len(word)
		}
	}
	return false
}

// IsModule reports whether a file of a name is part of the module in its directory:
// Terraform itself goes by names.
func IsModule(name string) bool {
	for _, ending := range []string{".tf", ".tofu", ".tf.json", ".tofu.json", ".auto.tfvars"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return path.Base(name) == "terraform.tfvars"
}

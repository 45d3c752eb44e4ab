package externalid

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// reference reports whether a literal names a place where a value is kept: a
// condition key, an ARN, a URL, a path, an environment variable.
func reference(v string) bool {
	for _, prefix := range []string{"sts:", "aws:", "iam:", "arn:", "ssm:", "http:", "https:", "file:", "/", "./", "-", "var.", "local.", "data.", "env:", "Ref:"} {
		if strings.HasPrefix(v, prefix) {
			return true
		}
	}
	if strings.HasSuffix(v, "ExternalId") || strings.HasSuffix(v, "ExternalID") || strings.HasSuffix(v, "xternalIdType") {
		return true // the name that another program knows it by
	}
	return strings.Contains(v, "_") && strings.ToUpper(v) == v && !strings.ContainsAny(v, "0123456789") ||
		strings.Contains(v, "::") || strings.Contains(strings.ToLower(v), "secretsmanager")
}

func evidence(m strength.Measure) []string {
	switch {
	case m.Weak != "":
		return []string{m.Weak}
	case m.UUID:
		return []string{"the value is a UUID"}
	}
	return []string{fmt.Sprintf("the value is random, of %d characters", len(m.Text))}
}

// evident reports whether a value without quotes is one, and not the name of a
// variable.
func evident(m strength.Measure, n name, v notation.Literal) bool {
	if m.Random {
		return m.UUID || !strings.ContainsAny(v.Text, ".") && !namesItself(v.Text)
	}
	if !v.Alone && !n.flag || !n.link && strings.ContainsAny(v.Text, ".:/@") || n.phrase {
		return false
	}
	if strings.ContainsAny(v.Text, "0123456789-") {
		return true
	}
	return v.Alone && (n.flag || n.tag) && !m.Sample
}

// namesItself reports whether a word is the name of an External ID, and not its value.
func namesItself(v string) bool {
	plain := notation.Plain([]byte(v))
	return strings.Contains(plain, "externalid") || strings.Contains(plain, "extid")
}

// Placeholder reports whether a value only shows where an External ID goes.
func Placeholder(value string) bool { return strength.Of(value).Sample || reference(value) }

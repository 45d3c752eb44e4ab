package tables

import (
	"strings"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// Carrier is how types are called that are filled to be sent: out of sight, their
// setters are taken for what their name says.
var Carrier = lazyregexp.New(`(?i)(headers?|values|params|query|form|metadata|message|msg|request|builder)$`)

// hands and binds are how methods and functions out of sight are called that take a
// value out of a request, or fill something from it.
var (
	TakesFromRequest = lazyregexp.New(`^(Get)?(Query|Param|Path|Form|PostForm|Header|Cookie|URLParam|Body|RawBody|Input)`)
	BindsRequest     = lazyregexp.New(`(?i)^(decode|parse|bind|read|unmarshal|should_?bind|must_?bind|extract|load)`)
)

// LooksUp recognises functions whose result is found by their argument, not made
// of it.
func LooksUp(name string) bool {
	for _, p := range []string{"Get", "Find", "Lookup", "Fetch", "Load", "Read", "Resolve", "Query", "Select"} {
		if strings.HasPrefix(strings.ToUpper(name[:1])+name[1:], p) {
			return true
		}
	}
	return false
}

// Checks recognises functions that look at a value and do no more.
func Checks(name string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"valid", "check", "is", "has", "parse", "equal", "compare", "verifyformat", "match", "bind", "decode", "unmarshal"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// MaskWords are what functions that take the secret out of a value are called.
var MaskWords = []string{"mask", "redact", "obfuscat", "censor", "scrub", "anonymi", "sanitiz", "sanitis", "encrypt", "hash", "hmac", "fingerprint", "digest", "checksum", "seal", "truncatesecret", "hidesecret"}

// HoldsMask reports whether a literal holds the characters of a mask.
func HoldsMask(literal string) bool {
	l := strings.ToLower(literal)
	return strings.Contains(l, "***") || strings.Contains(l, "•") || strings.Contains(l, "redacted") || strings.Contains(l, "xxxx") || l == `"*"` || l == `'*'`
}

// IsTemplate reports whether a package is one of the standard library's for templates.
func IsTemplate(pkg string) bool { return pkg == "text/template" || pkg == "html/template" }

// IsSecretName recognises a type that redacts by its trade, where the body of its
// methods is not at hand.
func IsSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"secret", "redact", "masked", "sensitive", "hidden", "private"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

package token

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
)

// password says how sure it is that a text is somebody's password and not a
// reference, a placeholder or a default: 0 for those, at most 0.9.
func password(user, pass string) float64 {
	if decoded, err := url.PathUnescape(pass); err == nil {
		pass = decoded
	}
	switch {
	case len(pass) < 5 || strings.EqualFold(pass, user) || placeholder.Words(pass).Whole || placeholder.Words(placeholder.Spoken(pass)).Whole:
		return 0
	case reference(pass) || placeholder.Random(pass):
		return 0
	}
	if made := strings.ToLower(placeholder.Spoken(pass)); strings.Contains(made, "pass") || strings.Contains(made, "pwd") || strings.Contains(made, "secret") {
		return 0.4 // somebody's, or an author's idea of one
	}
	classes := 0
	for _, set := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(pass, set) {
			classes++
		}
	}
	if strings.IndexFunc(pass, func(r rune) bool { return r < 0x80 && !isAlnum(byte(r)) }) >= 0 {
		classes++
	}
	switch {
	case classes >= 3 && len(pass) >= 8 || len(pass) >= 20 && classes >= 2:
		return 0.9
	case classes >= 2 && len(pass) >= 8:
		return 0.7
	case len(pass) >= 16: // an app password is sixteen small letters
		return 0.6
	}
	return 0.4 // a word, or a number: somebody's password or an example's
}

// reference reports whether a text stands for a value that is filled in later.
func reference(s string) bool {
	if strings.ContainsAny(s, "{}<>[]`\\\"") || strings.Contains(s, "$(") || strings.Contains(s, "...") || strings.Contains(s, "***") || strings.Contains(s, "…") {
		return true
	}
	if rest, ok := strings.CutPrefix(s, "$"); ok && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == "" {
		return true
	}
	if rest, ok := strings.CutPrefix(s, "%"); ok && (rest == "s" || rest == "v" || rest == "d" || rest == "q" || strings.HasPrefix(rest, "(") || strings.HasSuffix(rest, "%")) {
		return true
	}
	if rest, ok := strings.CutPrefix(s, ":"); ok && rest != "" { // :password, as in a route
		return true
	}
	return strings.HasPrefix(s, "@") || strings.ToUpper(s) == s && strings.ContainsAny(s, "_") && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// localHost reports whether a host is one that only the writer's own machine or
// network of containers resolves, or that RFC 2606 and RFC 6761 reserve for
// examples.
func localHost(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsUnspecified()
	}
	if !strings.Contains(host, ".") {
		return true
	}
	labels := strings.Split(host, ".")
	top := labels[len(labels)-1]
	switch top {
	case "local", "localhost", "localdomain", "test", "example", "invalid", "internal", "lan", "svc", "tld":
		return true
	}
	for _, label := range labels {
		if strings.Contains(label, "example") || label == "host" || label == "hostname" || label == "domain" || label == "yourdomain" || label == "mydomain" ||
			label == "company" || label == "mycompany" || label == "yourcompany" || label == "myserver" || label == "acme" || label == "foo" || label == "bar" || label == "your" || label == "server" {
			return true
		}
	}
	return false
}

package token

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// provider is a row of the table: one rule, and what its tokens look like.
type provider struct {
	id       string // the rule's
	title    string
	severity finding.Severity
	gains    string // what whoever reads the token can do with it
	revoke   string // what to do now
	source   string // where the provider documents the token
	homemade bool   // whoever runs the software makes it
	forms    []form
	keyed    []keyed

	matches, nearMisses []finding.Example // beside those that every form brings
}

// guide is the sentence all tokens fall under: each opens a system as an SSH
// key does.
const guide = "Treat external_id like you would an ssh private key in the UI and backend"

func (p *provider) rule() *finding.Rule {
	r := &finding.Rule{
		ID:         p.id,
		Kind:       finding.Token,
		Severity:   p.severity,
		Title:      p.title,
		About:      p.gains,
		Remedy:     p.revoke,
		Guide:      guide,
		Source:     p.source,
		Homemade:   p.homemade,
		Matches:    p.matches,
		NearMisses: p.nearMisses,
	}
	for i := range p.forms {
		shape := shapeName(p.id, p.forms[i].what)
		r.Matches = append(r.Matches, p.forms[i].examples(shape, i == 0)...)
		r.NearMisses = append(r.NearMisses, p.forms[i].nearMisses(shape, i == 0)...)
	}
	for i := range p.keyed {
		shape := shapeName(p.id, p.keyed[i].what)
		r.Matches = append(r.Matches, p.keyed[i].examples(shape)...)
		r.NearMisses = append(r.NearMisses, p.keyed[i].nearMisses(shape, i == 0)...)
	}
	return r
}

// shapeName is how examples call a value of this form: «github-token/refresh-token».
func shapeName(id, what string) string { return id + "/" + kebab(what) }

func kebab(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

// comment is a line that holds the first of the words that must stand near.
func comment(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "# " + near[0] + "\n"
}

// examples shows the form; the first of a provider also in another notation.
func (f *form) examples(shape string, first bool) []finding.Example {
	name, c := kebab(f.what), comment(f.near)
	examples := []finding.Example{{Name: name + "-in-an-environment-file", Text: fmt.Sprintf("%sSERVICE_CREDENTIAL=«%s»\n", c, shape)}}
	if first {
		examples = append(examples, finding.Example{Name: name + "-in-escaped-json", Text: fmt.Sprintf("%s{\\\"credential\\\":\\\"«%s»\\\",\\n\\\"next\\\":1}", c, shape)})
	}
	return examples
}

func (f *form) nearMisses(shape string, first bool) []finding.Example {
	name, c := kebab(f.what), comment(f.near)
	var misses []finding.Example
	if first {
		misses = append(misses,
			finding.Example{Name: name + "-inside-a-longer-word", Text: fmt.Sprintf("%sx = q7‹%s›q7\n", c, shape)},
			finding.Example{Name: name + "-in-a-piece-of-data", Text: fmt.Sprintf("%sx = ‹base64:80›+‹%s›\n", c, shape)},
			finding.Example{Name: name + "-typed-as-a-placeholder", Text: fmt.Sprintf("%sx = %s%s\n", c, f.literals[0], strings.Repeat("x", 40))})
	}
	if f.verify.checksum {
		misses = append(misses, finding.Example{Name: name + "-with-a-wrong-checksum", Text: fmt.Sprintf("%sx = ‹%s/broken›\n", c, shape)})
	}
	if len(f.near) > 0 {
		misses = append(misses, finding.Example{Name: name + "-with-nothing-that-names-its-provider", Text: fmt.Sprintf("x = ‹%s›\n", shape)})
	}
	return misses
}

// key is a name that fits.
func (k *keyed) key() string {
	name := k.names[0]
	for _, purpose := range k.purposes() {
		if strings.Contains(plain(name), purpose) {
			return name
		}
	}
	return strings.TrimSuffix(name, "_") + "_" + k.purposes()[0]
}

func (k *keyed) examples(shape string) []finding.Example {
	return []finding.Example{{
		Name: kebab(k.what) + "-in-an-environment-file",
		Text: fmt.Sprintf("%s%s=«%s»\n", comment(k.near), strings.ToUpper(k.key()), shape),
	}}
}

func (k *keyed) nearMisses(shape string, first bool) []finding.Example {
	name, key, c := kebab(k.what), k.key(), comment(k.near)
	misses := []finding.Example{{Name: name + "-without-a-name", Text: fmt.Sprintf("%sx = ‹%s›\n", c, shape)}}
	if first {
		misses = append(misses,
			finding.Example{Name: name + "-as-a-reference", Text: fmt.Sprintf("%s%s: ${{ secrets.%s }}\n", c, key, strings.ToUpper(key))},
			finding.Example{Name: name + "-typed-as-a-placeholder", Text: fmt.Sprintf("%s%s=%s\n", c, key, strings.Repeat("x", 40))},
			finding.Example{Name: name + "-inside-a-longer-word", Text: fmt.Sprintf("%s%s=q7‹%s›q7q7\n", c, key, shape)})
	}
	return misses
}

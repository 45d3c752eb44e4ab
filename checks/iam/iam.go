// Package iam reads policies that stand by themselves: as JSON files, in the fences of
// Markdown, and in the heredocs of shell scripts. Documentation is what customers copy.
//
// What a script fills in ($EXTERNAL_ID) is a hole. Placeholders of documentation stay text:
// "arn:aws:iam::<account>:root" is a root, whoever that is.
package iam

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// Is reports whether a document is a policy: statements with an effect.
func Is(n *syntax.Node) bool {
	st := n.Get("Statement")
	switch {
	case st == nil:
		return false
	case st.Kind == syntax.Map:
		return st.Get("Effect") != nil
	case st.Kind == syntax.List && len(st.Items) > 0:
		return st.Items[0].Get("Effect") != nil
	}
	return false
}

// Unit returns a policy as a unit of its own.
func Unit(file *policy.File, v *policy.Value, number int, example bool) *policy.Unit {
	r := &policy.Resource{
		Address: "policy", Name: "policy", Type: "AWS::IAM::ManagedPolicy", Word: "policy", Place: v.Place, Text: file, Example: example,
		Props: &policy.Value{Kind: policy.Map, Place: v.Place},
	}
	if number > 0 {
		r.Address = fmt.Sprintf("policy.%d", number)
	}
	key := "PolicyDocument"
	switch shape(v) {
	case trustPolicy:
		r.Type, key = "AWS::IAM::Role", "AssumeRolePolicyDocument"
	case resourcePolicy:
		r.Type = "AWS::ResourcePolicy"
	}
	r.Props.Entries = append(r.Props.Entries, policy.Entry{Key: key, KeyPlace: v.Place, Value: v})
	return &policy.Unit{Word: "policy", File: file, Loose: []*policy.Resource{r}}
}

const (
	identityPolicy = iota
	trustPolicy
	resourcePolicy
)

// shape tells what a policy is for: one with principals is a resource's, and a role's if
// it is about assuming.
func shape(v *policy.Value) int {
	out := identityPolicy
	for _, s := range v.Get("Statement").All() {
		if s.Get("Principal") == nil && s.Get("NotPrincipal") == nil {
			continue
		}
		if out == identityPolicy {
			out = resourcePolicy
		}
		for _, a := range s.Get("Action").All() {
			if text, ok := a.Known(); ok && strings.HasPrefix(strings.ToLower(text), "sts:") {
				return trustPolicy
			}
		}
	}
	return out
}

// File returns a JSON file that is a policy.
func File(file *policy.File, n *syntax.Node) *policy.Unit {
	var text *syntax.Text
	return Unit(file, text.Value(n), 0, true)
}

// Snippet is a piece of a file in a language of its own.
type Snippet struct {
	Start, End int  // offsets of its text in the file
	Shell      bool // what begins with $ is filled in by a shell
}

// maxSnippets bounds how many snippets of a file are looked at.
const maxSnippets = 2000

var (
	fence   = lazyregexp.New("^[ \t>]*(```+|~~~+)[ \t]*([^`\n]*)$")
	heredoc = lazyregexp.New(`<<[-~]?[ \t]*(\\?["']?)([A-Za-z_][A-Za-z0-9_]*)["']?`)
)

// Fences returns the fenced code of a text of Markdown.
func Fences(text []byte) []Snippet {
	var out []Snippet
	mark, start := "", 0
	at := 0
	for line := range bytes.Lines(text) {
		next := at + len(line)
		m := fence.FindSubmatch(bytes.TrimRight(line, "\r\n"))
		switch {
		case m != nil && mark == "":
			mark, start = string(m[1]), next
		case m != nil && strings.HasPrefix(string(m[1]), mark) && len(bytes.TrimSpace(m[2])) == 0:
			if len(out) < maxSnippets {
				out = append(out, Snippet{Start: start, End: at})
			}
			mark = ""
		}
		at = next
	}
	return out
}

// Heredocs returns the heredocs of a shell script, or of what lies between two offsets of
// a text.
func Heredocs(text []byte, from, to int) []Snippet {
	var out []Snippet
	end, start, shell := "", 0, false
	at := from
	for line := range bytes.Lines(text[from:to]) {
		next := at + len(line)
		if end == "" {
			if m := heredoc.FindSubmatch(line); m != nil {
				end, start, shell = string(m[2]), next, len(m[1]) == 0
			}
		} else if string(bytes.TrimSpace(line)) == end {
			if len(out) < maxSnippets {
				out = append(out, Snippet{start, at, shell})
			}
			end = ""
		}
		at = next
	}
	return out
}

// variable is what a shell fills in.
var variable = lazyregexp.New(`\$\{[^}\n]*\}|\$\([^)\n]*\)|\$[A-Za-z_][A-Za-z0-9_]*`)

// Text returns a snippet's text, in which what a shell fills in is a hole.
func Text(file *policy.File, s Snippet) *policy.Value {
	text := string(file.Text[s.Start:s.End])
	v := &policy.Value{Kind: policy.Text, Place: policy.Place{File: file, Start: s.Start, End: s.End}}
	add := func(start, end int) {
		if end > start {
			v.Parts = append(v.Parts, policy.Part{Text: text[start:end], Place: policy.Place{File: file, Start: s.Start + start, End: s.Start + end}})
		}
	}
	last := 0
	if s.Shell {
		for _, m := range variable.FindAllStringIndex(text, -1) {
			add(last, m[0])
			place := policy.Place{File: file, Start: s.Start + m[0], End: s.Start + m[1]}
			v.Parts = append(v.Parts, policy.Part{Place: place, Hole: &policy.Reference{Name: text[m[0]:m[1]], Why: "is filled in by the script", Place: place}})
			last = m[1]
		}
	}
	add(last, len(text))
	return v
}

package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/finding"
)

var extidLogged = &Check{
	Rule: &finding.Rule{
		ID: "extid-logged", Kind: Template, Severity: finding.Medium,
		Title:  "Code of the template logs the External ID",
		About:  "A function that the template brings prints the External ID, or the whole event that holds it. It stays in CloudWatch Logs, for whoever may read them.",
		Remedy: "Log neither; log the request's type and the physical ID of the resource instead.",
		Guide:  "Do not log the externalID in clear text.",
		Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html",
	},
	run: func(p *pass) {
		for _, r := range p.unit.Resources {
			if code := codeOf(r); code != nil {
				p.code(r, code)
			}
		}
	},
}

// codeOf returns the source of a function that stands in the template.
func codeOf(r *policy.Resource) *policy.Value {
	switch r.Type {
	case "AWS::Lambda::Function":
		return r.Props.Get("Code").Get("ZipFile")
	case "AWS::Serverless::Function":
		return r.Props.Get("InlineCode")
	}
	return nil
}

// code judges a function's source, line by line, as far as External IDs come near it.
func (p *pass) code(r *policy.Resource, code *policy.Value) {
	inEvent := p.receives(r)
	near := false
	failed := false
	lines := code.Lines()
	for _, l := range lines {
		near = near || externalIDWord.MatchString(l.Text)
	}
	if !near && !inEvent {
		return
	}
	number := accountNumber(lines)
	for _, l := range lines {
		said := logged(l.Text)
		switch {
		case said == "":
		case inEvent && wholeEvent(said):
			failed = true
			p.fail(l.Place, r.Address+"/code", "the function "+r.Name+" logs the whole event, which holds the External ID")
		case !number && externalIDWord.MatchString(said):
			failed = true
			p.fail(l.Place, r.Address+"/code", "the function "+r.Name+" logs the External ID")
		}
	}
	if !failed {
		p.pass(code.Place, r.Address+"/code")
	}
}

var (
	externalIDWord = lazyregexp.New(`(?i)\bexternal_?ids?\b|\bexternal-id\b|ExternalId`)
	logCall        = lazyregexp.New(`\b(?:print|pprint|console\.(?:log|info|warn|error|debug|trace)|(?:self\.|this\.)?_?log(?:ger|ging)?\.(?:debug|info|warn|warning|error|exception|critical|log|trace))\s*\(`)
	quotedText     = lazyregexp.New("(?i)([fbru]*)(\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`)")
	interpolation  = lazyregexp.New(`\$?\{([^{}]*)\}`)
	subscript      = lazyregexp.New(`^\[\s*$`)
	numberAsID     = lazyregexp.New(`(?i)\bexternal_?id\s*=\s*[^=].*account`)
)

// receives reports whether a resource of the template hands the function an External ID.
func (p *pass) receives(function *policy.Resource) bool {
	for _, r := range p.unit.Resources {
		token := r.Props.Get("ServiceToken")
		if token == nil {
			continue
		}
		for _, h := range token.Holes() {
			if h.Resource != function.Address {
				continue
			}
			for _, e := range r.Props.Entries {
				if strings.Contains(squeezed(e.Key), "externalid") || p.facts.carrier(e.Value) != "" {
					return true
				}
			}
		}
	}
	return false
}

// accountNumber reports whether the code calls an account's number an external ID.
func accountNumber(lines []policy.Line) bool {
	for _, l := range lines {
		if numberAsID.MatchString(l.Text) {
			return true
		}
	}
	return false
}

// logged returns what a line logs, without the words of its texts; "" if it logs nothing.
func logged(line string) string {
	if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
		return ""
	}
	at := logCall.FindStringIndex(line)
	if at == nil {
		return ""
	}
	arguments := line[at[1]:]
	var out strings.Builder
	last := 0
	for _, m := range quotedText.FindAllStringSubmatchIndex(arguments, -1) {
		before := arguments[last:m[0]]
		out.WriteString(before)
		prefix, text := arguments[m[2]:m[3]], arguments[m[4]:m[5]]
		switch {
		case strings.ContainsAny(prefix, "fF") || strings.HasPrefix(text, "`"):
			for _, x := range interpolation.FindAllStringSubmatch(text, -1) {
				out.WriteString(" " + x[1] + " ")
			}
		case subscript.MatchString(lastBytes(before, 2)): // event['ExternalId'] names a key
			out.WriteString(text)
		}
		last = m[1]
	}
	out.WriteString(arguments[last:])
	return out.String()
}

func lastBytes(s string, n int) string {
	s = strings.TrimRight(s, " ")
	return s[max(0, len(s)-1):]
}

var (
	eventWord    = lazyregexp.New(`\bevent\b`)
	partOfEvent  = lazyregexp.New(`^\s*(?:\.|\[|\?\.)`)
	wholeOfEvent = lazyregexp.New(`^\s*\.(?:copy|items|values)\b`)
)

// wholeEvent reports whether arguments hold an event as a whole.
func wholeEvent(arguments string) bool {
	for _, at := range eventWord.FindAllStringIndex(arguments, -1) {
		rest := arguments[at[1]:]
		if !partOfEvent.MatchString(rest) || wholeOfEvent.MatchString(rest) || strings.Contains(rest[:min(len(rest), 30)], "ResourceProperties']") && !strings.Contains(rest, "']['") {
			return true
		}
	}
	return false
}

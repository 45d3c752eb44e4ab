package awsaccount

import (
	"bytes"
	_ "embed" // the table
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// kindTable has one kind of resource per line that exists only in accounts whose owners mean
// it for others: service, how the resource begins, the reason, and where that is documented,
// separated by tabs.
//
//go:embed kinds.tsv
var kindTable string

type publicKind struct{ service, resource, reason string }

var publicKinds = sync.OnceValue(func() []publicKind {
	var kinds []publicKind
	for line := range strings.Lines(kindTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) == 4 && !strings.HasPrefix(line, "#") {
			kinds = append(kinds, publicKind{f[0], f[1], f[2]})
		}
	}
	return kinds
})

// ownedByPublisher says why the resource that an ARN names can only be one that its owner
// publishes, "" if it can be anybody's.
func ownedByPublisher(p *place) string {
	if image, ok := imageOf(p); ok {
		return publishedImage(image)
	}
	if why := publicPage(p); why != "" {
		return why
	}
	fields := arnFields(p)
	if len(fields) != 5 || len(p.tail) < 2 || p.tail[0] != ':' {
		return ""
	}
	service, resource := string(fields[2]), string(p.tail[1:])
	for _, kind := range publicKinds() {
		if kind.service != service {
			continue
		}
		rest, ok := strings.CutPrefix(strings.Replace(resource, "~", "/", 1), kind.resource) // links of consoles have ~ for /
		if collection := strings.HasSuffix(kind.resource, "/"); ok && (rest == "") != collection && !strings.HasPrefix(rest, p.value) {
			return kind.reason // product/ACCOUNT/default is the account's own
		}
	}
	if name, ok := strings.CutPrefix(resource, "layer:"); ok && service == "lambda" {
		if owner := ownerIn(name); owner != "" {
			return "a Lambda layer that " + owner + " publishes, by its name"
		}
	}
	return ""
}

// publicPage says why the page of a resource that the digits lead to is its publisher's, ""
// if it can be anybody's: https://serverlessrepo.aws.amazon.com/applications/….
func publicPage(p *place) string {
	_, page, ok := strings.Cut(string(p.head), "://")
	if !ok {
		return ""
	}
	for _, kind := range publicKinds() {
		if rest, ok := strings.CutPrefix(page, kind.service+".aws.amazon.com/"); ok && strings.HasPrefix(rest, kind.resource) {
			return kind.reason
		}
	}
	return ""
}

// imageOf returns the path of an image in the registry whose host the digits begin.
func imageOf(p *place) (image string, ok bool) {
	host, image, ok := strings.Cut(string(p.tail), "/")
	return image, ok && strings.HasPrefix(host, ".dkr.ecr")
}

// publishedImage says why an image can only be its publisher's, "" if it can be anybody's.
func publishedImage(image string) string {
	for _, kind := range publicKinds() {
		if kind.service == "ecr" && strings.HasPrefix(image, kind.resource) {
			return kind.reason
		}
	}
	return ""
}

// owners are who publishes accounts, by their names in plain letters.
var owners = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, v := range vendors() {
		name, _, _ := strings.Cut(v.Owner, ",")
		if plain := notation.Plain([]byte(name)); len(plain) >= shortestOwner {
			m[plain] = name
		}
	}
	m["awssdk"], m["awslambda"], m["awsparameters"], m["awsopentelemetry"], m["awsappconfig"] = "AWS", "AWS", "AWS", "AWS", "AWS"
	return m
})

// shortestOwner is the length of a name that is no part of others.
const shortestOwner = 6

// ownerIn returns the owner whose name a name begins with, "" if none is known.
func ownerIn(name string) string {
	plain := notation.Plain([]byte(name))
	for n := len(plain); n >= shortestOwner; n-- {
		if owner := owners()[plain[:n]]; owner != "" {
			return owner
		}
	}
	return ""
}

// siblingReach is how far from the digits a known account of the same owner stands.
const siblingReach = 1 << 10

// siblingOfVendor says why an account is the same publisher's as a known one near by: it is
// the alternative to it (the other branch of a condition), or both stand under names that
// hold the publisher's. A list of principals is no such place: it may hold anybody's.
func siblingOfVendor(p *place) string {
	near := vendorNear(p)
	if near.owner == "" {
		return ""
	}
	if alternatives(p, near.at) {
		return "the alternative to an account of " + near.owner
	}
	if near.named {
		return "stands under the name of " + near.owner + ", with one of its accounts near by"
	}
	return ""
}

// neighbour is a known account near the digits.
type neighbour struct {
	owner string
	at    int  // in the window's text
	named bool // a name that encloses the digits is the owner's
}

// vendorNear finds the known account that stands nearest.
func vendorNear(p *place) (n neighbour) {
	text := p.w.Text
	lo, hi := max(0, p.start-siblingReach), min(len(text), p.end+siblingReach)
	least := hi - lo
	for i := lo; i < hi; {
		if !isDigit(text[i]) {
			i++
			continue
		}
		end := i
		for end < hi && isDigit(text[end]) {
			end++
		}
		if end-i == idDigits && i != p.start {
			if v, ok := vendors()[string(text[i:end])]; ok && max(i-p.start, p.start-i) < least {
				least = max(i-p.start, p.start-i)
				n = neighbour{owner: v.Owner, at: i}
			}
		}
		i = end
	}
	n.named = n.owner != "" && namedAfter(p, n.owner)
	return n
}

// namedAfter reports whether a name that encloses the digits begins with an owner's.
func namedAfter(p *place, owner string) bool {
	name, _, _ := strings.Cut(owner, ",")
	plain := notation.Plain([]byte(name))
	if len(plain) < shortestOwner {
		return false
	}
	ph := enclosing(p)
	if strings.Contains(notation.Plain(ph.direct), plain) {
		return true
	}
	for _, parent := range ph.parents {
		if strings.Contains(notation.Plain(parent.text), plain) {
			return true
		}
	}
	return false
}

// alternatives reports whether the digits and a known account are the two values of one
// condition: Fn::If, !If, or condition ? a : b in one line.
func alternatives(p *place, at int) bool {
	lo, hi := min(p.start, at), max(p.end, at+idDigits)
	between := p.w.Text[lo+idDigits : hi-idDigits]
	const farthest, reach = 200, 160
	if len(between) > farthest || bytes.Count(between, newline) > 2 {
		return false
	}
	before := p.w.Text[max(0, lo-reach):lo]
	if i := max(bytes.LastIndex(before, []byte("Fn::If")), bytes.LastIndex(before, []byte("!If"))); i >= 0 {
		return bytes.Count(before[i:], newline) <= 3
	}
	line := lastLine(before)
	return bytes.IndexByte(between, '\n') < 0 && bytes.Contains(line, []byte("?")) && bytes.Contains(between, []byte(":"))
}

// publisherOf says whose an account is that no table knows, "" if nothing tells.
func publisherOf(p *place, s *survey) string {
	if why := ownedByPublisher(p); why != "" {
		return why
	}
	p.moved(p.w.Look(siblingReach, siblingReach))
	if vendorNear(p).owner == "" {
		return ""
	}
	p.moved(p.w.Look(detect.Before, detect.After))
	p.widen(s)
	return siblingOfVendor(p)
}

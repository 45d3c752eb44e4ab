package awsaccount

import (
	"bytes"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// scope is where words stand in relation to the digits.
type scope int

const (
	direct   scope = iota // the key, or the words right before
	above                 // what encloses the digits
	remarked              // a comment behind or above
	inLineOf              // elsewhere in the same line
	scopes
)

// weights is what a word of each meaning adds in each scope.
var weights = map[meaning][scopes]signal{
	account: {
		{3.5, "the name before it says account"}, {2.8, "stands under a name that says account"},
		{2.6, "a comment says account"}, {2.2, "the line says account"},
	},
	owner: {
		{2.5, "value of an owner"}, {1.6, "stands under owners"}, {1.5, "a comment says owner"}, {0.8, "the line says owner"},
	},
	registry: {
		{2.8, "value of a container registry's ID"}, {1.8, "stands under registries"}, {1.2, "a comment says registry"}, {0.8, "the line says registry"},
	},
	principal: {
		{2.2, "value of a principal"}, {1.6, "stands under principals"}, {1.2, "a comment says who is trusted"}, {0.8, "the line says who is trusted"},
	},
	amazon: {
		{2, "the name before it says AWS"}, {1.4, "stands under a name that says AWS"},
		{1.6, "a comment says AWS"}, {1.2, "the line says AWS"},
	},
	environment: {
		{1.6, "value of an environment's name"}, {0.1, "stands under an environment's name"},
		{0.8, "a comment names an environment"}, {0.3, "the line names an environment"},
	},
	resource: {
		{1.4, "in the name of an AWS resource"}, {0.5, ""}, {0.5, ""}, {0.4, ""},
	},
	measure:  {{-5, "a measure or time"}, {0, ""}, {0, ""}, {-0.2, "a measure or time"}},
	thing:    {{-4, "a number of another kind"}, {0, ""}, {-0.5, ""}, {-0.5, ""}},
	identity: {{-5, "a number of another kind"}, {-3, "a number of another kind"}, {-2, ""}, {-2, ""}},
}

// Signals that are not a word's.
var (
	accountID      = signal{1.5, "the name before it says account ID"}
	labelID        = signal{1.5, "the label above it says account ID"}
	accountNumber  = signal{-3.2, "banks have account numbers, too"}
	regionBefore   = signal{2.2, "value of an AWS region"}
	regionInLine   = signal{1.5, "a region in the line"}
	regionRemarked = signal{1.5, "a comment names a region"}
	otherWorld     = signal{-8, "accounts of another provider"}
	otherWorldNear = signal{-2, "accounts of another provider"}
	sameDigits     = signal{6, "the same digits are in the account field of an ARN or the like near by"}
	inList         = signal{0.2, "one of a list of twelve-digit values"}
	asString       = signal{0.5, ""}
	asScalar       = signal{0.2, ""}
	dashedDigits   = signal{-1, "grouped by dashes"}
	spacedDigits   = signal{-1.8, "grouped by spaces"}
	cloudClose     = signal{-6, "another cloud is spoken of around it, AWS is not"}
	moneyClose     = signal{-5, "money is spoken of around it, AWS nowhere"}
	accountClose   = signal{0.3, "accounts are spoken of around it"}
	awsClose       = signal{1, "AWS is spoken of around it"}
	awsSomewhere   = signal{0.4, "AWS is spoken of near by"}
	vendorKnown    = signal{1.5, "an account that its owner publishes"}
	imageTag       = signal{-4, "the tag of an image"}
	unknownID      = signal{-0.8, "the ID of something unknown"}
	plainLink      = signal{-4, "a number in a web address"}
	negative       = signal{-3, "a negative number"}
	madeNumber     = signal{-3, "made into a number"}
	pictureName    = signal{-4, "the name of a picture"}
	beforeDate     = signal{-4, "a date stands behind it"}
	otherNumbers   = signal{-2.5, "numbers of other lengths stand where it stands"}
	worldPath      = signal{-8, "a path in the interface of another provider"}
	sameOther      = signal{-5, "the same digits are a number of another kind near by"}
	stampInName    = signal{-4, "a date in the name of something"}
	sequence       = signal{-5, "counted up from a number near by"}
	hashes         = signal{-6, "one of a list of hashes"}
	columns        = signal{-4, "one of a table of numbers"}
	otherColumn    = signal{-1.5, "another column of the table is that of accounts"}
)

// weigh adds the signals that need more than the nearest bytes.
func weigh(v *verdict, p *place, s *survey) {
	switch twin := elsewhereNearby(p, s); {
	case twin.confirmed:
		v.add(sameDigits)
		return
	case twin.another:
		v.add(sameOther)
	}
	p.widen(s)
	v.add(signal{stampWeight(p.value), ""})
	if partOfName(p) && stampWeight(p.value) <= wholeStamp {
		v.add(stampInName)
	}
	v.add(signal{sizeWeight(p.value), ""})
	weighForm(v, p)
	kind := weighWords(v, p)
	if v.hopeless(inList.weight + surroundings) {
		return // the rest could change nothing
	}
	switch {
	case inSequence(p, s):
		v.add(sequence)
	case amongHashes(p):
		v.add(hashes)
	case kind == neutral || kind == environment:
		if inColumns(p) {
			v.add(columns)
		}
	}
	if siblings(p) >= 2 {
		v.add(inList)
	} else if kind == neutral && otherLengths(p) >= 2 {
		v.add(otherNumbers)
	}
	weighSurroundings(v, p, kind)
}

// weighPublic adds what the digits' own line says. No one is warned of a
// placeholder or a published account, and tests are full of them, so they are not
// worth a wide look: one that its line does not make an account counts if another
// place does.
func weighPublic(v *verdict, p *place, class finding.Class) {
	if class == finding.Vendor {
		v.add(vendorKnown)
	}
	weighForm(v, p)
	phrase, _, _ := inLine(p.line)
	key := readBack(ownName(phrase))
	weighKey(v, key)
	if key.kind == neutral {
		weighLine(v, p)
	}
}

// surroundings is the most that weighSurroundings adds.
var surroundings = awsClose.weight + accountClose.weight

func weighForm(v *verdict, p *place) {
	switch {
	case p.form == dashed:
		v.add(dashedDigits)
	case p.form == spaced:
		v.add(spacedDigits)
	case p.quoted():
		v.add(asString)
	case p.scalar():
		v.add(asScalar)
	}
	if p.prev(1) == '-' && !isAlnum(p.prev(2)) && p.prev(2) != '}' && p.prev(2) != '*' && p.prev(2) != '-' && p.prev(2) != ')' {
		v.add(negative)
	}
	if p.prev(1) == ':' && bytes.IndexByte(p.head, '/') >= 0 && !inARN(p) {
		v.add(imageTag)
	}
	if datedBehind(p.tail) {
		v.add(beforeDate)
	}
	if converted(p) {
		v.add(madeNumber)
	}
	if namesPicture(p) {
		v.add(pictureName)
	}
	if bytes.IndexByte(p.head, '/') >= 0 && shapeOf(p).weight < decisive && readBack(p.head).other {
		v.add(worldPath)
	}
	if inAddress(p) {
		v.add(plainLink)
	}
}

// inAddress reports whether the digits are part of a web address that does not call them an
// account.
func inAddress(p *place) bool {
	return bytes.Contains(p.head, []byte("://")) && readBack(p.head).kind != account && shapeOf(p).weight == 0
}

// converted reports whether the digits are all that a function or type of numbers is given:
// new BigInteger("…"), Long.parseLong("…"). Account IDs stay strings, as they may begin with
// zeros.
func converted(p *place) bool {
	before := p.line
	if p.quoted() {
		before = before[:len(before)-1]
	}
	call, ok := bytes.CutSuffix(before, []byte("("))
	if !ok {
		return false
	}
	name := bytes.ToLower(tail(call, 20))
	for _, sort := range []string{"integer", "decimal", "long", "double", "float", "bigint"} {
		if bytes.HasSuffix(name, []byte(sort)) {
			return true
		}
	}
	return false
}

// namesPicture reports whether the digits are part of the name of a picture in some folder:
// icons/123456789012_48.png.
func namesPicture(p *place) bool {
	if bytes.IndexByte(p.head, '/') < 0 || bytes.IndexByte(p.tail, '/') >= 0 {
		return false
	}
	dot := bytes.LastIndexByte(p.tail, '.')
	if dot < 0 {
		return false
	}
	switch string(p.tail[dot+1:]) {
	case "png", "jpg", "jpeg", "gif", "svg", "webp":
		return true
	}
	return false
}

// calledExample reports whether prose says right before the digits that they are an example.
func calledExample(p *place) bool {
	before := tail(p.line, 40)
	if bytes.HasSuffix(before, []byte(">")) { // the tag that sets them in another face
		before = before[:max(0, bytes.LastIndexByte(before, '<'))]
	}
	before = bytes.ToLower(bytes.TrimRight(before, " \t`\"'*:,("))
	return bytes.HasSuffix(before, []byte("e.g.")) || bytes.HasSuffix(before, []byte("e.g")) || bytes.HasSuffix(before, []byte("for example"))
}

// partOfName reports whether a hyphen or underscore joins the digits to a name.
func partOfName(p *place) bool {
	joint := func(c byte) bool { return c == '-' || c == '_' }
	return joint(p.prev(1)) && isAlnum(p.prev(2)) || joint(p.next(1)) && isAlnum(p.next(2))
}

// datedBehind reports whether a number is joined to a date, as in the names of deployments:
// -2016-08-18T13:40:06.
func datedBehind(text []byte) bool {
	const form = "-0000-00-00T"
	if len(text) < len(form) {
		return false
	}
	for i := range form {
		if c := form[i]; c == '0' && !isDigit(text[i]) || c != '0' && c != text[i] {
			return false
		}
	}
	return true
}

// weighWords adds what the words before, above and behind the digits say, and
// returns the meaning of the key.
func weighWords(v *verdict, p *place) meaning {
	ph := enclosing(p)
	key, table := keyOf(p, ph)
	weighKey(v, key)
	if inAddress(p) {
		return key.kind // what is spoken of around an address is the page, not the number in it
	}
	kind := key.kind
	if kind == neutral && !key.region && !table {
		if label := labelAbove(p); label != nil {
			r := readBack(label)
			weighLabel(v, r)
			kind = r.kind
		}
	}
	switch {
	case kind != account:
		weighParents(v, ph)
	case underOther(ph):
		v.add(otherWorld)
	}
	weighRemarks(v, p, ph)
	if key.kind == neutral {
		weighLine(v, p)
		if namesAnother(ph.direct) {
			v.add(unknownID)
		}
	}
	return kind
}

// keyOf reads the key of the digits, and reports whether they stand in a table: then the
// heading of their column is the key, and goes before the other cells of the row. Where the key is
// a word like value or default, what they are the value of stands beside or above it.
func keyOf(p *place, ph phrases) (key reading, table bool) {
	key = readBack(ph.direct)
	if ph.inName && (key.kind >= measure || bytes.Contains(p.head, []byte("://"))) {
		return reading{}, false // the words before a name or an address do not speak of the digits in it
	}
	h, table := headingOf(p)
	if table && (h.alone || key.kind == neutral) {
		r := h.reading()
		if r.kind != neutral || r.region {
			return r, true
		}
		if h.alone && h.ofAnother() {
			return reading{apart: true}, true
		}
	}
	if key.kind != neutral {
		return key, table
	}
	switch lastWord(ph.direct) {
	case "value":
		key = readBack(ph.pair)
	case "default":
		if len(ph.parents) > 0 {
			key = ph.parents[0].read()
		}
	}
	return key, table
}

// namesAnother reports whether a key that means nothing to us names an ID or
// number: of something else, most likely.
func namesAnother(phrase []byte) bool {
	list := split(phrase)
	n := len(list)
	return n > 1 && list[n-2] != "user" && (ordinals[list[n-1]] || numbers[list[n-1]] || list[n-1] == "code")
}

func lastWord(phrase []byte) string {
	list := split(phrase)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func weighKey(v *verdict, key reading) {
	if key.apart {
		v.add(otherColumn)
		return
	}
	v.add(weights[key.kind][direct])
	if key.other && key.kind <= account {
		v.add(otherWorld)
	}
	if key.kind == account && key.id {
		v.add(accountID)
	}
	if key.kind == account && key.number && !key.amazon {
		v.add(accountNumber)
	}
	if key.region && key.kind < measure {
		v.add(regionBefore)
	}
}

// underOther reports whether an account stands in the section of a bank or of
// another provider.
func underOther(ph phrases) bool {
	for i := range ph.parents {
		if ph.parents[i].read().other {
			return true
		}
	}
	return false
}

// weighParents takes the strongest of the enclosing names; one that speaks of
// something else hides those around it.
func weighParents(v *verdict, ph phrases) {
	var best signal
	for i := range ph.parents {
		r := ph.parents[i].read()
		s := weights[r.kind][above]
		if r.other {
			s = otherWorldNear
		}
		if r.kind == environment && r.words > 3 {
			continue // a sentence, the name of a test
		}
		if r.region && s.weight < regionInLine.weight {
			s = regionInLine
		}
		if s.weight < 0 {
			if best.weight == 0 {
				best = s
			}
			break
		}
		if s.weight > best.weight {
			best = s
		}
	}
	v.add(best)
}

func weighRemarks(v *verdict, p *place, ph phrases) {
	var best signal
	consider := func(r reading) {
		s := weights[r.kind][remarked]
		if r.other {
			v.add(otherWorldNear)
			return
		}
		if r.region && s.weight < regionRemarked.weight {
			s = regionRemarked
		}
		if s.weight > best.weight || best.weight == 0 {
			best = s
		}
	}
	if b := commentBehind(p.rest); b != nil {
		consider(readOn(b))
	}
	if ph.comment != nil {
		consider(readBack(ph.comment))
	}
	v.add(best)
}

func weighLine(v *verdict, p *place) {
	before, after := readBack(tail(p.line, maxLine)), readOn(head(p.rest, maxLine))
	best := weights[before.kind][inLineOf]
	if s := weights[after.kind][inLineOf]; best.weight == 0 || s.weight > best.weight && best.weight > 0 {
		best = s
	}
	v.add(best)
	if before.kind == account && before.number && !before.amazon {
		v.add(accountNumber)
	}
	if before.region || after.region {
		v.add(regionInLine)
	}
	if before.other || after.other {
		v.add(otherWorldNear)
	}
}

func weighSurroundings(v *verdict, p *place, key meaning) {
	near := hear(p, closeLines, closeBytes)
	switch {
	case near.ofAWS() > 0:
		v.add(awsClose)
	case near.otherCloud:
		v.add(cloudClose)
		return
	default:
		wide := hear(p, wideLines, wideBytes)
		if wide.ofAWS() == 0 && !v.has(inList) {
			v.forgetEnvironments()
		}
		if wide.ofAWS() == 0 && key == account && near.ofMoney() >= 2 {
			v.add(moneyClose)
		}
		if wide.ofAWS() < 2 {
			return
		}
		v.add(awsSomewhere)
	}
	if near.accounts {
		v.add(accountClose)
	}
}

func (v *verdict) has(s signal) bool { return slices.Contains(v.signals, s) }

// forgetEnvironments takes back what the names of environments added. All the world tests and
// produces; where AWS is not spoken of, they are no names of accounts.
func (v *verdict) forgetEnvironments() {
	names := weights[environment]
	for _, s := range v.signals {
		if s.weight > 0 && slices.Contains(names[above:], s) {
			v.score -= s.weight
		}
	}
}

func tail(text []byte, n int) []byte { return text[max(0, len(text)-n):] }
func head(text []byte, n int) []byte { return text[:min(n, len(text))] }

package azure

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// connectionReach is how long a connection string is, at most, on either side
// of the part that led to it.
const connectionReach = 400

// sharedAccessKey decides over the key in a connection string of Service Bus,
// Event Hubs, Relay, IoT Hub and others.
func sharedAccessKey(w *detect.Window, report func(detect.Match)) {
	end, ok := base64At(w.Text, w.End, 32)
	if !ok {
		end, ok = base64At(w.Text, w.End, accountKeyBytes)
	}
	if !ok || marked(w.Text[w.End:end]) {
		return
	}
	lo, hi := near(w, w.Start, end, connectionReach)
	m := secret(connectionStringRule, w.Text, w.End, end, 0.7, "SharedAccessKey of a connection string", "a key in base64")
	if host := notation.Near(w.Text, lo, hi, 0, "servicebus.", "azure-devices", "eventgrid", "notificationhub", "sharedaccesskeyname"); host != "" {
		m.Confidence = 0.95
	}
	report(m)
}

// namedAccessKey decides over the value of a name like SharedAccessKey, in code and
// configuration. In a connection string that is sharedAccessKey's.
func namedAccessKey(w *detect.Window, report func(detect.Match)) {
	w.Look(32, 1)
	before := bytes.TrimRight(w.Text[:w.Start], " \t\r\n") // a string may go on in another line
	if w.End < len(w.Text) && w.Text[w.End] == '=' && bytes.HasSuffix(before, []byte(";")) {
		return
	}
	a, ok := notation.AssignedIn(w)
	if !ok {
		return
	}
	end, ok := base64At(w.Text, a.Start, 32)
	if !ok {
		end, ok = base64At(w.Text, a.Start, accountKeyBytes)
	}
	if !ok || marked(w.Text[a.Start:end]) {
		return
	}
	moved := w.LookAll()
	a, end = a.Moved(moved), end+moved
	service := notation.Near(w.Text, a.NameStart, end, connectionReach, "azure", "servicebus", "service bus", "eventhub", "event hub", "event_hub", "iothub", "iot hub", "iot_hub",
		"notificationhub", "sharedaccesskeyname", "shared_access_key_name")
	if service == "" {
		return
	}
	report(secret(accessKeyRule, w.Text, a.Start, end, 0.85, "value of "+a.Name, "a key in base64", service+" stands near it"))
}

// keyBehind decides over the key that a part of a connection string holds, behind the host
// of the service that it opens.
func keyBehind(part, evidence string) func(*detect.Window, func(detect.Match)) {
	return func(w *detect.Window, report func(detect.Match)) {
		_, hi := near(w, w.End, w.End, connectionReach)
		i := bytes.Index(notation.Lower(w.Text[w.End:hi]), []byte(part))
		if i < 0 {
			return
		}
		start := w.End + i + len(part)
		end, ok := base64At(w.Text, start, 32)
		if !ok {
			end, ok = base64At(w.Text, start, accountKeyBytes)
		}
		if !ok || marked(w.Text[start:end]) {
			return
		}
		report(secret(connectionStringRule, w.Text, start, end, 0.95, evidence, "a key in base64"))
	}
}

var passwordPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[;,"'\s:])(?:password|pwd) ?= ?([^;,"'<>\s\\]{8,128})`)
})

// sqlPassword decides over the password in the connection string that the host
// of a database stands in.
func sqlPassword(w *detect.Window, report func(detect.Match)) {
	lo, hi := near(w, w.Start, w.End, connectionReach)
	part := passwordPart().FindSubmatchIndex(w.Text[lo:hi])
	if part == nil || !sameString(w.Text[lo:hi], part[2], w.Start-lo) {
		return
	}
	start, end := lo+part[2], lo+part[3]
	if !passwordLike(w.Text[start:end]) {
		return
	}
	m := detect.Match{
		Rule: connectionStringRule, Start: start, End: end, Hidden: true, Confidence: 0.85,
		Evidence: []string{"password in a connection string with a database host of Azure"},
	}
	if placeholder.Random(w.Text[start:end]) {
		m.Class = finding.Sample
	}
	report(m)
}

// sameString reports whether no quote or line ends between two places.
func sameString(text []byte, a, b int) bool {
	return !bytes.ContainsAny(text[min(a, b):max(a, b)], "\"\n")
}

// passwordLike reports whether a value may be a password of Azure SQL: three of
// four sorts of characters, and no sign of a reference.
func passwordLike(p []byte) bool {
	for _, reference := range [...]string{"{", "}", "$(", "${", "%(", "#{", "<", "**", "@@", "(", "%s", "+"} {
		if bytes.Contains(p, []byte(reference)) {
			return false
		}
	}
	if p[0] == '$' || p[0] == '%' || p[0] == '@' && bytes.Count(p, []byte("@")) > 1 {
		return false
	}
	sorts := 0
	for _, sort := range [...]func(byte) bool{
		notation.IsDigit,
		func(c byte) bool { return 'a' <= c && c <= 'z' },
		func(c byte) bool { return 'A' <= c && c <= 'Z' },
		func(c byte) bool { return !notation.IsAlnum(c) },
	} {
		if bytes.ContainsFunc(p, func(r rune) bool { return r < 0x80 && sort(byte(r)) }) {
			sorts++
		}
	}
	return sorts >= 3
}

// redisPassword decides over the key in a connection string of Azure Cache for
// Redis.
func redisPassword(w *detect.Window, report func(detect.Match)) {
	_, hi := near(w, w.End, w.End, connectionReach)
	i := bytes.Index(notation.Lower(w.Text[w.End:hi]), []byte("password="))
	if i < 0 {
		return
	}
	start := w.End + i + len("password=")
	end, ok := base64At(w.Text, start, 32)
	if !ok || marked(w.Text[start:end]) {
		return
	}
	report(secret(connectionStringRule, w.Text, start, end, 0.95, "password of a Redis connection string", "32 bytes in base64"))
}

// signatureReach bounds the text of a SAS on either side of its sig parameter.
const signatureReach = 700

// sasToken decides over a sig parameter: 32 bytes among the other parameters of
// a shared access signature.
func sasToken(w *detect.Window, report func(detect.Match)) {
	if w.Start > 0 && notation.IsWord(w.Text[w.Start-1]) && !notation.Starts(w.Text, w.Start) {
		return
	}
	end := notation.Run(w.Text, w.End, 90, func(c byte) bool { return notation.IsBase64(c) || c == '-' || c == '_' || c == '%' || c == '=' })
	value, ok := signature(w.Text[w.End:end])
	if !ok {
		return
	}
	parameters := around(w.Text, w.Start, end)
	sort, confidence := signed(parameters)
	if sort == "" {
		return
	}
	m := detect.Match{
		Rule: sasTokenRule, Start: w.End, End: end, Value: value, Confidence: confidence,
		Evidence: []string{"signature of 32 bytes with the parameters of " + sort},
	}
	if ends := parameters["se"]; len(ends) >= 10 && len(ends) <= 28 && notation.IsDigit(ends[0]) {
		m.Evidence = append(m.Evidence, "it says that it ends at "+ends)
	}
	emulator := bytes.Contains(w.Text[max(0, w.Start-signatureReach):w.Start], []byte("devstoreaccount1"))
	if placeholder.Random([]byte(value)) || emulator || standInResource(parameters) {
		m.Class = finding.Sample
	}
	report(m)
}

// standInResource reports whether a signature is for a resource that is none, as
// tests of signing code have it: sr=host&se=12345.
func standInResource(parameters map[string]string) bool {
	if parameters["sv"] != "" {
		return false
	}
	resource := parameters["sr"]
	return !strings.Contains(resource, ".") || strings.Contains(resource, "fake") || len(parameters["se"]) < len("1000000000")
}

// signature undoes the escapes of a sig parameter and reports whether it holds 32
// bytes. The value is standard base64.
func signature(raw []byte) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '%' && i+2 < len(raw) && raw[i+1] == '2' && raw[i+2] == '5':
			i += 2 // %25 is an escaped %: what follows are its digits
			if i+2 < len(raw) {
				b.WriteByte(escaped(raw[i+1], raw[i+2]))
			}
			i += 2
		case c == '%' && i+2 < len(raw):
			b.WriteByte(escaped(raw[i+1], raw[i+2]))
			i += 2
		case c == '-':
			b.WriteByte('+')
		case c == '_':
			b.WriteByte('/')
		default:
			b.WriteByte(c)
		}
	}
	value := strings.TrimRight(b.String(), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(value)
	return value + "=", err == nil && len(decoded) == 32
}

// escaped returns the character that two hexadecimal digits stand for, if
// base64 has it.
func escaped(hi, lo byte) byte {
	switch string([]byte{hi, lo | 0x20}) {
	case "2b":
		return '+'
	case "2f":
		return '/'
	case "3d":
		return '='
	}
	return 0
}

// around reads the parameters of the query that a position stands in.
func around(text []byte, start, end int) map[string]string {
	stops := func(c byte) bool { return c <= ' ' || bytes.IndexByte([]byte("\"'`<>"), c) >= 0 }
	lo, hi := start, end
	for lo > 0 && start-lo < signatureReach && !stops(text[lo-1]) {
		lo--
	}
	for hi < len(text) && hi-end < signatureReach && !stops(text[hi]) {
		hi++
	}
	query := strings.NewReplacer("&amp;", "&", `\u0026`, "&", `\/`, "/", "%26", "&", "%3D", "=", "%3d", "=").Replace(string(text[lo:hi]))
	parameters := map[string]string{}
	for part := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == '?' || r == ';' || r == ',' }) {
		if name, value, ok := strings.Cut(part, "="); ok {
			parameters[name] = strings.NewReplacer("%3A", ":", "%3a", ":").Replace(value)
		}
	}
	return parameters
}

// signed names what a set of parameters belongs to.
func signed(p map[string]string) (string, float64) {
	has := func(names ...string) bool {
		for _, name := range names {
			if p[name] == "" {
				return false
			}
		}
		return true
	}
	switch {
	case has("sv", "se") && (has("sp") || has("sr") || has("ss")), has("sv", "si"):
		return "a storage SAS", 0.97
	case has("sp", "sv", "api-version"):
		return "a Logic Apps trigger", 0.95
	case has("sr", "se"):
		return "a Service Bus or IoT Hub SAS", 0.95
	case has("sv", "sp"), has("sv", "sr"), has("se", "sp"):
		return "a SAS", 0.8
	}
	return "", 0
}

package azure

import (
	"bytes"
	"encoding/base64"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// isKey reports whether value is the base64 of n bytes.
func isKey(value []byte, n int) bool {
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(value)))
	got, err := base64.StdEncoding.Decode(decoded, value)
	return err == nil && got == n
}

// base64At returns the end of the padded base64 of n bytes at text[start].
func base64At(text []byte, start, n int) (end int, ok bool) {
	length := base64.StdEncoding.EncodedLen(n)
	end = start + length
	if end > len(text) || end < len(text) && (notation.IsBase64URL(text[end]) || text[end] == '+') {
		return 0, false
	}
	return end, isKey(text[start:end], n)
}

// accountKeyBytes is the length of the keys of storage accounts, Cosmos DB and
// Batch: 88 characters of base64.
const accountKeyBytes = 64

// accountKey decides over the value of a name like AccountKey.
func accountKey(w *detect.Window, report func(detect.Match)) {
	a, ok := notation.AssignedIn(w)
	if !ok {
		return
	}
	end, ok := base64At(w.Text, a.Start, accountKeyBytes)
	if !ok || marked(w.Text[a.Start:end]) {
		return
	}
	moved := w.LookAll()
	a, end = a.Moved(moved), end+moved
	const reach = 400
	before, after := max(0, a.NameStart-reach), min(len(w.Text), end+reach)
	context := append(notation.Lower(w.Text[before:a.NameEnd]), notation.Lower(w.Text[end:after])...)
	has := func(words ...string) bool {
		for _, word := range words {
			if bytes.Contains(context, []byte(word)) {
				return true
			}
		}
		return false
	}
	m := secret(storageKeyRule, w.Text, a.Start, end, 0.6, "value of "+a.Name, "64 bytes in base64")
	switch {
	case has("accountname", "defaultendpointsprotocol", "core.windows.net"):
		m.Confidence = 0.97
		m.Evidence = append(m.Evidence, "stands in a storage connection string")
	case has("cosmos", "documentdb", "documents.azure"):
		m.Rule, m.Confidence = accessKeyRule, 0.9
		m.Evidence = append(m.Evidence, "words of Cosmos DB stand near it")
	case has("batch.azure", "azurebatch", "azure_batch"):
		m.Rule, m.Confidence = accessKeyRule, 0.9
		m.Evidence = append(m.Evidence, "words of Azure Batch stand near it")
	case has("storage", "azure", "blob"):
		m.Confidence = 0.9
		m.Evidence = append(m.Evidence, "words of Azure storage stand near it")
	}
	if emulatorKey(w.Text[a.Start:end]) {
		m.Class = finding.Sample
	}
	report(m)
}

// emulatorKey reports whether a key is that of the storage or the Cosmos DB
// emulator, which is the same on every machine
// (https://learn.microsoft.com/azure/storage/common/storage-use-azurite,
// https://learn.microsoft.com/azure/cosmos-db/emulator).
func emulatorKey(key []byte) bool {
	return bytes.HasPrefix(key, []byte("Eby8vdM02xNOc")) || bytes.HasPrefix(key, []byte("C2y6yDjf5/R+o"))
}

// mark is what an identifiable key of a service carries at a fixed place
// (https://github.com/microsoft/security-utilities documents all of them).
type mark struct {
	literal string
	service string
	rule    *finding.Rule
	before  int    // characters in front of the mark
	first   string // of which the next one is; any if empty
	last    string // of which the last one before the padding is; any if empty
	after   int    // characters behind the mark, without padding
	padding string
	class   func(byte) bool
}

// Characters that base64 leaves for the first character behind a mark, which
// holds the bits of a counter, and for the last of 64 and of 41 bytes.
const (
	upToP = "ABCDEFGHIJKLMNOP"
	upToD = "ABCD"
	last2 = "AQgw"
)

func longMark(literal, service string, rule *finding.Rule) mark {
	return mark{literal, service, rule, 76, "", last2, 6, "==", notation.IsBase64}
}

func shortMark(literal, service string) mark {
	return mark{literal, service, accessKeyRule, 33, upToP, "", 6, "=", notation.IsBase64}
}

var marks = []mark{
	longMark("+ASt", "a storage account", storageKeyRule),
	longMark("ACDb", "Cosmos DB", accessKeyRule),
	longMark("+ABa", "Azure Batch", accessKeyRule),
	longMark("+AMC", "Machine Learning", accessKeyRule),
	longMark("APIM", "API Management", accessKeyRule),
	shortMark("+ASb", "Service Bus"),
	shortMark("+AEh", "Event Hubs"),
	shortMark("+ARm", "Azure Relay"),
	shortMark("AIoT", "IoT Hub"),
	shortMark("AzCa", "Azure Cache for Redis"),
	shortMark("AZEG", "Event Grid"),
	{"+ACR", "a container registry", accessKeyRule, 42, upToD, "", 6, "", notation.IsBase64},
	{"AzSe", "Azure AI Search", accessKeyRule, 42, upToD, "", 6, "", notation.IsAlnum},
	{"AzFu", "Azure Functions", accessKeyRule, 44, "", last2, 6, "==", notation.IsBase64URL},
}

func markRows() []detect.Row {
	var rows []detect.Row
	for i := range marks {
		rows = append(rows, detect.At(marks[i].at, marks[i].literal))
	}
	return rows
}

// at decides over a key with the mark in the window's trigger.
func (k *mark) at(w *detect.Window, report func(detect.Match)) {
	start, end := w.Start-k.before, w.End+k.after
	if start < 0 || end > len(w.Text) || notation.Run(w.Text, start, end-start, k.class) != end {
		return
	}
	if k.first != "" && bytes.IndexByte([]byte(k.first), w.Text[w.End]) < 0 || k.last != "" && bytes.IndexByte([]byte(k.last), w.Text[end-1]) < 0 {
		return
	}
	inside := func(i int) bool { return i >= 0 && i < len(w.Text) && (k.class(w.Text[i]) || w.Text[i] == '+') }
	if inside(start-1) && !notation.Starts(w.Text, start) || !bytes.HasPrefix(w.Text[end:], []byte(k.padding)) {
		return
	}
	end += len(k.padding)
	if inside(end) || k.padding == "" && end < len(w.Text) && w.Text[end] == '=' {
		return
	}
	report(secret(k.rule, w.Text, start, end, 0.97, "carries the mark of a key of "+k.service+" at its place"))
}

// marked reports whether a key carries the mark of its service, so that the mark
// leads to it.
func marked(key []byte) bool {
	for i := range marks {
		m := &marks[i]
		if len(key) == m.before+len(m.literal)+m.after+len(m.padding) && bytes.HasPrefix(key[m.before:], []byte(m.literal)) {
			return true
		}
	}
	return bytes.Contains(key, []byte(caskMark))
}

// caskMark stands behind the first 52 characters of keys in the common
// annotated form, which hold 39 random bytes.
const (
	caskMark   = "JQQJ99"
	caskRandom = 52
	caskLength = 84
	caskSigned = 76 // where the four letters of the service stand
)

// caskServices are the letters of services that we name, from the table of
// marks above.
var caskServices = map[string]string{
	"AZDO": "Azure DevOps", "AZAC": "App Configuration", "ACOG": "Azure AI services", "AZEG": "Event Grid", "AZMP": "Azure Maps",
}

// annotatedKey decides over a key in the common annotated form.
func annotatedKey(w *detect.Window, report func(detect.Match)) {
	start := w.Start - caskRandom
	end := start + caskLength
	if start < 0 || notation.Run(w.Text, start, caskLength, notation.IsAlnum) != end || start > 0 && notation.IsBase64URL(w.Text[start-1]) && !notation.Starts(w.Text, start) {
		return
	}
	if month := w.Text[w.End+1]; month < 'A' || month > 'L' {
		return
	}
	if bytes.HasPrefix(w.Text[min(len(w.Text), end+2):], []byte("==")) {
		end += 4
	} else if end < len(w.Text) && notation.IsBase64URL(w.Text[end]) {
		return
	}
	letters := string(w.Text[start+caskSigned : start+caskSigned+4])
	rule, service := accessKeyRule, "an Azure service"
	if name, ok := caskServices[letters]; ok {
		service = name
	}
	if letters == "AZDO" {
		rule = devopsPATRule
	}
	report(secret(rule, w.Text, start, end, 0.97, "carries the mark of an annotated key of "+service+" at its place"))
}

// resourceKeyLength is that of the keys of Azure's AI services, of Maps and of
// API Management: 32 hexadecimal digits, in small letters
// (https://learn.microsoft.com/azure/ai-services/authentication).
const resourceKeyLength = 32

// aiHosts are the hosts that such a key opens.
var aiHosts = []string{
	".openai.azure.com", ".cognitiveservices.azure.com", "api.cognitive.microsoft.com", ".azure-api.net", "atlas.microsoft.com",
	".search.windows.net", "api.bing.microsoft.com", ".services.ai.azure.com", "ocp-apim",
}

// resourceKey decides over the value of a name like AZURE_OPENAI_API_KEY.
func resourceKey(w *detect.Window, report func(detect.Match)) {
	a, ok := notation.AssignedIn(w)
	if !ok || notation.Run(w.Text, a.Start, resourceKeyLength+1, isSmallHex) != a.Start+resourceKeyLength {
		return
	}
	end := a.Start + resourceKeyLength
	if !notation.Ends(w.Text, end) || end < len(w.Text) && w.Text[end] == '-' {
		return
	}
	moved := w.LookAll()
	a, end = a.Moved(moved), end+moved
	const length = "32 hexadecimal digits"
	switch {
	case bytes.Contains([]byte(a.Plain), []byte("azure")):
		report(secret(accessKeyRule, w.Text, a.Start, end, 0.85, "value of "+a.Name, length))
	case notation.Near(w.Text, a.NameStart, a.NameEnd, aboutReach, aiHosts...) != "":
		report(secret(accessKeyRule, w.Text, a.Start, end, 0.8, "value of "+a.Name+" near a host of Azure that takes such keys", length))
	}
}

func isSmallHex(c byte) bool { return notation.IsDigit(c) || 'a' <= c && c <= 'f' }

// functionKey decides over the code parameter of a function's address.
func functionKey(w *detect.Window, report func(detect.Match)) {
	_, hi := near(w, w.End, w.End, 300)
	i := bytes.Index(w.Text[w.End:hi], []byte("code="))
	if i < 0 || bytes.ContainsAny(w.Text[w.End:w.End+i], " \"'<>") {
		return
	}
	start := w.End + i + len("code=")
	end := notation.Run(w.Text, start, 100, func(c byte) bool { return notation.IsBase64URL(c) || c == '/' || c == '%' })
	for n := 0; n < 2 && end < len(w.Text) && w.Text[end] == '='; n++ {
		end++
	}
	const least = 40
	if end-start < least || !notation.Mixed(w.Text[start:end]) || bytes.Contains(w.Text[start:end], []byte("AzFu")) {
		return
	}
	report(secret(accessKeyRule, w.Text, start, end, 0.85, "code parameter in the address of an Azure Function"))
}

const publishLength = 60

// publishPassword decides over the password of an App Service's publish
// profile.
func publishPassword(w *detect.Window, report func(detect.Match)) {
	v, ok := notation.ValueOf(w.Text, w.End-1)
	if !ok {
		return
	}
	end := notation.Run(w.Text, v.Start, publishLength+1, notation.IsAlnum)
	if end-v.Start != publishLength || !notation.Mixed(w.Text[v.Start:end]) || notation.Near(w.Text, w.Start, w.End, 600, "publishprofile", "publishurl", "azurewebsites") == "" {
		return
	}
	report(secret(accessKeyRule, w.Text, v.Start, end, 0.95, "userPWD of the publish profile of an App Service"))
}

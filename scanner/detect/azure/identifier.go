package azure

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// subscription decides over the UUID behind /subscriptions/ or behind a name
// that speaks of a subscription.
func subscription(w *detect.Window, report func(detect.Match)) {
	if start := pathPart(w.Text, w.End); start > 0 {
		if uuidAt(w.Text, start) {
			start += w.LookAll()
			report(subscriptionPath(w, start))
		}
		return
	}
	named(subscriptionRule, w, report)
}

// maxPathPart bounds what follows the word subscription in a path, up to the end
// of the UUID.
const maxPathPart = uuidLength + 8

// pathPart returns where the part of a path behind subscriptions/ begins, 0 if
// no path goes on at text[at].
func pathPart(text []byte, at int) int {
	for _, slash := range [...]string{"s/", `s\/`, "s%2F", "s%2f", "S/"} {
		if bytes.HasPrefix(text[at:], []byte(slash)) {
			return at + len(slash)
		}
	}
	return 0
}

// subscriptionPath weighs a UUID in a path. Other services have subscriptions
// too; what goes on below them tells Azure's.
func subscriptionPath(w *detect.Window, start int) detect.Match {
	end := start + uuidLength
	rest := notation.Lower(w.Text[end:min(len(w.Text), end+32)])
	lo, hi := near(w, w.Start, end, 300)
	switch {
	case bytes.Contains(rest, []byte("resourcegroups")) || bytes.Contains(rest, []byte("providers")):
		return identifier(subscriptionRule, w.Text, start, 0.97, "stands in the path of an Azure resource")
	case notation.Near(w.Text, lo, hi, 0, "azure", "microsoft", "scope") != "":
		return identifier(subscriptionRule, w.Text, start, 0.9, "stands behind subscriptions/ in a path of Azure")
	case aboutAzure(w.Text[:w.Start], w.Start, w.Start) != "" || aboutAzure(w.Text[end:], 0, 0) != "":
		return identifier(subscriptionRule, w.Text, start, 0.8, "stands behind subscriptions/ near words of Azure")
	}
	return identifier(subscriptionRule, w.Text, start, weak, "stands behind subscriptions/ in a path")
}

// tenant decides over the UUID behind a name that speaks of a tenant.
func tenant(w *detect.Window, report func(detect.Match)) { named(tenantRule, w, report) }

// tenantHost decides over the first part of the path behind a host of Entra ID.
func tenantHost(w *detect.Window, report func(detect.Match)) {
	at := notation.Run(w.Text, w.End, 20, func(c byte) bool { return notation.IsAlnum(c) || c == '.' || c == ':' })
	for _, slash := range [...]string{"/", `\/`, "%2F", "%2f"} {
		if bytes.HasPrefix(w.Text[at:], []byte(slash)) && uuidAt(w.Text, at+len(slash)) {
			report(identifier(tenantRule, w.Text, at+len(slash), 0.97, "follows the host "+string(w.Text[w.Start:at])))
			return
		}
	}
}

// application decides over the UUID behind a name that speaks of an
// application or client.
func application(w *detect.Window, report func(detect.Match)) { named(clientIDRule, w, report) }

// ofAzure are parts of names by which the name alone says that it speaks of
// Azure.
var ofAzure = []string{"azure", "aad", "entra", "msal", "microsoft", "armtenant", "armclient", "armsubscription", "keyvault", "aks"}

// bareNames are words that name a row of many a database. The name of a cloud
// among its data does not make it that cloud's.
var bareNames = map[string]bool{"tenant": true, "subscription": true}

// aboutClosely holds the words of which one stands near a tenant or subscription
// of Azure that is called no more than that.
var aboutClosely = append([]string{
	"azure-cli", "azurerm", "azuread", "azurecloud", "serviceprincipal", "service principal", "service-principal",
}, about[1:]...)

// named weighs a UUID behind a name. The trigger is part of the name.
func named(rule *finding.Rule, w *detect.Window, report func(detect.Match)) {
	start, name, ok := valueBehind(w)
	if !ok || !uuidAt(w.Text, start) {
		return
	}
	start += w.LookAll()
	plain := notation.Plain([]byte(name))
	for _, word := range ofAzure {
		if strings.Contains(plain, word) {
			report(identifier(rule, w.Text, start, 0.9, "value of "+name))
			return
		}
	}
	if other := companion(w.Text, w.Start, start+uuidLength); other != "" && rule != subscriptionRule {
		report(identifier(rule, w.Text, start, 0.75, "value of "+name+" beside "+other))
		if rule == clientIDRule {
			pairedSecret(w, start, other, report)
		}
		return
	}
	words := about
	if bareNames[plain] && name[0] != '-' {
		words = aboutClosely
	}
	if word := nearWord(w.Text, w.Start, w.End, words...); word != "" {
		report(identifier(rule, w.Text, start, 0.75, "value of "+name+" near the word "+word))
		return
	}
	report(identifier(rule, w.Text, start, weak, "value of "+name))
}

// companion returns the name beside an application's or a tenant's ID that makes a pair of
// them: an application and its directory, which no other provider calls so. Both are UUIDs.
func companion(text []byte, start, end int) string {
	const reach = 120
	for _, pair := range [...][2]string{{"client", "tenant"}, {"application", "directory"}, {"app", "tenant"}} {
		for i, name := range pair {
			other := pair[1-i]
			if at := nameNear(text, start, end, reach, other); at != "" && nameNear(text, start, start+40, 0, name) != "" {
				return at
			}
		}
	}
	return ""
}

// nameNear returns the name with a word and ID in it, of which the value is a UUID, within reach
// of text[start:end].
func nameNear(text []byte, start, end, reach int, word string) string {
	lo, hi := max(0, start-reach), min(len(text), end+reach)
	lower := notation.Lower(text[lo:hi])
	for at := 0; ; {
		i := bytes.Index(lower[at:], []byte(word))
		if i < 0 {
			return ""
		}
		at += i + len(word)
		nameStart, nameEnd := notation.Name(text, lo+at-len(word), lo+at)
		plain := notation.Plain(text[nameStart:nameEnd])
		if v, ok := notation.ValueOf(text, nameEnd); ok && plain == word+"id" && uuidAt(text, v.Start) {
			return string(text[nameStart:nameEnd])
		}
	}
}

// labelReach is how far behind a label its value is sought, with room for the value.
const labelReach = notation.Reach + 100

// labelTails are what may follow the trigger in a label that a person reads:
// "Tenant ID: x", "Directory (tenant) ID x".
var labelTails = []string{") id", " id", "_id)", ")"}

const longestTail = 8

// valueBehind returns where the value begins that is given to the name around
// the trigger.
func valueBehind(w *detect.Window) (start int, name string, ok bool) {
	if a, ok := notation.AssignedIn(w); ok {
		return a.Start, a.Name, true
	}
	w.Look(0, longestTail)
	rest := w.Text[w.End:]
	for _, tail := range labelTails {
		if len(rest) < len(tail) || !bytes.EqualFold(rest[:len(tail)], []byte(tail)) {
			continue
		}
		w.Look(0, labelReach)
		end := w.End + len(tail)
		if start := stated(w.Text, end); start > 0 {
			return start, string(w.Text[w.Start:end]), true
		}
		if v, ok := notation.ValueOf(w.Text, end); ok {
			return v.Start, string(w.Text[w.Start:end]), true
		}
	}
	return 0, "", false
}

// stated returns where the value begins that a sentence gives to the label
// before text[at]: "tenant ID is x"; 0 if none does.
func stated(text []byte, at int) int {
	if !bytes.HasPrefix(text[at:], []byte(" is")) {
		return 0
	}
	return notation.Run(text, at+len(" is"), 8, func(c byte) bool { return bytes.IndexByte([]byte(" \r\n:`*'\""), c) >= 0 })
}

// shownAccount decides over the id of a subscription as az account shows it.
func shownAccount(w *detect.Window, report func(detect.Match)) {
	const reach = 200 // id follows homeTenantId, as the keys are sorted
	record := w.Text[w.End:min(len(w.Text), w.End+reach)]
	for _, key := range [...]string{`"id": "`, `"id":"`} {
		if i := bytes.Index(record, []byte(key)); i >= 0 && uuidAt(w.Text, w.End+i+len(key)) {
			report(identifier(subscriptionRule, w.Text, w.End+i+len(key), 0.95, "id of a subscription as az account shows it"))
			return
		}
	}
}

// signIn decides over the application that a line signs in as:
//
//	az login --service-principal -u UUID
//	New-Object PSCredential('UUID', …)
func signIn(w *detect.Window, report func(detect.Match)) {
	_, hi := near(w, w.End, w.End, 300)
	for _, flag := range [...]string{" -u ", " --username ", " -u=", " --username="} {
		if i := bytes.Index(w.Text[w.End:hi], []byte(flag)); i >= 0 {
			if start := w.End + i + len(flag); uuidAt(w.Text, unquoted(w.Text, start)) {
				report(identifier(clientIDRule, w.Text, unquoted(w.Text, start), 0.9, "user that az login signs in as"))
			}
			return
		}
	}
}

func credential(w *detect.Window, report func(detect.Match)) {
	start := unquoted(w.Text, w.End)
	if word := aboutAzure(w.Text, w.Start, w.End); word != "" && uuidAt(w.Text, start) {
		report(identifier(clientIDRule, w.Text, start, 0.8, "user of a PowerShell credential near the word "+word))
	}
}

// unquoted returns the place behind a quote at text[at], or at itself.
func unquoted(text []byte, at int) int {
	if at < len(text) && (text[at] == '\'' || text[at] == '"') {
		return at + 1
	}
	return at
}

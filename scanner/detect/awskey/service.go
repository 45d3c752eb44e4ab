package awskey

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// bedrockUser is the name in a long-term Bedrock key: the IAM user, which may
// have a number, and the account, then a colon and the password.
var bedrockUser = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\w+=,.@-]{1,64}-at-(\d{12}):.{10,}`)
})

// bedrockLongTerm looks for a long-term API key of Bedrock: ABSK and the base64
// of user and password, the user being a service-specific credential's:
// https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
func bedrockLongTerm(w *detect.Window, report func(detect.Match)) {
	if wordBefore(w.Text, w.Start) {
		return
	}
	r, whole := readRun(w.Text, w.Start, 400, notation.IsBase64)
	if !whole || len(r.value) < 60 {
		return
	}
	m := detect.Match{Rule: BedrockAPIKey, Start: r.start, ShowHead: prefixLen}
	r = padded(w.Text, r)
	m.End, m.Value = r.end, r.value
	body := strings.TrimRight(r.value[prefixLen:], "=")
	raw, err := base64.RawStdEncoding.DecodeString(body[:len(body)&^3])
	if err != nil {
		return
	}
	switch user := bedrockUser().FindSubmatch(raw); {
	case user != nil:
		m.Account = string(user[1])
		m.Confidence = 0.98
		m.Evidence = []string{"ABSK and the base64 of a Bedrock user with a password", "belongs to account " + maskAccount(m.Account)}
	case strings.HasPrefix(string(raw), "BedrockAPIKey-"):
		m.Confidence = 0.8
		m.Evidence = []string{"ABSK and base64 that begins with BedrockAPIKey-"}
	default:
		return
	}
	if strings.Contains(r.value, "EXAMPLE") || sampleAccount(m.Account) {
		m.Class = finding.Sample
	}
	report(m)
}

// bedrockShortTerm looks for a short-term API key of Bedrock, which is a
// pre-signed URL in base64.
func bedrockShortTerm(w *detect.Window, report func(detect.Match)) {
	r, whole := readRun(w.Text, w.End, maxToken, notation.IsBase64)
	if !whole || len(r.value) < minToken {
		return
	}
	r = padded(w.Text, r)
	body := strings.TrimRight(r.value, "=")
	raw, err := base64.RawStdEncoding.DecodeString(body[:len(body)&^3])
	if err != nil {
		return
	}
	u := parameters(raw)
	key, signed := credential(u["x-amz-credential"])
	if !signed || len(u["x-amz-signature"]) < 60 {
		return
	}
	m := urlMatch(w.Start, r.end, key, "bedrock-api-key- and a pre-signed URL in base64")
	m.Rule, m.Value, m.ShowHead, m.Severity = BedrockAPIKey, string(w.Text[w.Start:w.End])+r.value, w.End-w.Start, finding.Medium
	m.Evidence = append(m.Evidence, "valid for 12 hours at most")
	report(m)
}

// padded adds the signs of base64's padding that follow a run.
func padded(text []byte, r run) run {
	for range 2 {
		if followedBy(text, r.end, '=') {
			_, n := char(text, r.end)
			r.end += n
			r.value += "="
		}
	}
	return r
}

// appSyncKey looks for an API key of AppSync: da2- and 26 small letters and
// digits. https://docs.aws.amazon.com/appsync/latest/APIReference/API_ApiKey.html
func appSyncKey(w *detect.Window, report func(detect.Match)) {
	if wordBefore(w.Text, w.Start) {
		return
	}
	r, whole := readRun(w.Text, w.End, 26, func(c byte) bool { return notation.IsLower(c) || notation.IsDigit(c) })
	if !whole || len(r.value) != 26 || !bounded(w.Text, w.Start, r.end) || placeholder.Distinct(r.value) < 9 ||
		placeholder.Steps(r.value) >= 6 || !strings.ContainsAny(r.value, "0123456789") {
		return
	}
	m := detect.Match{
		Rule: AppSyncAPIKey, Start: w.Start, End: r.end, ShowHead: w.End - w.Start,
		Confidence: 0.95, Evidence: []string{"da2- and 26 random letters and digits"},
	}
	if placeholder.Random(r.value) {
		m.Class = finding.Sample
	}
	report(m)
}

// mwsToken looks for a token of Marketplace Web Service: amzn.mws. and a UUID.
func mwsToken(w *detect.Window, report func(detect.Match)) {
	const uuidLen = 36
	end := w.End + uuidLen
	if end > len(w.Text) || !bounded(w.Text, w.Start, end) || !isUUID(w.Text[w.End:end]) {
		return
	}
	report(detect.Match{
		Rule: MWSToken, Start: w.Start, End: end, ShowHead: w.End - w.Start,
		Confidence: 0.95, Evidence: []string{"amzn.mws. and a UUID"},
	})
}

func isUUID(s []byte) bool {
	for i, c := range s {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if _, ok := hexValue(s, i, 1); !ok {
			return false
		}
	}
	return placeholder.Distinct(string(s)) >= 8
}

// sellingPartnerSecret looks for a client secret of Login with Amazon, which
// signs for a Selling Partner application:
// https://developer-docs.amazon.com/sp-api/docs/application-management-api-v2023-11-30-use-case-guide
func sellingPartnerSecret(w *detect.Window, report func(detect.Match)) {
	end := w.End + 64
	if end > len(w.Text) || !bounded(w.Text, w.Start, end) || !isHex(string(w.Text[w.End:end]), 64) {
		return
	}
	report(detect.Match{
		Rule: SellingPartnerSecret, Start: w.Start, End: end, ShowHead: w.End - w.Start,
		Confidence: 0.97, Evidence: []string{"amzn1.oa2-cs.v1. and 64 hexadecimal digits"},
	})
}

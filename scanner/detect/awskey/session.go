package awskey

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Session tokens are base64 of a message whose first field is a short string:
// "origin_ec", "er/aws", or "aws" in old ones. One byte stands before the
// field's tag, so that behind two changing characters every token reads
// oJb3JpZ2luX2Vj, oGZXIvYXdz or oDYXdz. (Observed; AWS documents the token as
// opaque and warns that its length may grow:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html)
const (
	tokenOffset  = 2 // of the readable string
	minToken     = 100
	maxToken     = 4000 // what fits into a window
	reachOfToken = 80   // from its name
)

// formedToken looks for a session token by its first field.
func formedToken(w *detect.Window, report func(detect.Match)) {
	start := w.Start - tokenOffset
	if start < 0 || wordBefore(w.Text, start) || !strings.ContainsRune("AQgw", rune(w.Text[start+1])) {
		return
	}
	r, ok := tokenAt(w.Text, start)
	if !ok || inPresignedURL(w.Text, start) {
		return
	}
	report(tokenMatch(r, 0.97, "begins with the first field of an AWS session token, in base64"))
}

// namedToken looks for a session token of unknown make behind a name of AWS.
func namedToken(w *detect.Window, report func(detect.Match)) {
	start, _ := w.RunBack(w.Start, longestPhrase, phraseBytes)
	name := notation.Plain(w.Text[start:w.End])
	if !strings.Contains(name, "aws") && !strings.Contains(name, "amz") {
		return
	}
	w.LookAll()
	limit := min(len(w.Text), w.End+reachOfToken)
	for i := w.End; i < limit; i++ {
		if !notation.IsBase64(w.Text[i]) || notation.IsBase64(w.Text[i-1]) {
			continue
		}
		r, ok := tokenAt(w.Text, i)
		if !ok || strings.HasPrefix(r.value, "eyJ") { // a JWT is no token of STS
			continue
		}
		if bytes.Count(w.Text[w.End:i], []byte("\n")) > 2 || inPresignedURL(w.Text, i) {
			return
		}
		report(tokenMatch(r, 0.75, "long random base64 behind the name of an AWS session token"))
		return
	}
}

func tokenMatch(r run, confidence float64, why string) detect.Match {
	m := detect.Match{
		Rule: SessionToken, Start: r.start, End: r.end, Value: r.value,
		Confidence: confidence, Evidence: []string{why},
	}
	if strings.Contains(r.value, "EXAMPLE") {
		m.Class = finding.Sample
	}
	return m
}

// tokenAt reads a session token that starts at text[start], with its padding.
func tokenAt(text []byte, start int) (run, bool) {
	r, whole := readRun(text, start, maxToken, notation.IsBase64)
	if !whole || len(r.value) < minToken || placeholder.Distinct(r.value) < 40 || kindChanges(r.value)*2 < len(r.value) {
		return run{}, false
	}
	if _, err := base64.RawStdEncoding.DecodeString(r.value[:len(r.value)&^3]); err != nil {
		return run{}, false
	}
	return padded(text, r), true
}

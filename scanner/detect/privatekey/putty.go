package privatekey

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// readPutty reads a PuTTY key file: lines "Name: value", of which Public-Lines
// and Private-Lines announce how many lines of base64 follow, and at the end a
// MAC. https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html
func readPutty(w *detect.Window) (detect.Match, bool) {
	w.Look(0, detect.After)
	stop := bytes.Index(w.Text[w.Start:], []byte("Private-MAC:"))
	if stop < 0 {
		return detect.Match{}, false
	}
	stop += w.Start
	fields := map[string]string{}
	lines := plainLines(w.Text[w.Start:stop])
	for i := 0; i < len(lines); i++ {
		name, value, found := strings.Cut(lines[i], ":")
		if !found {
			return detect.Match{}, false
		}
		value = strings.TrimSpace(value)
		fields[name] = value
		if n, ok := strings.CutSuffix(name, "-Lines"); ok {
			count, err := strconv.Atoi(value)
			if err != nil || count < 1 || count > len(lines)-i-1 {
				return detect.Match{}, false
			}
			fields[n] = strings.Join(lines[i+1:i+1+count], "")
			i += count
		}
	}
	public, ok := decodeBase64(fields["Public"], true)
	if !ok || len(public) < 32 {
		return detect.Match{}, false
	}
	private, ok := decodeBase64(fields["Private"], true)
	if !ok || len(private) < 16 || uniform(public) {
		return detect.Match{}, false
	}
	m := detect.Match{
		Rule: plainRule, Start: w.Start, End: puttyEnd(w.Text, stop),
		Value:      base64.StdEncoding.EncodeToString(private),
		Confidence: 0.97,
		Evidence:   []string{"a PuTTY key file with its public and private part"},
	}
	if cipher := fields["Encryption"]; cipher != "none" {
		m.Rule = encryptedRule
		m.Evidence = append(m.Evidence, "encrypted with "+cipher)
	}
	return m, true
}

// puttyEnd is where the MAC behind "Private-MAC:" ends.
func puttyEnd(text []byte, at int) int {
	at += len("Private-MAC:")
	for at < len(text) && text[at] == ' ' {
		at++
	}
	for at < len(text) && strings.IndexByte("0123456789abcdef", text[at]) >= 0 {
		at++
	}
	return at
}

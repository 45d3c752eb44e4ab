package encoded

import "bytes"

// Secrets are how an object of Kubernetes begins whose values are encoded in base64, however
// short they are.
func Secrets() []string {
	return []string{"kind: Secret", `kind: "Secret"`, `"kind": "Secret"`, `"kind":"Secret"`}
}

// ShortValues calls visit for the values of keys in a text of YAML or JSON that are runs of the
// alphabet, of whole groups and shorter than MinRun.
func ShortValues(text []byte, visit func(start, end int)) {
	const least = 12
	for at := 0; at < len(text); {
		i := bytes.IndexByte(text[at:], ':')
		if i < 0 {
			return
		}
		at += i + 1
		start := at
		for start < len(text) && (text[start] == ' ' || text[start] == '"' || text[start] == '\'') {
			start++
		}
		end := RunEnd(text[:min(len(text), start+MinRun)], start)
		run := end - start
		for end < len(text) && text[end] == '=' && (end-start)%4 != 0 {
			end++
		}
		if run >= least && run < MinRun && (end-start)%4 == 0 {
			visit(start, end)
		}
		at = max(at, start)
	}
}

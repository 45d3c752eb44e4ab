package mail

import (
	"bytes"
	"strings"
)

// claims reports whether a content begins like a message or a mailbox.
func claims(head []byte) bool {
	return isMailbox(head) || isMessage(head)
}

// isMailbox looks for the line that messages in a mailbox begin with: "From ", a
// sender and a date. A patch by git format-patch begins so, too; it is no more
// than the text that it is.
func isMailbox(head []byte) bool {
	line, _, _ := bytes.Cut(head[:min(len(head), 512)], []byte("\n"))
	return separates(line) && !bytes.Contains(line, []byte(" Mon Sep 17 00:00:00 2001"))
}

// separates reports whether a line begins a message in a mailbox: it has a sender
// and a date with a time.
func separates(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("From "))
	if !ok || len(rest) > 400 {
		return false
	}
	i := bytes.IndexByte(rest, ':')
	return i > 2 && i+3 < len(rest) && digit(rest[i-1]) && digit(rest[i+1]) && bytes.IndexByte(rest, ' ') > 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Names of headers that messages begin with. Some are in nothing but messages.
var (
	distinct = named("received", "return-path", "delivered-to", "message-id", "mime-version", "x-received", "dkim-signature",
		"authentication-results", "arc-seal", "arc-message-signature", "received-spf", "x-originating-ip", "x-mozilla-status", "envelope-to",
		"x-gm-message-state", "x-google-dkim-signature", "snapshot-content-location", "x-unsent", "thread-topic", "thread-index")
	usual = named("from", "to", "cc", "bcc", "subject", "date", "reply-to", "sender", "content-type", "content-transfer-encoding",
		"content-disposition", "in-reply-to", "references", "x-mailer", "user-agent", "organization", "importance", "x-priority")
)

func named(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

// isMessage reports whether a content begins with header lines and nothing else,
// enough of which are those of messages.
func isMessage(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	proof := 0
	for first := true; len(head) > 0; first = false {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		head = rest
		if len(line) == 0 || !whole { // the last line may be cut
			break
		}
		if !first && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		name, ok := headerName(line)
		switch {
		case !ok || first && !distinct[name] && !usual[name] && !strings.HasPrefix(name, "x-"):
			return false
		case distinct[name]:
			proof += 2
		case usual[name]:
			proof++
		}
	}
	return proof >= 3
}

// headerName returns the name of a header line in lower case.
func headerName(line []byte) (string, bool) {
	i := bytes.IndexByte(line, ':')
	if i < 1 || i > 76 {
		return "", false
	}
	for _, c := range line[:i] {
		if c <= ' ' || c > '~' {
			return "", false
		}
	}
	return strings.ToLower(string(line[:i])), true
}

package history

import "bytes"

// unsigned returns a commit's further headers without the signatures of the commit in them,
// where these are what programs write: lines of base64 in armor. That is one value and
// nobody's secret, and two commits of three have one in repositories that are merged on
// GitHub. A signature with anything else in it stays.
func unsigned(headers []byte) []byte {
	var left []byte
	cut := false
	for rest := headers; len(rest) > 0; {
		end := headerEnd(rest)
		switch {
		case isSignature(rest[:end]):
			if !cut {
				left = append([]byte(nil), headers[:len(headers)-len(rest)]...)
			}
			cut = true
		case cut:
			left = append(left, rest[:end]...)
		}
		rest = rest[end:]
	}
	if !cut {
		return headers
	}
	return left
}

// headerEnd returns where the first header ends: lines that begin with a space go on with it.
func headerEnd(text []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		if at += i + 1; at == len(text) || text[at] != ' ' {
			return at
		}
	}
}

// isSignature reports whether a header is a signature and nothing else.
// https://git-scm.com/docs/gitformat-signature
func isSignature(header []byte) bool {
	name, text, _ := bytes.Cut(header, []byte(" "))
	if string(name) != "gpgsig" && string(name) != "gpgsig-sha256" || !bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		return false
	}
	for len(text) > 0 {
		end := 0
		if text[0] == ' ' { // as a header goes on
			end++
		}
		for end < len(text) && ofArmor[text[end]] {
			end++
		}
		line := text[:end]
		if end < len(text) && text[end] != '\n' { // no base64 alone
			if end = bytes.IndexByte(text, '\n'); end < 0 {
				end = len(text)
			}
			if line = bytes.TrimSpace(text[:end]); !frames(line) {
				return false
			}
		}
		if len(line) > longestLine {
			return false
		}
		text = text[min(end+1, len(text)):]
	}
	return true
}

// frames reports whether a line of armor is one of those around the base64.
func frames(line []byte) bool {
	switch string(line) {
	case "", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----",
		"-----BEGIN SIGNED MESSAGE-----", "-----END SIGNED MESSAGE-----":
		return true
	}
	return bytes.HasPrefix(line, []byte("Version: GnuPG"))
}

// longestLine is how long a line of armor is at most (RFC 9580, 6.2), with room for its end.
const longestLine = 78

// ofArmor are the bytes of base64.
var ofArmor = func() (of [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") {
		of[c] = true
	}
	return of
}()

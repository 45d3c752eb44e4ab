package token

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
)

// check is what must hold of a token beside its form.
type check struct {
	name     string
	checksum bool // a single wrong character makes it fail
	holds    func(token string) (evidence string, ok bool)
}

// checksumMatches says the same of every checksum: nothing that only looks like
// the token passes it but once in four billion.
const checksumMatches = "its checksum matches"

func checksum(name string, sum func(token string) (want, have string)) check {
	return check{name: name, checksum: true, holds: func(token string) (string, bool) {
		want, have := sum(token)
		return checksumMatches, want != "" && want == have
	}}
}

const (
	base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// tail cuts the last n bytes off a token; a shorter one gives nothing.
func tail(token string, n int) (head, end string) {
	if len(token) < n {
		return "", ""
	}
	return token[:len(token)-n], token[len(token)-n:]
}

// crc is the CRC-32 (IEEE) that all the checksums below are made of.
func crc(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }

// inBase writes n in the base of an alphabet, zero-padded to width.
func inBase(n uint32, alphabet string, width int) string {
	digits := make([]byte, width)
	base := uint32(len(alphabet))
	for i := width - 1; i >= 0; i-- {
		digits[i] = alphabet[n%base]
		n /= base
	}
	return string(digits)
}

func littleEndian(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

var (
	// crcBase62 is the checksum of GitHub and npm: the last six characters are
	// the CRC-32, in base 62, of the random part behind the prefix.
	// https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
	crcBase62 = checksum("crc-base62", func(token string) (string, string) {
		head, end := tail(token, 6)
		_, random, _ := strings.Cut(head, "_")
		return inBase(crc(random), base62, 6), end
	})

	// crcBase36 is the checksum of GitLab's routable tokens: the last seven
	// characters are the CRC-32, in base 36, of everything before them.
	// https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/
	crcBase36 = checksum("crc-base36", func(token string) (string, string) {
		head, end := tail(token, 7)
		return inBase(crc(head), base36, 7), end
	})

	// crcUpperHex is the checksum of Atlassian's tokens: the last eight
	// characters are the CRC-32 of everything before them, the '=' included.
	crcUpperHex = checksum("crc-upper-hex", func(token string) (string, string) {
		head, end := tail(token, 8)
		return fmt.Sprintf("%08X", crc(head)), end
	})

	// crcGrafana is the CRC-32, its lowest byte first, of prefix and random part.
	// https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go
	crcGrafana = checksum("crc-grafana", func(token string) (string, string) {
		head, end := tail(token, 9)
		return "_" + hex.EncodeToString(littleEndian(crc(head))), strings.ToLower(end)
	})

	// crcConfluent is the CRC-32, its lowest byte first and in base64, of the 54
	// characters behind the prefix.
	crcConfluent = checksum("crc-confluent", func(token string) (string, string) {
		head, end := tail(token, 6)
		return strings.TrimRight(base64.StdEncoding.EncodeToString(littleEndian(crc(strings.TrimPrefix(head, "cflt")))), "="), end
	})

	// crcHex is the CRC-32, as hexadecimal digits, of the part between the
	// underscores. https://zuplo.com/docs/articles/api-key-management
	crcHex = checksum("crc-hex", func(token string) (string, string) {
		head, end := tail(token, 9)
		_, random, _ := strings.Cut(head, "_")
		return fmt.Sprintf("_%08x", crc(random)), end
	})
)

// decode reads base64 in either alphabet, padded or not.
func decode(s string) ([]byte, bool) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}

// object checks that a token holds, behind its literal and up to the last
// separator if it has one, a JSON object in base64 with all of the members.
func object(name, literal, separator string, members ...string) check {
	return check{name: name, holds: func(token string) (string, bool) {
		body := strings.TrimPrefix(token, literal)
		if separator != "" {
			at := strings.LastIndex(body, separator)
			if at < 0 {
				return "", false
			}
			body = body[:at]
		}
		raw, ok := decode(body)
		if !ok {
			return "", false
		}
		var o map[string]json.RawMessage
		if json.Unmarshal(raw, &o) != nil {
			return "", false
		}
		for _, m := range members {
			if _, ok := o[m]; !ok {
				return "", false
			}
		}
		return "decodes to JSON with the members " + strings.Join(members, ", "), true
	}}
}

// macaroon checks the packets of a PyPI token: a macaroon in its second binary
// format, made for pypi.org or test.pypi.org, whose signature has 32 bytes.
// https://pypi.org/help/#apitoken,
// https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
var macaroon = check{name: "macaroon", holds: func(token string) (string, bool) {
	raw, ok := decode(strings.TrimPrefix(token, "pypi-"))
	if !ok || len(raw) == 0 || raw[0] != 2 {
		return "", false
	}
	location, rest, ok := packet(raw[1:], 1)
	if !ok || location != "pypi.org" && location != "test.pypi.org" {
		return "", false
	}
	if _, rest, ok = packet(rest, 2); !ok || len(rest) == 0 || rest[0] != 0 {
		return "", false
	}
	for rest = rest[1:]; len(rest) > 0 && rest[0] != 0; rest = rest[1:] { // caveats, each ended by a zero
		if _, rest, ok = packet(rest, 2); !ok || len(rest) == 0 || rest[0] != 0 {
			return "", false
		}
	}
	if len(rest) == 0 {
		return "", false
	}
	signature, rest, ok := packet(rest[1:], 6)
	return "decodes to a macaroon for " + location, ok && len(signature) == 32 && len(rest) == 0
}}

// packet reads one field of a macaroon: its type, length and content.
func packet(b []byte, kind byte) (content string, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != kind {
		return "", nil, false
	}
	n, size := binary.Uvarint(b[1:])
	if size <= 0 || n > uint64(len(b)-1-size) {
		return "", nil, false
	}
	b = b[1+size:]
	return string(b[:n]), b[n:], true
}

// vaultService checks the envelope of a HashiCorp Vault service token: a
// protobuf message with a version, an HMAC of 32 bytes and the signed token.
// https://developer.hashicorp.com/vault/docs/concepts/tokens
var vaultService = check{name: "vault-service", holds: func(token string) (string, bool) {
	raw, ok := decode(strings.TrimPrefix(token, "hvs."))
	return "decodes to a signed Vault token", ok && len(raw) > 40 &&
		bytes.HasPrefix(raw, []byte{0x08, 0x01, 0x12, 0x20}) && raw[36] == 0x1a && int(raw[37])+38 == len(raw)
}}

// discordID checks that the first part of a Discord bot token is the decimal
// number of a user in base64.
// https://discord.com/developers/docs/reference#authentication
var discordID = check{name: "discord-id", holds: func(token string) (string, bool) {
	id, _, _ := strings.Cut(token, ".")
	raw, ok := decode(id)
	if !ok || len(raw) < 17 || len(raw) > 20 {
		return "", false
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return "its first part decodes to the number of a Discord user", true
}}

// referenceToken checks that a JFrog reference token decodes to what they begin
// with. https://jfrog.com/help/r/jfrog-platform-administration-documentation/reference-token
var referenceToken = check{name: "reference", holds: func(token string) (string, bool) {
	raw, ok := decode(token)
	return "decodes to a reference token", ok && bytes.HasPrefix(raw, []byte("reftkn:"))
}}

// flyMacaroon checks that a Fly.io macaroon decodes to a MessagePack array.
// https://github.com/superfly/macaroon
var flyMacaroon = check{name: "fly-macaroon", holds: func(token string) (string, bool) {
	_, body, _ := strings.Cut(token, "_")
	raw, ok := decode(body)
	return "decodes to a macaroon", ok && len(raw) > 40 && raw[0]&0xf0 == 0x90
}}

// mixedKey keeps out what is only hexadecimal digits behind a prefix that others use, too.
var mixedKey = check{name: "mixed", holds: func(token string) (string, bool) {
	_, key, _ := strings.Cut(token, "_")
	return "letters of both cases and digits", strings.Trim(key, "0123456789abcdef") != ""
}}

// notHex keeps a key out that is only hexadecimal digits: 40 of them behind the
// same prefix are another provider's key, and random letters of both cases are
// never just those.
var notHex = check{name: "not-hex", holds: func(token string) (string, bool) {
	_, key, _ := strings.Cut(token, "_")
	_, key, _ = strings.Cut(key, "_")
	return "behind a prefix that names its mode", strings.Trim(key, "0123456789abcdef") != ""
}}

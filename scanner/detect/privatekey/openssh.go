package privatekey

import (
	"bytes"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

var sshMagic = []byte("openssh-key-v1\x00")

// readOpenSSH reads the blob of an OpenSSH key: cipher, key derivation, the
// public key and the private part.
// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
func readOpenSSH(b []byte, whole bool) (key, bool) {
	rest, ok := bytes.CutPrefix(b, sshMagic)
	if !ok {
		return key{}, false
	}
	s := cryptobyte.String(rest)
	var cipher, kdf, options, public, private cryptobyte.String
	var keys uint32
	if !sshString(&s, &cipher) || !sshString(&s, &kdf) || !sshString(&s, &options) ||
		!s.ReadUint32(&keys) || keys == 0 || !sshString(&s, &public) {
		return key{}, false
	}
	if !sshString(&s, &private) && whole {
		return key{}, false
	}
	var kind cryptobyte.String
	if !sshString(&public, &kind) || !printable(kind) || !printable(cipher) || !printable(kdf) {
		return key{}, false
	}
	k := key{what: "an OpenSSH private key (" + string(kind) + ")"}
	if string(cipher) != "none" {
		k.encrypted, k.protection = true, "encrypted with "+string(cipher)+", "+string(kdf)
		return k, true
	}
	return k, !whole || checked(private)
}

// checked reports whether a private part begins with the same number twice, by
// which OpenSSH tells that decryption worked.
func checked(private []byte) bool {
	return len(private) >= 8 && bytes.Equal(private[:4], private[4:8])
}

func sshString(s, out *cryptobyte.String) bool {
	var n uint32
	return s.ReadUint32(&n) && uint64(n) <= uint64(len(*s)) && s.ReadBytes((*[]byte)(out), int(n))
}

func printable(b []byte) bool {
	return len(b) > 0 && len(b) <= 64 && strings.IndexFunc(string(b), func(r rune) bool { return r < 0x21 || r > 0x7e }) < 0
}

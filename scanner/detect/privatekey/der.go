package privatekey

import (
	"encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// readDER reads the outline of a private key in DER: PKCS #1 and #8 (RFC 8017,
// 5958), SEC 1 (RFC 5915), or OpenSSL's form of DSA keys. Of a body that was cut
// it reads what is there.
func readDER(b []byte, whole bool) (key, bool) {
	s := cryptobyte.String(b)
	var fields cryptobyte.String
	if whole {
		if !s.ReadASN1(&fields, der.SEQUENCE) || len(s) > 16 {
			return key{}, false
		}
	} else if fields = openSequence(b); fields == nil {
		return key{}, false
	}
	if k, ok := readEncryptedPKCS8(fields); ok {
		return k, true
	}
	var version int
	if !fields.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return key{}, false
	}
	for _, read := range []func(cryptobyte.String, bool) (key, bool){readPKCS8, readSEC1, readIntegers} {
		if k, ok := read(fields, whole); ok {
			return k, true
		}
	}
	return key{}, false
}

// openSequence returns what follows the header of a SEQUENCE that is longer than
// b, nil if b does not begin with one.
func openSequence(b []byte) cryptobyte.String {
	if len(b) < 4 || b[0] != 0x30 || b[1] != 0x82 || int(b[2])<<8|int(b[3]) < len(b)-4 {
		return nil
	}
	return cryptobyte.String(b[4:])
}

var algorithms = map[string]string{
	"1.2.840.113549.1.1.1":  "an RSA private key",
	"1.2.840.113549.1.1.10": "an RSA private key",
	"1.2.840.10045.2.1":     "an elliptic curve private key",
	"1.2.840.10040.4.1":     "a DSA private key",
	"1.2.840.113549.1.3.1":  "a Diffie-Hellman private key",
	"1.3.101.110":           "an X25519 private key",
	"1.3.101.111":           "an X448 private key",
	"1.3.101.112":           "an Ed25519 private key",
	"1.3.101.113":           "an Ed448 private key",
}

func readPKCS8(fields cryptobyte.String, whole bool) (key, bool) {
	var algorithm, private cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !fields.ReadASN1(&algorithm, der.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return key{}, false
	}
	if !fields.ReadASN1(&private, der.OCTET_STRING) && whole {
		return key{}, false
	}
	what, known := algorithms[oid.String()]
	if !known {
		what = "a private key with algorithm " + oid.String()
	}
	return key{what: what + " (PKCS #8)"}, !whole || len(private) >= 16
}

func readEncryptedPKCS8(fields cryptobyte.String) (key, bool) {
	var algorithm, data cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !fields.ReadASN1(&algorithm, der.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!fields.ReadASN1(&data, der.OCTET_STRING) || len(data) < 32 {
		return key{}, false
	}
	return key{what: "an encrypted PKCS #8 key", encrypted: true, protection: "encrypted with algorithm " + oid.String()}, true
}

func readSEC1(fields cryptobyte.String, whole bool) (key, bool) {
	var private cryptobyte.String
	if !fields.ReadASN1(&private, der.OCTET_STRING) || len(private) < 16 || len(private) > 80 || !whole {
		return key{}, false
	}
	return key{what: fmt.Sprintf("an elliptic curve private key of %d bits", 8*len(private))}, true
}

// readIntegers reads the numbers of an RSA key (eight after the version) or a
// DSA key (five).
func readIntegers(fields cryptobyte.String, whole bool) (key, bool) {
	var first big.Int
	n := 0
	for ; n < 9 && len(fields) > 0; n++ {
		var v big.Int
		if !fields.ReadASN1Integer(&v) {
			break
		}
		if n == 0 {
			first = v
		}
	}
	switch bits := first.BitLen(); {
	case first.Sign() <= 0 || bits < 256:
		return key{}, false
	case n == 8 || !whole && n >= 2:
		return key{what: fmt.Sprintf("an RSA private key of %d bits", bits)}, true
	case n == 5:
		return key{what: fmt.Sprintf("a DSA private key of %d bits", bits)}, true
	}
	return key{}, false
}

// readLegacyEncrypted accepts the ciphertext of a PEM block that RFC 1421
// headers say is encrypted: whole cipher blocks.
func readLegacyEncrypted(b *block) (key, bool) {
	if len(b.body) < 48 || b.whole && len(b.body)%8 != 0 {
		return key{}, false
	}
	return key{what: "ciphertext in whole blocks", encrypted: true, protection: "its headers say it is encrypted: DEK-Info " + b.headers["DEK-Info"]}, true
}

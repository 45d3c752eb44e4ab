package privatekey

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // keys of this kind still leak
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// keys are made once, by the libraries that make the keys people leak.
var keys = sync.OnceValue(func() map[string]*pem.Block {
	m := map[string]*pem.Block{}
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	m["rsa"] = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}
	m["pkcs8"] = &pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(rsaKey))}
	m["pkcs8-ed25519"] = &pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(edKey))}
	m["ec"] = &pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(ecKey))}
	m["dsa"] = &pem.Block{Type: "DSA PRIVATE KEY", Bytes: dsaKey()}
	m["openssh"] = must(ssh.MarshalPrivateKey(edKey, "deploy"))
	m["openssh-rsa"] = must(ssh.MarshalPrivateKey(rsaKey, "deploy"))
	m["openssh-encrypted"] = must(ssh.MarshalPrivateKeyWithPassphrase(edKey, "deploy", []byte("passphrase")))
	m["mislabelled"] = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: m["openssh"].Bytes}
	m["foreign"] = &pem.Block{Type: "ACME ED25519 PRIVATE KEY", Bytes: []byte(edKey)}
	m["foreign-encrypted"] = &pem.Block{Type: "ACME ED25519 ENCRYPTED PRIVATE KEY", Bytes: m["pkcs8"].Bytes[:64]}
	m["sigstore"] = &pem.Block{Type: "ENCRYPTED SIGSTORE PRIVATE KEY", Bytes: fmt.Appendf(nil,
		`{"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":%q},"cipher":{"name":"nacl/secretbox","nonce":"AAAA"},"ciphertext":%q}`,
		base64.StdEncoding.EncodeToString(m["pkcs8"].Bytes[100:132]), base64.StdEncoding.EncodeToString(m["pkcs8"].Bytes[200:400]))}
	m["foreign-text"] = &pem.Block{Type: "ACME PRIVATE KEY", Bytes: []byte("put the key of your own certificate authority here, 64 bytes of it")}
	m["pkcs8-encrypted"] = &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: encryptedPKCS8()}
	m["rsa-encrypted"] = must(x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", m["rsa"].Bytes, []byte("passphrase"), x509.PEMCipherAES256)) //nolint:staticcheck // the insecure form is what is looked for
	return m
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// dsaKey is a DSA key as OpenSSL writes it: version, p, q, g, public, private.
func dsaKey() []byte {
	var k dsa.PrivateKey
	k.P = must(rand.Prime(rand.Reader, 1024))
	k.Q = must(rand.Prime(rand.Reader, 160))
	number := func(bits uint) *big.Int {
		return must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), bits)))
	}
	return must(asn1.Marshal([]*big.Int{big.NewInt(0), k.P, k.Q, number(1020), number(1020), number(158)}))
}

// encryptedPKCS8 has the outline of RFC 5958's EncryptedPrivateKeyInfo with
// PBES2.
func encryptedPKCS8() []byte {
	type algorithm struct {
		OID        asn1.ObjectIdentifier
		Parameters []byte
	}
	data := make([]byte, 1232)
	_, _ = rand.Read(data)
	return must(asn1.Marshal(struct {
		Algorithm algorithm
		Data      []byte
	}{algorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}, data[:48]}, data}))
}

func pemText(name string) string {
	return strings.TrimSuffix(string(pem.EncodeToMemory(keys()[name])), "\n")
}

// canonical remembers what every made text holds.
var canonical = map[string]string{}

func made(text string, body []byte) string {
	canonical[text] = base64.StdEncoding.EncodeToString(body)
	return text
}

// around is a shape that shows the key named by its argument in another form.
func around(change func(text string) string) example.Shape {
	return func(_ *mrand.Rand, name string) string {
		return made(change(pemText(name)), keys()[name].Bytes)
	}
}

func join(lineEnd string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, "\n", lineEnd) }
}

var shapes = map[string]example.Shape{
	"pem":           around(join("\n")),
	"indented":      around(join("\n    ")),
	"escaped":       around(join(`\n`)),
	"escaped-twice": around(join(`\\n`)),
	"one-line":      around(join(" ")),
	"concatenated":  around(join("\\n\" +\n    \"")),
	"commented":     around(join("\n# ")),
	"diff":          around(join("\n+")),
	"pem-in-base64": around(func(text string) string {
		return base64.StdEncoding.EncodeToString([]byte(text + "\n"))
	}),
	"jwk": func(r *mrand.Rand, size string) string {
		raw := make([]byte, must(strconv.Atoi(size)))
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		return made(base64.RawURLEncoding.EncodeToString(raw), raw)
	},
	"public":      public,
	"putty":       putty,
	"pgp":         func(_ *mrand.Rand, name string) string { return pgp(name) },
	"pgp-escaped": func(_ *mrand.Rand, name string) string { return made(join(`\n`)(pgp(name)), pgpBody(name)) },
	"age":         age,
}

func public(_ *mrand.Rand, form string) string {
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: keys()["rsa"].Bytes}))
	if form == "base64" {
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	return strings.TrimSuffix(text, "\n")
}

func wrap(b []byte) (string, int) {
	s := base64.StdEncoding.EncodeToString(b)
	var lines []string
	for len(s) > 64 {
		lines, s = append(lines, s[:64]), s[64:]
	}
	lines = append(lines, s)
	return strings.Join(lines, "\n"), len(lines)
}

func putty(r *mrand.Rand, cipher string) string {
	public, n := wrap(keys()["openssh"].Bytes[:180])
	body := make([]byte, 128)
	for i := range body {
		body[i] = byte(r.Uint32())
	}
	private, m := wrap(body)
	return made(fmt.Sprintf("PuTTY-User-Key-File-2: ssh-rsa\nEncryption: %s\nComment: deploy\nPublic-Lines: %d\n%s\nPrivate-Lines: %d\n%s\nPrivate-MAC: %s",
		cipher, n, public, m, private, example.Chars(r, example.Hex, 40)), body)
}

var pgpBodies = sync.OnceValue(func() map[string][]byte {
	m := map[string][]byte{}
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA}
	entity := must(openpgp.NewEntity("deploy", "", "deploy@example.com", config))
	serialize := func() []byte {
		var b bytes.Buffer
		if err := entity.SerializePrivateWithoutSigning(&b, nil); err != nil {
			panic(err)
		}
		return b.Bytes()
	}
	m["plain"] = serialize()
	if err := entity.EncryptPrivateKeys([]byte("passphrase"), nil); err != nil {
		panic(err)
	}
	m["encrypted"] = serialize()
	m["broken"] = m["plain"]
	m["stub"] = stub(m["plain"])
	return m
})

// stub turns a key's first packet into what GnuPG writes for a key that is on a
// card.
func stub(b []byte) []byte {
	body, _ := packetBody(b)
	_, after, ok := secretUsage(body)
	if !ok {
		panic("not a secret key")
	}
	head := body[:len(body)-len(after)-1]
	head = append(bytes.Clone(head), 255, 9, gnuExtension, 0, 'G', 'N', 'U', 2, 0)
	return append([]byte{0xc0 | 5, byte(len(head))}, head...)
}

func pgpBody(name string) []byte { return pgpBodies()[name] }

func pgp(name string) string {
	var b bytes.Buffer
	w := must(armor.Encode(&b, openpgp.PrivateKeyType, map[string]string{"Comment": "deploy"}))
	if _, err := w.Write(pgpBody(name)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	text := b.String()
	if name == "broken" {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			if len(line) == 5 && line[0] == '=' {
				lines[i] = "=AAAA"
			}
		}
		text = strings.Join(lines, "\n")
	}
	return made(text, pgpBody(name))
}

func age(r *mrand.Rand, form string) string {
	data := make([]byte, 0, ageChars)
	for range ageChars - 6 {
		data = append(data, byte(r.IntN(32)))
	}
	data[len(data)-1] &= 16 // 32 bytes are 51 characters and one bit
	values := []byte{}
	for _, c := range strings.ToLower(ageShown) {
		values = append(values, byte(c)>>5)
	}
	values = append(values, 0)
	for _, c := range strings.ToLower(ageShown) {
		values = append(values, byte(c)&31)
	}
	sum := polymod(append(append(values, data...), 0, 0, 0, 0, 0, 0)) ^ 1
	for i := range 6 {
		data = append(data, byte(sum>>(5*(5-i))&31))
	}
	if form == "broken" {
		data[20] ^= 1
	}
	text := agePrefix
	for _, v := range data {
		text += string(bech32Alphabet[v])
	}
	canonical[text] = text
	return text
}

func TestAccept(t *testing.T) {
	detecttest.AcceptAs(t, New(), shapes, func(_ *finding.Rule, text string) string { return canonical[text] })
}

func scan(text string) []detect.Hit {
	var hits []detect.Hit
	detect.NewSet(New()).Scan([]byte(text), detect.Text{}, func(h detect.Hit) { hits = append(hits, h) })
	return hits
}

func TestEvidenceSaysWhatTheKeyIs(t *testing.T) {
	for name, want := range map[string]string{
		"rsa":               "an RSA private key of 2048 bits",
		"pkcs8":             "an RSA private key (PKCS #8)",
		"pkcs8-ed25519":     "an Ed25519 private key (PKCS #8)",
		"ec":                "an elliptic curve private key of 256 bits",
		"dsa":               "a DSA private key of 1024 bits",
		"openssh":           "an OpenSSH private key (ssh-ed25519)",
		"openssh-rsa":       "an OpenSSH private key (ssh-rsa)",
		"openssh-encrypted": "an OpenSSH private key (ssh-ed25519)",
		"pkcs8-encrypted":   "an encrypted PKCS #8 key",
		"foreign":           "a private key of the kind ACME ED25519",
		"foreign-encrypted": "a private key of the kind ACME ED25519",
		"sigstore":          "a private key of the kind ENCRYPTED SIGSTORE",
	} {
		hits := scan(pemText(name))
		require.Len(t, hits, 1, name)
		assert.Equal(t, "its base64 decodes to "+want, hits[0].Evidence[0], name)
		assert.True(t, hits[0].Hidden)
	}
}

func TestSameKeyInAnyFormIsOneValue(t *testing.T) {
	values := map[string]bool{}
	for _, form := range []string{"pem", "indented", "escaped", "escaped-twice", "one-line", "concatenated", "commented", "diff", "pem-in-base64"} {
		hits := scan("x = \"" + shapes[form](nil, "rsa") + "\"\n")
		require.Len(t, hits, 1, form)
		values[hits[0].Value] = true
	}
	assert.Len(t, values, 1)
}

func TestKeyLongerThanTheWindowIsReported(t *testing.T) {
	body := make([]*big.Int, 9)
	for i := range body {
		body[i] = new(big.Int).SetBit(must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 8191))), 8191, 1)
	}
	body[0] = big.NewInt(0)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: must(asn1.Marshal(body))}))
	require.Greater(t, len(text), detect.After)
	hits := scan(text)
	require.Len(t, hits, 1)
	assert.Contains(t, hits[0].Evidence, "the window ends before the key does")
	assert.Contains(t, hits[0].Evidence[0], "RSA private key of 8192 bits")

	require.Empty(t, scan(text[:3000]), "the same text, really truncated")
}

func FuzzDetect(f *testing.F) {
	for name := range keys() {
		f.Add([]byte(pemText(name)))
		f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(pemText(name)))))
	}
	f.Add([]byte(pgp("encrypted")))
	detecttest.Fuzz(f, shapes, nil, New())
}

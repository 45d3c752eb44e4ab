package privatekey

import "github.com/deputy-sec/deputy/scanner/finding"

// The armor marks are put together so that no scanner takes this file for a key
// file.
const (
	rsaBegin = "-----BEGIN RSA PRIVATE" + " KEY-----"
	rsaEnd   = "-----END RSA PRIVATE" + " KEY-----"
)

var plainMatches = []finding.Example{
	{Name: "rsa-key-file", Text: "«pem:rsa»\n"},
	{Name: "pkcs8-key-file", Text: "«pem:pkcs8»\n"},
	{Name: "elliptic-curve-key-file", Text: "«pem:ec»\n"},
	{Name: "dsa-key-file", Text: "«pem:dsa»\n"},
	{Name: "openssh-key-file", Text: "«pem:openssh»\n"},
	{Name: "openssh-key-under-a-foreign-label", Text: "«pem:mislabelled»\n"},
	{Name: "key-of-a-program-with-a-label-of-its-own", Text: "«pem:foreign»\n"},
	{Name: "indented-in-yaml", Text: "tls:\n  key: |\n    «indented:rsa»\n  cert: none\n"},
	{Name: "in-json-with-escaped-line-ends", Text: `{"type":"service_account","private_key":"«escaped:pkcs8»\n","client_id":"1"}`},
	{Name: "in-json-inside-json", Text: `{\"private_key\":\"«escaped-twice:pkcs8»\\n\"}`},
	{Name: "in-one-line", Text: "DEPLOY_KEY='«one-line:openssh»'\n"},
	{Name: "concatenated-in-java", Text: "String key = \"«concatenated:rsa»\";\n"},
	{Name: "commented-out", Text: "# «commented:ec»\n"},
	{Name: "added-in-a-diff", Text: "@@ -0,0 +1,9 @@\n+«diff:rsa»\n"},
	{Name: "base64-of-a-pem-file-in-a-kubeconfig", Text: "users:\n- name: admin\n  user:\n    client-key-data: «pem-in-base64:rsa»\n"},
	{Name: "putty-key-file", Text: "«putty:none»\n"},
	{Name: "json-web-key", Text: "{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"‹base64url:43›\", \"y\": \"‹base64url:43›\", \"d\": \"«jwk:32»\", \"use\": \"sig\"}\n"},
	{Name: "json-web-key-in-a-string", Text: `JWKS='{\"keys\":[{\"d\":\"«jwk:256»\",\"n\":\"‹base64url:342›\",\"e\":\"AQAB\",\"kty\":\"RSA\"}]}'`},
	{Name: "json-web-key-in-code", Text: "const key = { kty: 'OKP', crv: 'Ed25519', d: '«jwk:32»', x: '‹base64url:43›' };\n"},
	{Name: "symmetric-json-web-key", Text: "{\"kty\":\"oct\",\"kid\":\"sign\",\"k\":\"«jwk:32»\",\"alg\":\"HS256\"}\n"},
}

var plainNearMisses = []finding.Example{
	{Name: "public-json-web-key", Text: "{\"kty\":\"RSA\",\"n\":\"‹base64url:342›\",\"e\":\"AQAB\",\"kid\":\"d\"}\n"},
	{Name: "json-web-key-of-the-rfc", Text: "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"‹base64url:43›\",\"y\":\"‹base64url:43›\",\"d\":\"870MB6gfuTJ4H" + "tUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}\n"},
	{Name: "json-web-key-to-be-filled-in", Text: "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"...\",\"d\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n"},
	{Name: "header-named-in-code", Text: "if strings.Contains(s, \"" + rsaBegin + "\") {\n\treturn parse(s)\n}\nreturn \"" + rsaEnd + "\"\n"},
	{Name: "truncated-in-documentation", Text: rsaBegin + "\nMIIEpAIBAAKCAQEA‹base64:40›\n...\n" + rsaEnd + "\n"},
	{Name: "shortened-without-a-trace", Text: rsaBegin + "\nMIIEpAIBAAKCAQEA‹base64:48›\n" + rsaEnd + "\n"},
	{Name: "placeholder-words", Text: rsaBegin + "\npasteyourkeyhere\n" + rsaEnd + "\n"},
	{Name: "variable-in-a-template", Text: rsaBegin + "\n{{ .Values.tls.key }}\n" + rsaEnd + "\n"},
	{Name: "random-base64", Text: rsaBegin + "\n‹base64:64›\n‹base64:64›\n‹base64:64›\n" + rsaEnd + "\n"},
	{Name: "all-the-same-bytes", Text: rsaBegin + "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" + rsaEnd + "\n"},
	{Name: "public-key", Text: "‹public›\n"},
	{Name: "base64-of-a-certificate", Text: "certificate-authority-data: ‹public:base64›\n"},
	{Name: "putty-file-without-its-lines", Text: "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 6\nPrivate-Lines: 14\nPrivate-MAC: ‹hex:40›\n"},
	{Name: "text-under-a-label-of-its-own", Text: "‹pem:foreign-text›\n"},
	{Name: "encrypted-key", Text: "‹pem:pkcs8-encrypted›\n"},
}

var encryptedMatches = []finding.Example{
	{Name: "pkcs8-with-a-passphrase", Text: "«pem:pkcs8-encrypted»\n"},
	{Name: "rsa-with-rfc-1421-headers", Text: "«pem:rsa-encrypted»\n"},
	{Name: "openssh-with-a-passphrase", Text: "«pem:openssh-encrypted»\n"},
	{Name: "putty-with-a-passphrase", Text: "«putty:aes256-cbc»\n"},
	{Name: "label-of-its-own-that-says-so", Text: "«pem:foreign-encrypted»\n"},
	{Name: "openpgp-with-a-passphrase", Text: "«pgp:encrypted»\n"},
}

var encryptedNearMisses = []finding.Example{
	{Name: "headers-without-ciphertext", Text: rsaBegin + "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,‹hex:32›\n\n...\n" + rsaEnd + "\n"},
	{Name: "key-without-a-passphrase", Text: "‹pem:openssh›\n"},
}

var pgpMatches = []finding.Example{
	{Name: "block-with-checksum", Text: "«pgp:plain»\n"},
	{Name: "block-in-json", Text: `{"signing_key":"«pgp-escaped:plain»\n"}`},
}

var pgpNearMisses = []finding.Example{
	{Name: "wrong-checksum", Text: "‹pgp:broken›\n"},
	{Name: "stub-of-a-key-on-a-card", Text: "‹pgp:stub›\n"},
	{Name: "header-named-in-code", Text: "case \"-----BEGIN PGP PRIVATE" + " KEY BLOCK-----\":\n\treturn armor\ncase \"-----END PGP PRIVATE" + " KEY BLOCK-----\":\n"},
}

var ageMatches = []finding.Example{
	{Name: "key-file", Text: "# created: 2024-01-01T00:00:00Z\n«age»\n"},
	{Name: "in-an-environment-file", Text: "SOPS_AGE_KEY=«age»\n"},
}

var ageNearMisses = []finding.Example{
	{Name: "wrong-checksum", Text: "‹age:broken›\n"},
	{Name: "placeholder", Text: agePrefix + "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n"},
	{Name: "prefix-in-code", Text: "const prefix = \"" + agePrefix + "\"\n"},
}

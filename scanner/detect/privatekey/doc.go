// Package privatekey finds private keys: PEM in all its labels, OpenSSH, PuTTY,
// OpenPGP and age; as files, indented in YAML, with \n in JSON or code, in one
// line, as concatenated strings, and as the base64 of a PEM file.
//
// Found:
//
//	-----BEGIN RSA PRIVATE KEY-----     its base64 decodes to an RSA key
//	"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE…\n-----END PRIVATE KEY-----\n"
//	client-key-data: LS0tLS1CRUdJTi…    base64 of a PEM file
//
// Not found:
//
//	-----BEGIN RSA PRIVATE KEY-----     a truncated example: the structure does not close
//	MIIEpAIBAAKCAQEA…
//	-----END RSA PRIVATE KEY-----
//
//	strings.Contains(s, "-----BEGIN RSA PRIVATE KEY-----")
//
// A header alone is never a finding. What stands between the marks is decoded
// and read as far as it tells what it is: the DER of PKCS #1, PKCS #8, SEC 1 or
// DSA, the blob of OpenSSH, the packet of OpenPGP. That also says whether a
// passphrase protects the key; such keys are a rule of their own.
//
// # Limits
//
// A key that was published on purpose, as those in the tests of cryptographic
// libraries, looks like any other. A window holds four kilobytes behind the
// header: of a longer key (RSA beyond 6,000 bits) the beginning is checked and
// reported. Keys in binary DER, PKCS #12 and Java key stores are not read.
package privatekey

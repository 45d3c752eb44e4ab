package privatekey

import "github.com/deputy-sec/deputy/scanner/finding"

const guide = "Treat external_id like you would an ssh private key in the UI and backend"

var (
	plainRule = &finding.Rule{
		ID: "private-key", Kind: finding.PrivateKey, Severity: finding.Critical, Homemade: true,
		Title:      "Private key",
		About:      "A private key without a passphrase. Whoever has it logs in as its owner, poses as the server, or signs in its name, for as long as the public half is trusted.",
		Remedy:     "Make a new key, replace the public half (authorized_keys, certificate, service account) everywhere, and revoke the old one. Removing it from the repository does not take it back.",
		Guide:      guide,
		Source:     "https://www.rfc-editor.org/rfc/rfc7468",
		Matches:    plainMatches,
		NearMisses: plainNearMisses,
	}
	encryptedRule = &finding.Rule{
		ID: "encrypted-private-key", Kind: finding.PrivateKey, Severity: finding.Medium, Homemade: true,
		Title:      "Private key with a passphrase",
		About:      "A private key that only its passphrase protects: it can be guessed without limit by whoever has the file, and it often stands in the same repository.",
		Remedy:     "Look for the passphrase nearby. Replace the key unless the passphrase is long and random.",
		Guide:      guide,
		Source:     "https://www.rfc-editor.org/rfc/rfc7468#section-11",
		Matches:    encryptedMatches,
		NearMisses: encryptedNearMisses,
	}
	pgpRule = &finding.Rule{
		ID: "pgp-private-key", Kind: finding.PrivateKey, Severity: finding.Critical, Homemade: true,
		Title:      "OpenPGP private key",
		About:      "An OpenPGP private key without a passphrase. Whoever has it decrypts what was sent to its owner and signs mail, commits and releases in the owner's name.",
		Remedy:     "Publish a revocation certificate, make a new key and sign again what must stay trusted.",
		Guide:      guide,
		Source:     "https://www.rfc-editor.org/rfc/rfc9580#name-secret-key-packet-formats",
		Matches:    pgpMatches,
		NearMisses: pgpNearMisses,
	}
	ageRule = &finding.Rule{
		ID: "age-secret-key", Kind: finding.PrivateKey, Severity: finding.Critical, Homemade: true,
		Title:      "age secret key",
		About:      "The secret key of the age encryption tool. Whoever has it decrypts every file for its recipient, SOPS files with their secrets among them.",
		Remedy:     "Make a new key, encrypt the files for it, and rotate the secrets in them: old versions stay readable.",
		Guide:      guide,
		Source:     "https://github.com/C2SP/C2SP/blob/main/age.md",
		Matches:    ageMatches,
		NearMisses: ageNearMisses,
	}
)

func (detector) Rules() []*finding.Rule {
	return []*finding.Rule{plainRule, encryptedRule, pgpRule, ageRule}
}
